//! The examples in documentation, which are counted and not explored: rustdoc compiles them, one by one.

use cargo_metadata::{Package, TargetKind};
use std::path::{Path, PathBuf};

/// How many examples there are in the documentation of a package's library, and why none is explored; `None` where there is none.
pub(crate) fn of(package: &Package, several: bool) -> Option<(String, String)> {
    let library = package.targets.iter().find(|target| target.doctest)?;
    let others = package.targets.iter().filter(|target| target.kind != library.kind);
    let others: Vec<&Path> = others.map(|target| target.src_path.as_std_path()).collect();
    let folder = library.src_path.parent()?;
    let count = below(folder.as_std_path(), &others);
    let s = if count == 1 { "" } else { "s" };
    let (of, chosen) = match several {
        true => (format!("{}: ", package.name), format!(" -p {}", package.name)),
        false => (String::new(), String::new()),
    };
    (count > 0).then(|| {
        let what = format!("{of}{count} example{s} in documentation");
        let why = "rustdoc makes a program of each, in which there is no test to be explored";
        (what, format!("{why}; `cargo test --doc{chosen}` runs them once"))
    })
}

/// Whether a package's library has documentation that is tested.
pub(crate) fn are_of(package: &Package) -> bool {
    let library = [TargetKind::Lib, TargetKind::RLib, TargetKind::ProcMacro];
    package
        .targets
        .iter()
        .any(|target| target.doctest && target.kind.iter().any(|kind| library.contains(kind)))
}

/// How many blocks of code there are in the documentation of the files below a folder, without these files.
fn below(folder: &Path, without: &[&Path]) -> usize {
    let entries =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries
        .filter(|path| !without.contains(&path.as_path()))
        .map(|path| match path.extension() {
            _ if path.is_dir() => below(&path, without),
            Some(extension) if extension == "rs" => {
                std::fs::read_to_string(&path).map_or(0, |text| in_source(&text, &path))
            }
            _ => 0,
        })
        .sum()
}

/// How many there are in a file of Rust.
fn in_source(source: &str, file: &Path) -> usize {
    let mut text = Text::default();
    let mut block = false;
    for line in source.lines().map(str::trim_start) {
        if block {
            let (inside, ends) =
                line.split_once("*/").map_or((line, false), |(line, _)| (line, true));
            text.line(inside.strip_prefix('*').unwrap_or(inside));
            block = !ends;
        } else if let Some(line) = documents(line) {
            text.line(line);
        } else if let Some(rest) = ["/**", "/*!"].iter().find_map(|open| line.strip_prefix(open)) {
            block = !rest.contains("*/") && !rest.starts_with('*');
            if block {
                text.fence = None;
                text.line(rest);
            }
        } else if let Some(included) = included(line, file) {
            let mut text_there = Text::default();
            let there = std::fs::read_to_string(included).unwrap_or_default();
            there.lines().for_each(|line| text_there.line(line));
            text.examples += text_there.examples;
        } else {
            // The documentation of something else begins anew.
            text.fence = None;
        }
    }
    text.examples
}

/// The text of a line of documentation.
fn documents(line: &str) -> Option<&str> {
    // Four slashes are a comment.
    let of_item = line.strip_prefix("///").filter(|rest| !rest.starts_with('/'));
    of_item.or_else(|| line.strip_prefix("//!"))
}

/// The file that `#[doc = include_str!("…")]` names.
fn included(line: &str, file: &Path) -> Option<PathBuf> {
    let line: String = line.split_whitespace().collect();
    let rest = line
        .strip_prefix("#![doc=include_str!(\"")
        .or(line.strip_prefix("#[doc=include_str!(\""))?;
    Some(file.parent()?.join(rest.split_once('"')?.0))
}

/// Markdown, of which only fences matter.
#[derive(Debug, Default)]
struct Text {
    /// What closes the block that is open.
    fence: Option<String>,
    examples: usize,
}

impl Text {
    fn line(&mut self, line: &str) {
        let line = line.trim();
        let mark = line.chars().next().filter(|mark| ['`', '~'].contains(mark));
        let length = line.chars().take_while(|&c| Some(c) == mark).count();
        if length < 3 {
            return;
        }
        let (fence, language) = line.split_at(length);
        match &self.fence {
            Some(open) if fence.starts_with(open.as_str()) && language.is_empty() => {
                self.fence = None
            }
            Some(_) => {}
            None => {
                self.examples += usize::from(is_rust(language));
                self.fence = Some(fence.to_owned());
            }
        }
    }
}

/// Whether rustdoc takes a block for Rust.
fn is_rust(language: &str) -> bool {
    let words = language.split([',', ' ', '\t']).filter(|word| !word.is_empty());
    let mut other = false;
    for word in words {
        match word {
            "rust" => return true,
            "should_panic" | "no_run" | "compile_fail" | "ignore" | "test_harness"
            | "standalone_crate" => {}
            word if word.starts_with("edition") || word.starts_with("ignore-") => {}
            word if word.starts_with('E') && word[1..].bytes().all(|b| b.is_ascii_digit()) => {}
            _ => other = true,
        }
    }
    !other
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_blocks_of_rust_in_documentation() {
        let count = |source: &str| in_source(source, Path::new("/nowhere/lib.rs"));
        let source = "//! ```\n//! a();\n//! ```\n/// ```text\n/// no\n/// ```\n/// ```rust,no_run\n/// ```\n// ```\n";
        assert_eq!(count(source), 2);
        assert_eq!(count("/// ~~~\n/// ```\n/// a();\n/// ```\n/// ~~~\n"), 1);
        assert_eq!(count("/**\n * ```\n * a();\n * ```\n */\nfn a() {}\n/*! ```\n``` */\n"), 2);
        assert_eq!(count("//// ```\n//// ```\n"), 0);
        assert_eq!(
            count("/// ```rust should_panic\n/// ```\n/// ```compile_fail,E0277\n/// ```\n"),
            2
        );
        // One that is not closed ends with its item.
        assert_eq!(count("/// ```\n/// a();\nfn a() {}\n/// ```\n/// b();\n/// ```\n"), 2);
    }

    #[test]
    fn a_text_that_is_included_counts() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("README.md"), "```\na();\n```\n```sh\nls\n```\n")
            .unwrap();
        std::fs::create_dir(folder.path().join("src")).unwrap();
        let lib = folder.path().join("src/lib.rs");
        std::fs::write(&lib, "#![doc = include_str!(\"../README.md\")]\n/// ```\n/// ```\n")
            .unwrap();
        std::fs::write(folder.path().join("src/main.rs"), "//! ```\n//! ```\n").unwrap();
        let main = folder.path().join("src/main.rs");
        assert_eq!(below(&folder.path().join("src"), &[&main]), 2);
    }
}
