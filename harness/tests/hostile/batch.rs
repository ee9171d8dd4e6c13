//! A batch of submissions that is made here, and what came of it.

use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

/// A batch, of one assignment.
pub struct Batch {
    folder: tempfile::TempDir,
    assignment: &'static str,
}

/// What came of a batch.
pub struct Graded {
    pub results: BTreeMap<String, Value>,
    /// Every file of the output, by its path in it.
    pub files: BTreeMap<String, String>,
    pub said: String,
}

impl Batch {
    pub fn new() -> Batch {
        Batch::of("03-locks")
    }

    pub fn of(assignment: &'static str) -> Batch {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("temporary")).unwrap();
        std::fs::write(folder.path().join("secret"), "the words of the secret file\n").unwrap();
        Batch { folder, assignment }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn add(&self, name: &str, files: &[(&str, &str)]) {
        for (file, text) in files {
            let path = self.path("submissions").join(name).join("src").join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_harness"));
        command
            .arg("grade")
            .arg(self.path("submissions"))
            .args(["--assignment", self.assignment, "--seed", "1", "--jobs", "2", "--out"])
            .arg(self.path("out"))
            .env("TMPDIR", self.path("temporary"));
        command
    }

    pub fn grade(&self) -> Graded {
        let output = self.command().output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        let mut graded = Graded { results: BTreeMap::new(), files: BTreeMap::new(), said };
        for folder in ["results", "pages", "gradescope", "exercism", "."] {
            for entry in std::fs::read_dir(self.path("out").join(folder)).unwrap() {
                let path = entry.unwrap().path();
                if !path.is_file() {
                    continue;
                }
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                let text = std::fs::read_to_string(&path).unwrap();
                if let (true, Some(name)) = (folder == "results", name.strip_suffix(".json")) {
                    graded.results.insert(name.to_owned(), serde_json::from_str(&text).unwrap());
                }
                graded.files.insert(format!("{folder}/{name}"), text);
            }
        }
        graded
    }
}

impl Graded {
    /// Everything that is written of a submission, and what is written of all.
    pub fn about<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let mine = move |path: &str| path.contains(&format!("/{name}.")) || path.starts_with("./");
        let files = self.files.iter().filter(move |(path, _)| mine(path));
        files
            .map(|(path, text)| (path.as_str(), text.as_str()))
            .chain([("said", self.said.as_str())])
    }

    /// As [`about`](Graded::about), without the sources of visible checks, which Exercism shows with their results.
    pub fn said_of(&self, name: &str) -> Vec<(String, String)> {
        let plain = |(path, text): (&str, &str)| {
            let mut text = text.to_owned();
            if path.starts_with("exercism/") {
                let mut value: Value = serde_json::from_str(&text).unwrap();
                for test in value["tests"].as_array_mut().unwrap() {
                    test["test_code"] = Value::Null;
                }
                text = value.to_string();
            }
            (path.to_owned(), text)
        };
        self.about(name).map(plain).collect()
    }

    pub fn score(&self, name: &str) -> u64 {
        self.results[name]["score"].as_u64().unwrap_or_else(|| panic!("{:#}", self.results[name]))
    }

    pub fn statuses(&self, name: &str) -> BTreeMap<&str, &str> {
        let checks = self.results[name]["checks"].as_array().unwrap();
        checks
            .iter()
            .map(|c| (c["name"].as_str().unwrap(), c["status"].as_str().unwrap()))
            .collect()
    }
}
