//! The verb `new program`: the files that a program of a chapter needs, with its name in every list.

use super::{NoSuchChapter, names_chapter};
use crate::files;
use anyhow::{Context, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// The lines that edition pages differ in: folder, and how far it is to the sources.
const EDITIONS: [(&str, &str); 2] = [("book/src", "../../.."), ("book/zh-CN/src", "../../../..")];

/// The chapters whose programs are explored for everything that they can print.
const EXPLORED: std::ops::RangeInclusive<u32> = 2..=7;

/// Makes a program called `name` in the chapter of the workspace at `root` that `chapter` means, and says what is left to do.
///
/// # Errors
///
/// When there is no such chapter, the name cannot be a program's, or one of the files is there already. Nothing is overwritten, and where
/// something is wrong nothing is written.
pub fn program(root: &Path, chapter: &str, name: &str, title: &str) -> anyhow::Result<()> {
    let chapter = find(root, chapter)?;
    ensure!(
        is_name(name),
        "{name} is no name of a program; small letters, digits and single hyphens make one, as in lost-update"
    );
    ensure!(
        !title.trim().is_empty() && !title.contains(['"', '\\', '\n']),
        "the title is one line"
    );
    let module = name.replace('-', "_");
    let folder = root.join("chapters").join(&chapter);
    let mut new = vec![
        (folder.join(format!("src/programs/{module}.rs")), rust(name, title)),
        (folder.join(format!("python/{module}.py")), python(name, title)),
    ];
    let mut changed = vec![
        edit(&folder.join("src/main.rs"), |text| in_the_table(text, &module))?,
        edit(&folder.join("src/programs/mod.rs"), |text| Some(among_modules(text, &module)))?,
    ];
    for (edition, up) in EDITIONS {
        let pages = root.join(edition);
        new.push((
            pages.join(&chapter).join(format!("{name}.md")),
            page(&chapter, name, &module, title, up, edition != EDITIONS[0].0),
        ));
        let entry = format!("    - [{title}]({chapter}/{name}.md)\n");
        changed.push(edit(&pages.join("SUMMARY.md"), |text| {
            before_the_summary(text, &chapter, &entry)
        })?);
    }
    for (path, _) in &new {
        ensure!(!path.exists(), "{} is there already, and is not overwritten", path.display());
    }
    for (path, text) in new.iter().chain(&changed) {
        files::write(path, text.as_bytes())?;
        let shown = path.strip_prefix(root).unwrap_or(path);
        anstream::println!("{}", shown.display());
    }
    anstream::print!("{}", what_is_left(&chapter, name));
    Ok(())
}

/// The chapter's folder.
fn find(root: &Path, asked: &str) -> anyhow::Result<String> {
    let chapters = root.join("chapters");
    let entries = fs::read_dir(&chapters)
        .with_context(|| format!("{} has no folder `chapters`", root.display()))?;
    let mut known: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().join("src/programs/mod.rs").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    known.sort();
    match known.iter().find(|name| names_chapter(asked, name)) {
        Some(name) => Ok(name.clone()),
        None => bail!(NoSuchChapter { known }),
    }
}

fn is_name(name: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    name.split('-').all(word) && name.starts_with(|c: char| c.is_ascii_lowercase()) && name != "mod"
}

/// A file with a change; the path is in the message if the place for it is not found.
fn edit(path: &Path, change: impl Fn(&str) -> Option<String>) -> anyhow::Result<(PathBuf, String)> {
    let text =
        fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let changed = change(&text)
        .with_context(|| format!("{} has no place where its list is expected", path.display()))?;
    Ok((path.to_owned(), changed))
}

/// One more row at the end of the table of programs.
fn in_the_table(text: &str, module: &str) -> Option<String> {
    let start = text.find("programs: &[")?;
    let end = start + text[start..].find(']')?;
    // The rows say where they find the programs.
    let from = if text[start..end].contains("programs::") { "programs::" } else { "" };
    let one_line = !text[start..end].contains('\n');
    let (row, end) = match one_line {
        true => (format!(", {from}{module}::PROGRAM"), end),
        false => {
            let line = start + text[start..end].rfind('\n')? + 1;
            (format!("        {from}{module}::PROGRAM,\n"), line)
        }
    };
    Some(format!("{}{row}{}", &text[..end], &text[end..]))
}

/// One more module, in the order of the alphabet.
fn among_modules(text: &str, module: &str) -> String {
    let line = format!("pub mod {module};\n");
    let at = text
        .match_indices("pub mod ")
        .map(|(at, _)| at)
        .find(|&at| text[at..] > line[..])
        .unwrap_or(text.len());
    format!("{}{line}{}", &text[..at], &text[at..])
}

/// One more page, before the chapter's summary.
fn before_the_summary(text: &str, chapter: &str, entry: &str) -> Option<String> {
    let at = text.find(&format!("({chapter}/summary.md)"))?;
    let line = text[..at].rfind('\n')? + 1;
    Some(format!("{}{entry}{}", &text[..line], &text[line..]))
}

fn rust(name: &str, title: &str) -> String {
    format!(
        "//! {title}.\n\nuse tour::Program;\n\n\
         pub const PROGRAM: Program = Program::new(\"{name}\", \"{title}\", main);\n\n\
         // ANCHOR: main\npub fn main() {{\n    println!(\"{name}\");\n}}\n// ANCHOR_END: main\n"
    )
}

fn python(name: &str, title: &str) -> String {
    format!("\"\"\"{title}.\"\"\"\n\n\ndef main():\n    print(\"{name}\")\n\n\nmain()\n")
}

fn page(
    chapter: &str,
    name: &str,
    module: &str,
    title: &str,
    up: &str,
    translated: bool,
) -> String {
    // A translated heading keeps the address that the English one has.
    let id = if translated { format!(" {{#{}}}", slug(title)) } else { String::new() };
    format!(
        "# {title}{id}\n\n```console\ncargo run -p ch{chapter} -- {name}\n```\n\n\
         ```python\n{{{{#include {up}/chapters/{chapter}/python/{module}.py}}}}\n```\n\n\
         ```rust,ignore\n{{{{#include {up}/chapters/{chapter}/src/programs/{module}.rs:main}}}}\n```\n\n\
         ```text,output\n{{{{#include {up}/harness/tests/snapshots/{chapter}__{name}.snap:4:}}}}\n```\n"
    )
}

/// The address of a heading, as mdBook makes it.
fn slug(title: &str) -> String {
    let kept = title.chars().filter_map(|c| match c {
        ' ' => Some('-'),
        c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}

/// The commands that come after the writing.
fn what_is_left(chapter: &str, name: &str) -> String {
    let number = chapter.split('-').next().and_then(|n| n.parse().ok()).unwrap_or(0);
    let test = format!("ch{}", chapter.replace('-', "_"));
    let outputs = match EXPLORED.contains(&number) {
        true => format!("    INSTA_UPDATE=always cargo test -p harness --test outputs {test}\n"),
        false => String::new(),
    };
    format!(
        "\nWrite the program, its twin, and the pages in both languages. Name the page in {chapter}/index.md of both editions. Then:\n\n    \
         cargo fmt --all\n    \
         cargo run -p ch{chapter} -- {name}\n    \
         INSTA_UPDATE=always cargo test -p harness --test programs {test}\n{outputs}    \
         cargo run -p harness -- run {chapter} {name} --python\n    \
         EI_TRANSLATED=\"{chapter}/{name}.md {chapter}/index.md\" cargo test -p harness --test book\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIN: &str = "use x;\nconst CHAPTER: Chapter = Chapter {\n    number: 7,\n    programs: &[\n        programs::a::PROGRAM,\n    ],\n};\n";

    #[test]
    fn the_table_has_one_more_row_in_its_own_style() {
        let text = in_the_table(MAIN, "b").unwrap();
        assert!(
            text.contains("programs::a::PROGRAM,\n        programs::b::PROGRAM,\n    ],"),
            "{text}"
        );
        let short = "    programs: &[a::PROGRAM],\n";
        assert_eq!(in_the_table(short, "b").unwrap(), "    programs: &[a::PROGRAM, b::PROGRAM],\n");
        assert_eq!(in_the_table("fn main() {}", "b"), None);
    }

    #[test]
    fn modules_keep_their_order() {
        let text = "//! One file a program.\n\npub mod a;\npub mod c;\n";
        assert_eq!(among_modules(text, "b"), text.replace("pub mod c", "pub mod b;\npub mod c"));
        assert_eq!(among_modules(text, "d"), format!("{text}pub mod d;\n"));
    }

    #[test]
    fn names_are_those_of_programs() {
        assert!(is_name("lost-update") && is_name("a1"));
        for name in ["", "Lost", "lost_update", "-a", "a-", "a--b", "1a", "../a", "mod"] {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn everything_is_made_or_nothing() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            files::write(&root.path().join(path), text.as_bytes()).unwrap();
        };
        write("chapters/07-queue/src/main.rs", MAIN);
        write("chapters/07-queue/src/programs/mod.rs", "pub mod a;\n");
        let summary = "- [Q](07-queue/index.md)\n    - [Summary](07-queue/summary.md)\n";
        write("book/src/SUMMARY.md", summary);
        assert!(program(root.path(), "7", "b", "B").is_err(), "one edition is not enough");
        assert!(!root.path().join("chapters/07-queue/src/programs/b.rs").exists());
        write("book/zh-CN/src/SUMMARY.md", summary);
        program(root.path(), "7", "b", "Two of them").unwrap();
        let read = |path: &str| fs::read_to_string(root.path().join(path)).unwrap();
        assert!(read("chapters/07-queue/src/programs/b.rs").contains("Program::new(\"b\""));
        assert!(read("chapters/07-queue/python/b.py").starts_with("\"\"\"Two of them.\"\"\""));
        assert!(read("book/zh-CN/src/07-queue/b.md").starts_with("# Two of them {#two-of-them}"));
        assert!(read("book/src/SUMMARY.md").contains("(07-queue/b.md)\n    - [Summary]"));
        assert!(program(root.path(), "7", "b", "B").unwrap_err().to_string().contains("already"));
        assert!(program(root.path(), "99", "b", "B").is_err());
    }
}
