//! The crates of these tests, and the command in them.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What a call came to.
#[derive(Debug)]
pub struct Seen {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Seen {
    /// The exit code must be this one, and all of this must have been said.
    #[track_caller]
    pub fn says(&self, code: i32, texts: &[&str]) -> &Seen {
        let all = format!("{}\n{}", self.stdout, self.stderr);
        assert_eq!(self.code, Some(code), "{all}");
        for text in texts {
            assert!(all.contains(text), "“{text}” is not in:\n{all}");
        }
        self
    }

    /// Lines of JSON with this event.
    pub fn events(&self, event: &str) -> Vec<Value> {
        let lines = self.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line["event"] == event).collect()
    }
}

impl From<Output> for Seen {
    fn from(output: Output) -> Seen {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Seen {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// A copy of the fixtures, outside of every workspace.
pub struct Crates(tempfile::TempDir);

impl Crates {
    pub fn new() -> Crates {
        let folder = tempfile::tempdir().unwrap();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/crates"), folder.path());
        Crates(folder)
    }

    /// The folder in which they are.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// `cargo explore` in one of them.
    pub fn explore(&self, name: &str, arguments: &[&str]) -> Seen {
        self.command(name, arguments).output().unwrap().into()
    }

    /// What [`explore`](Crates::explore) starts.
    pub fn command(&self, name: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-explore"));
        command.arg("explore").args(arguments).current_dir(self.path().join(name));
        // What is compiled once for these tests is there for the next time.
        command.env("XDG_CACHE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"));
        as_a_user(&mut command);
        command
    }
}

/// Takes away what the cargo that runs these tests has set.
pub fn as_a_user(command: &mut Command) {
    for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_TARGET_DIR"] {
        command.env_remove(name);
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let (from, to): (PathBuf, PathBuf) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            if entry.file_name() != "target" {
                std::fs::create_dir(&to).unwrap();
                copy(&from, &to);
            }
        } else {
            std::fs::copy(from, to).unwrap();
        }
    }
}
