//! Grades a batch that is made here, and watches the grader meanwhile.

use serde_json::Value;
use std::fs::Permissions;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

pub fn course() -> PathBuf {
    tests().join("course")
}

/// The attacks in a folder, by name.
pub fn cases(folder: &str) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(tests().join("attacks").join(folder)).unwrap();
    let mut cases: Vec<(String, String)> = entries
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    cases.sort();
    cases
}

/// A batch, and what came of it.
pub struct Graded {
    folder: tempfile::TempDir,
    assignment: &'static str,
    /// As whom it is graded; as who runs the tests without it.
    pub user: Option<u32>,
    /// The most memory that the grader itself had.
    pub grader_kilobytes: u64,
}

impl Graded {
    pub fn new(assignment: &'static str) -> Graded {
        let folder = tempfile::tempdir().unwrap();
        for name in ["submissions", "out", "temporary"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        // A copy of the course, in which what never ends is ended sooner.
        copy(&course(), &folder.path().join("course"));
        for (chapter, from, to) in [
            (
                "01-tally",
                "points = 1\ntitle = { en = \"One",
                "limits = { seconds = 2 }\npoints = 1\ntitle = { en = \"One",
            ),
            ("02-keeper", "seconds = 5", "seconds = 2"),
        ] {
            let path = folder.path().join("course/chapters").join(chapter);
            let path = path.join("assignment/assignment.toml");
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.contains(from), "{chapter} has other limits than this expects");
            std::fs::write(path, text.replace(from, to)).unwrap();
        }
        Graded { folder, assignment, user: None, grader_kilobytes: 0 }
    }

    pub fn submission(&self, name: &str, files: &[(&str, &str)]) {
        let source = self.folder.path().join("submissions").join(name).join("src");
        for (file, text) in files {
            let path = source.join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }

    /// Grades everything, several at a time.
    pub fn grade(&mut self, more: &[&str]) {
        let path = |name: &str| self.folder.path().join(name);
        let harness = env!("CARGO_BIN_EXE_harness");
        let mut command = match self.user {
            None => Command::new(harness),
            Some(user) => {
                for name in ["", "out", "temporary"] {
                    std::fs::set_permissions(path(name), Permissions::from_mode(0o777)).unwrap();
                }
                std::fs::create_dir(path("mounts")).unwrap();
                let mut command = Command::new("unshare");
                command.args(["--mount", "sh"]).arg(tests().join("attacks/as_user.sh"));
                command.arg(user.to_string()).arg(tests().ancestors().nth(2).unwrap());
                command.arg(path("mounts")).arg(harness);
                command
            }
        };
        command
            .arg("grade")
            .arg(path("submissions"))
            .args(["--assignment", self.assignment, "--seed", "1", "--jobs", "6", "--course"])
            .arg(path("course"))
            .arg("--out")
            .arg(path("out"))
            .args(more)
            .env("TMPDIR", path("temporary"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut run = command.spawn().unwrap();
        let status = format!("/proc/{}/status", run.id());
        let mut said = String::new();
        for line in BufReader::new(run.stdout.take().unwrap()).lines() {
            let status = std::fs::read_to_string(&status).unwrap_or_default();
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let peak = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse().ok());
            self.grader_kilobytes = self.grader_kilobytes.max(peak.unwrap_or(0));
            said += &(line.unwrap() + "\n");
        }
        run.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(run.wait().unwrap().code(), Some(1), "{said}");
    }

    pub fn result(&self, name: &str) -> Value {
        let path = self.folder.path().join("out/results").join(format!("{name}.json"));
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }

    /// All results, by name.
    pub fn results(&self) -> Vec<Value> {
        let entries = std::fs::read_dir(self.folder.path().join("out/results")).unwrap();
        let mut names: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        names.sort();
        names.iter().map(|name| self.result(name.file_stem().unwrap().to_str().unwrap())).collect()
    }

    /// Processes that have `mark` or this batch's folder among their arguments.
    pub fn left_behind(&self, mark: &str) -> Vec<String> {
        let mine = self.folder.path().to_str().unwrap();
        let mut found = Vec::new();
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let arguments = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let arguments = String::from_utf8_lossy(&arguments).replace('\0', " ");
            if arguments.contains(mine) || arguments.split(' ').any(|word| word == mark) {
                found.push(arguments);
            }
        }
        found
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        match path.is_dir() {
            true => copy(&path, &to.join(name)),
            false => drop(std::fs::copy(&path, to.join(name)).unwrap()),
        }
    }
}
