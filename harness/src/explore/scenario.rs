//! A file of scenarios: plain functions without arguments that panic, or
//! return an error, when something is wrong.

use super::Misuse;
pub use super::function::Scenario;
use super::function::{NO_LEAKS, doc_line, looks};
use super::left_out::{self, LeftOut};
use anyhow::bail;
use std::path::{Path, PathBuf};
use syn::{ForeignItem, Item};

/// A file whose functions can be explored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its text.
    pub source: String,
    /// In the order of the file.
    pub scenarios: Vec<Scenario>,
    /// The functions of other languages that it declares. What they do cannot
    /// be explored.
    pub foreign: Vec<String>,
    /// What looks like a scenario and is none.
    pub left_out: Vec<LeftOut>,
    /// Whether it is a program, of which only `main` is explored.
    pub program: bool,
}

impl ScenarioFile {
    /// Reads `path` and finds its scenarios: every function at the top level
    /// of the file that takes no arguments, has no type parameters and returns
    /// nothing, a `Result` or an `ExitCode`, whether public or not; and those in
    /// its modules that the file can name. In a file with `#[test]` functions at
    /// the top level only those are scenarios, except for the ones that should
    /// panic or be ignored. What looks like a scenario and is none is in
    /// [`left_out`](ScenarioFile::left_out).
    ///
    /// # Errors
    ///
    /// When the file cannot be read or has no such function. A file that is not
    /// Rust has none either, but is no error here: the compiler will explain it.
    pub fn read(path: &Path) -> anyhow::Result<ScenarioFile> {
        let source = std::fs::read_to_string(path)
            .map_err(|error| Misuse(format!("{} cannot be read: {error}", path.display())))?;
        ScenarioFile::parse(path, source)
    }

    /// Reads the program at `path`, of which only `main` is to be explored.
    ///
    /// # Errors
    ///
    /// As [`read`](ScenarioFile::read), and when `main` takes arguments.
    pub fn read_program(path: &Path) -> anyhow::Result<ScenarioFile> {
        let mut file = ScenarioFile::read(path)?;
        file.program = true;
        file.left_out.clear();
        file.scenarios.retain(|scenario| scenario.name == "main");
        if file.scenarios.is_empty() {
            bail!("{} has no `fn main()` without arguments", path.display());
        }
        Ok(file)
    }

    /// The file's name without its ending.
    pub fn name(&self) -> &str {
        self.path.file_stem().and_then(|name| name.to_str()).unwrap_or("scenarios")
    }

    /// `queue/two_producers`: how a scenario of this file is called among others.
    pub fn full_name(&self, scenario: &Scenario) -> String {
        format!("{}/{}", self.name(), scenario.name)
    }

    /// The text as a module of another crate, with the same lines: `#[test]`
    /// functions are ordinary ones there, and the file's own modules are found
    /// where they are.
    pub fn transplanted(&self) -> String {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let lines = self.source.lines().map(|line| {
            // Only what stands at the left margin belongs to the file itself.
            let text = line.trim_end();
            if text == "#[test]" {
                return String::new();
            }
            let module = text.strip_prefix("pub ").unwrap_or(text);
            let module = module.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';'));
            let file = module.and_then(|name| {
                let of_its_own = folder.join(self.name());
                [folder.join(name), of_its_own.join(name)]
                    .iter()
                    .flat_map(|path| [path.with_extension("rs"), path.join("mod.rs")])
                    .find(|path| path.is_file())
            });
            match file {
                Some(file) => format!("#[path = {file:?}] {line}"),
                None => line.to_owned(),
            }
        });
        lines.collect::<Vec<String>>().join("\n")
    }

    /// Whether parts of the file are in other files.
    pub fn has_modules(&self) -> bool {
        self.source.lines().any(|line| {
            let line = line.trim();
            line.trim_start_matches("pub ").starts_with("mod ") && line.ends_with(';')
        })
    }

    fn parse(path: &Path, source: String) -> anyhow::Result<ScenarioFile> {
        // What cannot be parsed goes to rustc, which says best what is wrong with it.
        let Ok(file) = syn::parse_file(&source) else {
            let (path, none) = (path.to_owned(), Vec::new());
            let (foreign, left_out) = (Vec::new(), Vec::new());
            let file =
                ScenarioFile { path, source, scenarios: none, foreign, left_out, program: false };
            return Ok(file);
        };
        let looks = file.attrs.iter().filter_map(doc_line).find_map(|line| looks(&line));
        let says = |line: String| line.trim_start().starts_with(NO_LEAKS);
        let leaks = file.attrs.iter().filter_map(doc_line).any(says);
        let found = left_out::find(&file.items);
        let scenarios: Vec<Scenario> = found
            .scenarios
            .into_iter()
            .map(|scenario| {
                let (looks, leaks) = (scenario.looks.or(looks), scenario.leaks || leaks);
                Scenario { looks, leaks, ..scenario }
            })
            .collect();
        if scenarios.is_empty() {
            let left_out =
                found.left_out.iter().map(|left| format!("{}: {}; ", left.name, left.why));
            let left_out: String = left_out.collect();
            bail!(Misuse(format!(
                "{} holds nothing to explore; {left_out}write a `fn name()` without arguments that panics \
                 when something is wrong",
                path.display()
            )));
        }
        let foreign = file.items.iter().flat_map(foreign_functions).collect();
        let (path, left_out) = (path.to_owned(), found.left_out);
        Ok(ScenarioFile { path, source, scenarios, foreign, left_out, program: false })
    }
}

fn foreign_functions(item: &Item) -> Vec<String> {
    let Item::ForeignMod(block) = item else { return Vec::new() };
    let name = |item: &ForeignItem| match item {
        ForeignItem::Fn(function) => Some(function.sig.ident.to_string()),
        _ => None,
    };
    block.items.iter().filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(source: &str) -> anyhow::Result<ScenarioFile> {
        ScenarioFile::parse(Path::new("x.rs"), source.to_owned())
    }

    #[test]
    fn functions_without_arguments_are_scenarios() {
        let file = parse(
            "//! A file.\n/// Two threads count.\n/// All arrive.\n///\n/// More.\npub fn count() {}\n\
             fn helper(n: u32) {}\nfn generic<T>() {}\nasync fn later() {}\nunsafe fn promised() {}\n\
             /// Waits with `if`.\n///\n/// Must fail: a spurious wake-up.\nfn waits() -> Result<(), String> { Ok(()) }\n\
             /// Gives up.\n///\n/// Time-outs fire at any moment.\nfn gives_up() {}\n\
             #[cfg(test)]\nfn gone() {}\nfn helps() -> u32 { 7 }\n",
        )
        .unwrap();
        let found: Vec<_> = file
            .scenarios
            .iter()
            .map(|s| (s.name.as_str(), s.summary.as_str(), s.must_fail, s.eager_timeouts))
            .collect();
        assert_eq!(
            found,
            [
                ("count", "Two threads count. All arrive.", false, false),
                ("waits", "Waits with `if`.", true, false),
                ("gives_up", "Gives up.", false, true)
            ]
        );
    }

    #[test]
    fn a_file_or_a_scenario_bounds_its_loops() {
        let file = parse(
            "//! A file.\n//!\n//! At most 2 looks: more change nothing.\n\n/// As the file.\npub fn a() {}\n\
             /// Otherwise.\n///\n/// At most 1 look.\npub fn b() {}\n",
        );
        let looks: Vec<_> = file.unwrap().scenarios.iter().map(|s| s.looks).collect();
        assert_eq!(looks, [Some(2), Some(1)]);
        let file = parse("/// At most two of them look.\npub fn a() {}\n").unwrap();
        assert_eq!(file.scenarios[0].looks, None);
    }

    #[test]
    fn tests_are_scenarios_and_their_helpers_are_not() {
        let file = parse(
            "fn helper() {}\n#[test]\nfn a() {}\n#[test]\n#[should_panic]\nfn b() {}\n\
             #[test]\n#[ignore]\nfn c() {}\n",
        )
        .unwrap();
        assert_eq!(file.scenarios.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["a"]);
        assert_eq!(file.transplanted().lines().nth(1), Some(""));
        assert_eq!(file.transplanted().lines().nth(2), Some("fn a() {}"));
    }

    #[test]
    fn the_modules_of_a_file_are_found_where_they_are() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("common")).unwrap();
        std::fs::write(folder.path().join("common/mod.rs"), "").unwrap();
        let path = folder.path().join("x.rs");
        let source = "mod common;\nmod nowhere;\nfn a() {}\n".to_owned();
        let text = ScenarioFile::parse(&path, source).unwrap().transplanted();
        let common = folder.path().join("common/mod.rs");
        assert_eq!(text, format!("#[path = {common:?}] mod common;\nmod nowhere;\nfn a() {{}}"));
    }

    #[test]
    fn what_is_not_rust_is_left_to_the_compiler() {
        assert!(parse("fn a() {}\nfn b( {}\n").unwrap().scenarios.is_empty());
    }

    #[test]
    fn a_file_without_scenarios_says_what_one_is() {
        let message = parse("struct A;\n").unwrap_err().to_string();
        assert!(message.contains("fn name()"), "{message}");
    }
}
