//! What files are called in a picture: by their names, and where two have the same, by as many of their folders as tell them apart.

use std::collections::{BTreeMap, BTreeSet};

use crate::location::plain;
use crate::{Location, Trace};

/// The names of those files of a trace that share theirs with another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Places {
    named: BTreeMap<String, String>,
}

impl Places {
    pub fn of(trace: &Trace) -> Self {
        let mut files = BTreeSet::new();
        for place in trace.places() {
            if !files.contains(&place.file) {
                files.insert(place.file.clone());
            }
        }
        Self::of_files(&files)
    }

    fn of_files(files: &BTreeSet<String>) -> Self {
        let mut named = BTreeMap::new();
        for file in files {
            let mut folders = 0;
            let shared = |name: &str, folders: usize| {
                files.iter().any(|other| other != file && short(other, folders) == name)
            };
            let all = file.split(['/', '\\']).count();
            while folders + 1 < all && shared(&short(file, folders), folders) {
                folders += 1;
            }
            if folders > 0 {
                named.insert(file.clone(), short(file, folders));
            }
        }
        Self { named }
    }

    /// The file and the line.
    pub fn short(&self, at: &Location) -> String {
        match self.named.get(&at.file) {
            Some(name) => format!("{name}:{}", at.line),
            None => at.short(),
        }
    }
}

/// A file's name with so many of its folders, and before them the crate, if it is somebody else's.
fn short(file: &str, folders: usize) -> String {
    let parts: Vec<&str> = file.split(['/', '\\']).collect();
    let end = parts[parts.len().saturating_sub(folders + 1)..].join("/");
    let place = Location::new(file, 0);
    let package = place.package().map_or(String::new(), |package| format!("{package}/"));
    package.chars().chain(end.chars()).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_one_name_are_told_apart_by_as_few_folders_as_can_be() {
        let registry = "/root/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tokio-1.52.1";
        let told = |files: &[String]| -> Vec<String> {
            let places = Places::of_files(&files.iter().cloned().collect());
            files.iter().map(|file| places.short(&Location::new(file, 7))).collect()
        };
        let all = [
            "src/queue.rs",
            "tests/queue.rs",
            "core/src/lib.rs",
            "export/src/lib.rs",
            "src/pool.rs",
            "lib.rs",
        ]
        .map(str::to_owned);
        assert_eq!(
            told(&all),
            [
                "src/queue.rs:7",
                "tests/queue.rs:7",
                "core/src/lib.rs:7",
                "export/src/lib.rs:7",
                "pool.rs:7",
                "lib.rs:7",
            ]
        );
        let of_others = ["sync/mod.rs", "task/mod.rs", "park.rs"];
        let of_others = of_others.map(|end| format!("{registry}/src/{end}"));
        assert_eq!(
            told(&of_others),
            ["tokio/sync/mod.rs:7", "tokio/task/mod.rs:7", "tokio/park.rs:7"]
        );
        assert_eq!(told(&[]), [""; 0]);
    }
}
