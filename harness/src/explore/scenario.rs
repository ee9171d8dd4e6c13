//! A file of scenarios: plain functions without arguments that panic, or
//! return an error, when something is wrong.

use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use syn::{Attribute, Expr, Item, ItemFn, Lit, Meta, ReturnType, Type};

/// A file whose functions can be explored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioFile {
    /// Where it is.
    pub path: PathBuf,
    /// Its text.
    pub source: String,
    /// In the order of the file.
    pub scenarios: Vec<Scenario>,
}

/// One function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// The function's name.
    pub name: String,
    /// The first sentence of its documentation, in one line.
    pub summary: String,
    /// The explorer must find a failing interleaving: a line of the
    /// documentation starts with `Must fail`.
    pub must_fail: bool,
}

impl ScenarioFile {
    /// Reads `path` and finds its scenarios: every function at the top level
    /// of the file that takes no arguments, has no type parameters and returns
    /// nothing, a `Result` or an `ExitCode`, whether public or not.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or has no such function. A file that is not
    /// Rust has none either, but is no error here: the compiler will explain it.
    pub fn read(path: &Path) -> anyhow::Result<ScenarioFile> {
        let source = std::fs::read_to_string(path)
            .with_context(|| format!("{} cannot be read", path.display()))?;
        ScenarioFile::parse(path, source)
    }

    /// Reads the program at `path`, of which only `main` is to be explored.
    ///
    /// # Errors
    ///
    /// As [`read`](ScenarioFile::read), and when `main` takes arguments.
    pub fn read_program(path: &Path) -> anyhow::Result<ScenarioFile> {
        let mut file = ScenarioFile::read(path)?;
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

    fn parse(path: &Path, source: String) -> anyhow::Result<ScenarioFile> {
        // What cannot be parsed goes to rustc, which says best what is wrong with it.
        let Ok(file) = syn::parse_file(&source) else {
            return Ok(ScenarioFile { path: path.to_owned(), source, scenarios: Vec::new() });
        };
        let scenarios: Vec<Scenario> = file.items.iter().filter_map(scenario).collect();
        if scenarios.is_empty() {
            bail!(
                "{} has nothing to explore; write a `fn name()` without arguments that panics when \
                 something is wrong",
                path.display()
            );
        }
        Ok(ScenarioFile { path: path.to_owned(), source, scenarios })
    }
}

fn scenario(item: &Item) -> Option<Scenario> {
    let Item::Fn(ItemFn { attrs, sig, .. }) = item else { return None };
    let plain = sig.inputs.is_empty() && sig.generics.params.is_empty();
    let ordinary = sig.asyncness.is_none();
    let conditional = attrs.iter().any(|attribute| attribute.path().is_ident("cfg"));
    if !plain || !ordinary || conditional || !tells_success(&sig.output) {
        return None;
    }
    let docs: Vec<String> = attrs.iter().filter_map(doc_line).collect();
    let paragraph: Vec<&str> =
        docs.iter().map(|line| line.trim()).take_while(|line| !line.is_empty()).collect();
    Some(Scenario {
        name: sig.ident.to_string(),
        summary: paragraph.join(" "),
        must_fail: docs.iter().any(|line| line.trim_start().starts_with("Must fail")),
    })
}

/// Whether a `main` could return this. A helper that returns a number is no scenario.
fn tells_success(output: &ReturnType) -> bool {
    let ReturnType::Type(_, returned) = output else { return true };
    match &**returned {
        Type::Tuple(tuple) => tuple.elems.is_empty(),
        Type::Never(_) => true,
        Type::Path(path) => {
            let name = path.path.segments.last().map(|segment| segment.ident.to_string());
            matches!(name.as_deref(), Some("Result" | "ExitCode"))
        }
        _ => false,
    }
}

fn doc_line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    let Expr::Lit(literal) = &pair.value else { return None };
    match &literal.lit {
        Lit::Str(text) if pair.path.is_ident("doc") => Some(text.value()),
        _ => None,
    }
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
             fn helper(n: u32) {}\nfn generic<T>() {}\nasync fn later() {}\n\
             /// Waits with `if`.\n///\n/// Must fail: a spurious wake-up.\nfn waits() -> Result<(), String> { Ok(()) }\n\
             #[cfg(test)]\nfn gone() {}\nfn helps() -> u32 { 7 }\n",
        )
        .unwrap();
        let found: Vec<_> = file
            .scenarios
            .iter()
            .map(|s| (s.name.as_str(), s.summary.as_str(), s.must_fail))
            .collect();
        assert_eq!(
            found,
            [
                ("count", "Two threads count. All arrive.", false),
                ("waits", "Waits with `if`.", true)
            ]
        );
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
