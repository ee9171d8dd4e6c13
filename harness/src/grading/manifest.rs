//! `assignment.toml`: what an assignment is.
//!
//! `harness/schema/assignment.schema.json` says the same for editors.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub mod cases;

use cases::Case;

/// The version of the format that this harness reads.
pub const SCHEMA: u32 = 1;

/// An assignment's manifest.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of the format.
    pub schema: u32,
    /// What it is called.
    pub title: Text,
    /// Whether a submission is a library or a program.
    pub form: Form,
    /// The sum of the checks' points.
    pub points: u32,
    /// How long somebody who has read the chapter needs.
    pub minutes: u32,
    /// Globs of the files that are taken from a submission. Nothing else is.
    #[serde(default = "source_files")]
    pub files: Vec<String>,
    /// Whether the process of a check is not told what is right: what it looked at is compared with what the solution answers.
    #[serde(default)]
    pub blind: bool,
    /// Crates of the course that a submission may use: package names.
    #[serde(default)]
    pub uses: Vec<String>,
    /// Programs of the system that a submission's program may start: `sh`, `cat`. There are no others where it runs.
    #[serde(default)]
    pub programs: Vec<String>,
    /// In the order in which they are reported.
    #[serde(rename = "check")]
    pub checks: Vec<Check>,
    /// Solutions that must fail.
    #[serde(default, rename = "wrong")]
    pub wrong: Vec<Wrong>,
    /// Submissions in `cheats` that earn something honestly.
    #[serde(default, rename = "cheat")]
    pub cheats: Vec<Cheat>,
}

/// A text in the course's languages, by language tag: `en`, `zh`.
pub type Text = BTreeMap<String, String>;

/// What a submission is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// `src/lib.rs`, which the checks call.
    Library,
    /// `src/main.rs`, which runs alone.
    Program,
}

impl Form {
    /// The file that a submission cannot do without.
    pub fn root_file(self) -> &'static str {
        match self {
            Form::Library => "src/lib.rs",
            Form::Program => "src/main.rs",
        }
    }
}

/// One check.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The function's name. With cases, that of none.
    pub name: String,
    /// How it is run.
    pub kind: Kind,
    /// What it is worth.
    pub points: u32,
    /// Parts of it that have points of their own: functions that are run in its place.
    #[serde(default)]
    pub cases: Vec<Case>,
    /// What it asks for.
    pub title: Text,
    /// Who sees it.
    #[serde(default)]
    pub visibility: Visibility,
    /// Checks without which this one says nothing: it is not run when one of them is not passed.
    #[serde(default)]
    pub depends_on: Vec<String>,
    /// In stages, from a nudge to nearly the answer.
    #[serde(default)]
    pub hints: Vec<Text>,
    /// Kinds `explore` and `linearizable`: what a search has to come to.
    #[serde(default)]
    pub enough: Enough,
    /// Whether only code that keeps threads apart can pass it: what works with one thread alone must not.
    #[serde(default)]
    pub concurrent: bool,
    /// What it may use.
    #[serde(default)]
    pub limits: Limits,
}

/// What a search has to come to, for its check to be passed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Enough {
    /// Every interleaving is covered, within the bounds that are printed. Where that takes too long, nobody can tell.
    #[default]
    Proof,
    /// As far as the search got, nothing failed: for what has more interleavings than can be tried.
    Search,
}

/// How a check is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Once, on real threads, in one process with the submission.
    Run,
    /// In every interleaving, in one process with the submission.
    Explore,
    /// In every interleaving, likewise: each client that is made of an object's calls. What it got is held against what one thread gets.
    Linearizable,
    /// From outside, against the submission's program.
    Program,
}

/// Who sees a check and what came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Everybody, at once.
    #[default]
    Visible,
    /// The instructors.
    Hidden,
    /// Everybody, after the assignment is due.
    AfterDueDate,
    /// Everybody, after the scores are published.
    AfterPublished,
}

/// What a check may use. Times are nets against what never ends, an order of magnitude above what is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Of wall-clock time, without what a busy machine withholds.
    pub seconds: u32,
    /// Of memory, all processes together.
    pub memory_mb: u32,
    /// Kinds `explore` and `linearizable`, as what follows: of the exhaustive search. Then a tenth as many random executions follow, at least a hundred.
    pub executions: u64,
    /// Kind `explore`: of one execution. One that has more ends the check without a verdict.
    pub steps: u32,
    /// Kind `explore`: how often each thread may wake up for no reason.
    pub spurious: u8,
    /// Kind `explore`: whether time-outs may fire at any moment, not only when nothing else can happen.
    pub eager_timeouts: bool,
    /// Kind `explore`: for how many looks a loop that counts its looks is followed; without it, until it gives up.
    pub looks: Option<u8>,
    /// Kind `program`: at a time.
    pub processes: u32,
    /// Of what is printed.
    pub output_kb: u32,
    /// Kind `program`: whether it may make pairs of connected sockets.
    pub socket_pairs: bool,
    /// Kind `program`: whether it may make memory that its processes share.
    pub memory_files: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            seconds: 20,
            memory_mb: 512,
            executions: 20_000,
            steps: 20_000,
            spurious: 0,
            eager_timeouts: false,
            looks: None,
            processes: 1,
            output_kb: 64,
            socket_pairs: false,
            memory_files: false,
        }
    }
}

/// A solution that must fail.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wrong {
    /// `NAME` of `wrong/NAME.patch`.
    pub name: String,
    /// The check that it must not pass, or `compile`: it must not compile.
    pub caught_by: String,
    /// What is wrong with it.
    #[serde(default)]
    pub why: Text,
}

/// A submission in `cheats` that does a part of what is asked, and has the points of that.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cheat {
    /// `NAME` of `cheats/NAME`.
    pub name: String,
    /// The checks that it may pass, and no other.
    pub earns: Vec<String>,
    /// How it cheats.
    #[serde(default)]
    pub why: Text,
}

/// `caught_by` of a wrong solution that must not compile.
pub const COMPILE: &str = "compile";

fn source_files() -> Vec<String> {
    vec!["src/**/*.rs".to_owned()]
}

/// Why a manifest cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// There is none.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not TOML, or has another shape.
    #[error("{}:{line}:{column}: {message}", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// Where, from 1.
        line: usize,
        /// Where, from 1.
        column: usize,
        /// What is wrong and what is expected.
        message: String,
    },
    /// It contradicts itself.
    #[error("{}:{line}: {message}", path.display())]
    Contradiction {
        /// The file.
        path: PathBuf,
        /// Where the entry is.
        line: usize,
        /// What is wrong and what to do.
        message: String,
    },
}

impl Manifest {
    /// Reads a manifest and makes sure that a submission can be graded by it.
    ///
    /// # Errors
    ///
    /// [`ManifestError`] names the file and the line.
    pub fn read(path: &Path) -> Result<Manifest, ManifestError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ManifestError::Unreadable { path: path.to_owned(), source })?;
        Manifest::parse(path, &text)
    }

    /// As [`read`](Manifest::read), of a text that is at hand.
    ///
    /// # Errors
    ///
    /// As [`read`](Manifest::read).
    pub fn parse(path: &Path, text: &str) -> Result<Manifest, ManifestError> {
        let manifest: Manifest = toml::from_str(text).map_err(|error| {
            let (line, column) = position(text, error.span().map_or(0, |span| span.start));
            let message = error.message().trim().to_owned();
            ManifestError::Shape { path: path.to_owned(), line, column, message }
        })?;
        match manifest.contradiction() {
            None => Ok(manifest),
            Some((key, value, message)) => {
                let line = line_of(text, key, &value);
                Err(ManifestError::Contradiction { path: path.to_owned(), line, message })
            }
        }
    }

    /// The check of this name.
    pub fn check(&self, name: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.name == name)
    }

    /// The checks that call a library.
    pub fn inside(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.kind != Kind::Program)
    }

    /// Whether any check is of this kind.
    pub fn has(&self, kind: Kind) -> bool {
        self.checks.iter().any(|check| check.kind == kind)
    }

    /// The first thing for which no submission could be graded: the key and the value that are to blame, and a message.
    fn contradiction(&self) -> Option<(&'static str, String, String)> {
        if self.schema != SCHEMA {
            let message = format!("schema {} is unknown; this harness reads {SCHEMA}", self.schema);
            return Some(("schema", self.schema.to_string(), message));
        }
        let sum: u32 = self.checks.iter().map(|check| check.points).sum();
        if sum != self.points {
            let message =
                format!("points is {}, but the checks' points add up to {sum}", self.points);
            return Some(("points", self.points.to_string(), message));
        }
        if self.form == Form::Program && self.blind {
            let message = "`blind` is for libraries; a program is judged from outside".to_owned();
            return Some(("form", "\"program\"".to_owned(), message));
        }
        if self.form == Form::Library && !self.uses.is_empty() {
            let message =
                "`uses` is for programs; a library is explored, with nothing but std".to_owned();
            return Some(("form", "\"library\"".to_owned(), message));
        }
        if self.form == Form::Library && !self.programs.is_empty() {
            let message = "`programs` is for programs; a library starts none".to_owned();
            return Some(("form", "\"library\"".to_owned(), message));
        }
        for (i, check) in self.checks.iter().enumerate() {
            let blame = |message: String| Some(("name", format!("\"{}\"", check.name), message));
            let name = &check.name;
            let cases: Vec<&String> = check.cases.iter().map(|case| &case.name).collect();
            for name in [name].into_iter().chain(cases.iter().copied()) {
                if !is_identifier(name) || name == COMPILE {
                    return blame(format!(
                        "{name:?} is no name for a check; it is that of a function"
                    ));
                }
            }
            let before = self.checks[..i].iter().flat_map(|other| {
                let cases = other.cases.iter().map(|case| &case.name);
                [&other.name].into_iter().chain(cases)
            });
            let mut known: BTreeSet<&String> = before.collect();
            for name in [name].into_iter().chain(cases) {
                if !known.insert(name) {
                    return blame(format!("there are two checks called {name}"));
                }
            }
            if self.form == Form::Program && check.kind != Kind::Program {
                return blame(format!(
                    "{name} is of kind `run`, `explore` or `linearizable`, which call a library; this assignment is a program"
                ));
            }
            let sum: u32 = check.cases.iter().map(|case| case.points).sum();
            if !check.cases.is_empty() && sum != check.points {
                return blame(format!(
                    "{name} is worth {}, but its cases' points add up to {sum}",
                    check.points
                ));
            }
            for needed in &check.depends_on {
                if !self.checks[..i].iter().any(|other| other.name == *needed) {
                    return blame(format!(
                        "{name} depends on {needed}, which is none of the checks above it"
                    ));
                }
            }
        }
        for (i, wrong) in self.wrong.iter().enumerate() {
            let blame = |message: String| Some(("name", format!("\"{}\"", wrong.name), message));
            if self.wrong[..i].iter().any(|other| other.name == wrong.name) {
                return blame(format!("there are two wrong solutions called {}", wrong.name));
            }
            if wrong.caught_by != COMPILE && self.check(&wrong.caught_by).is_none() {
                let caught_by = &wrong.caught_by;
                return blame(format!(
                    "{} is caught by {caught_by}, which is no check",
                    wrong.name
                ));
            }
        }
        for cheat in &self.cheats {
            if let Some(earned) = cheat.earns.iter().find(|name| self.check(name).is_none()) {
                let message = format!("{} earns {earned}, which is no check", cheat.name);
                return Some(("name", format!("\"{}\"", cheat.name), message));
            }
        }
        None
    }
}

fn is_identifier(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Line and column of a byte, from 1.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..text.floor_char_boundary(at)];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// The last line that gives `key` this value: of two entries of one name, the second is to blame.
fn line_of(text: &str, key: &str, value: &str) -> usize {
    let says = |line: &str| {
        let Some((left, right)) = line.split_once('=') else { return false };
        left.trim() == key && right.split('#').next().unwrap_or_default().trim() == value
    };
    let lines: Vec<&str> = text.lines().collect();
    // The assignment's own numbers are at the top, before the first check.
    let found = if key == "name" {
        lines.iter().rposition(|l| says(l))
    } else {
        lines.iter().position(|l| says(l))
    };
    found.map_or(1, |line| line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"schema = 1
title = { en = "A", zh = "甲" }
form = "library"
points = 3
minutes = 5

[[check]]
name = "one"
kind = "run"
points = 1
title = { en = "One" }

[[check]]
name = "two"
kind = "explore"
points = 2
title = { en = "Two" }
depends_on = ["one"]
limits = { spurious = 1 }
"#;

    fn error(text: &str) -> String {
        Manifest::parse(Path::new("a.toml"), text).unwrap_err().to_string()
    }

    #[test]
    fn what_is_left_out_has_defaults() {
        let manifest = Manifest::parse(Path::new("a.toml"), GOOD).unwrap();
        assert_eq!(manifest.files, ["src/**/*.rs"]);
        assert_eq!(manifest.checks[1].limits, Limits { spurious: 1, ..Limits::default() });
        assert_eq!(manifest.checks[0].visibility, Visibility::Visible);
    }

    #[test]
    fn errors_name_the_line() {
        let unknown = error(&GOOD.replace("minutes", "minuets"));
        assert!(unknown.starts_with("a.toml:5:1: ") && unknown.contains("minuets"), "{unknown}");
        assert!(error(&GOOD.replace("\"run\"", "\"walk\"")).starts_with("a.toml:9:"));
        assert!(error("schema = ").starts_with("a.toml:1:"));
    }

    #[test]
    fn contradictions_are_named_with_what_they_contradict() {
        for (from, to, line, says) in [
            ("points = 3", "points = 4", 4, "add up to 3"),
            ("\"two\"", "\"one\"", 14, "two checks called one"),
            ("[\"one\"]", "[\"three\"]", 14, "depends on three"),
            ("\"library\"", "\"program\"", 8, "this assignment is a program"),
            ("schema = 1", "schema = 2", 1, "reads 1"),
            ("\"two\"", "\"Two\"", 14, "no name for a check"),
            (
                "points = 2\n",
                "points = 2\ncases = [{ name = \"a\", points = 1 }]\n",
                14,
                "add up to 1",
            ),
            (
                "points = 2\n",
                "points = 2\ncases = [{ name = \"one\", points = 2 }]\n",
                14,
                "two checks called one",
            ),
        ] {
            let message = error(&GOOD.replacen(from, to, 1));
            assert!(message.starts_with(&format!("a.toml:{line}: ")), "{message}");
            assert!(message.contains(says), "{message}");
        }
    }

    #[test]
    fn a_wrong_solution_names_a_check() {
        let wrong = "\n[[wrong]]\nname = \"late\"\ncaught_by = \"three\"\n";
        assert!(error(&format!("{GOOD}{wrong}")).contains("three, which is no check"));
        let cheat = "\n[[cheat]]\nname = \"half\"\nearns = [\"three\"]\n";
        assert!(error(&format!("{GOOD}{cheat}")).contains("half earns three, which is no check"));
    }
}
