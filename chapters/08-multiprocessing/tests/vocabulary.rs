//! One idea has one spelling: CONTRIBUTING.md, "A name in a library". Reads the sources.

use std::fs;
use std::path::{Path, PathBuf};

const CHAPTERS: [&str; 3] = ["08-multiprocessing", "09-shared-data", "10-pool"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Each public function and error enum: where, what stands before it, and its signature.
fn items() -> Vec<(String, String, String)> {
    let chapters = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    CHAPTERS.iter().for_each(|chapter| sources(&chapters.join(chapter).join("src"), &mut files));
    let mut items = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        for begin in ["pub fn ", "pub unsafe fn ", "pub enum "] {
            for (at, _) in text.match_indices(begin) {
                let before: Vec<&str> = text[..at].trim_end().lines().rev().take(3).collect();
                let signature = text[at..].split(['{', ';']).next().unwrap();
                let signature = signature.split_whitespace().collect::<Vec<_>>().join(" ");
                items.push((file.display().to_string(), before.join("\n"), signature));
            }
        }
    }
    assert!(items.len() > 200, "{}", items.len());
    items
}

fn name(signature: &str) -> &str {
    let rest = signature.split_once("fn ").map_or("", |(_, rest)| rest);
    rest.split(['(', '<']).next().unwrap_or_default()
}

/// What is wrong with the spelling.
fn fault(before: &str, signature: &str) -> Option<&'static str> {
    let returned = signature.split_once("->").map_or("", |(_, returned)| returned);
    let timed = signature.contains("Duration");
    let is_error = signature.starts_with("pub enum") && signature.contains("Error");
    match name(signature) {
        _ if is_error && !before.contains("#[non_exhaustive]") => {
            Some("an error enum is #[non_exhaustive]")
        }
        "wait_while" | "wait_until" => Some("a fact is waited for by wait_for"),
        "acquire" if returned.trim() == "bool" && !timed => Some("acquire waits until it has it"),
        "locked" | "is_held" => Some("the state of a lock is is_locked"),
        name if name.ends_with("_timeout") && !timed => Some("a time-out is a Duration"),
        _ if signature.contains("timeout: u") || signature.contains("timeout: f") => {
            Some("a time-out is a Duration")
        }
        _ => None,
    }
}

#[test]
fn one_idea_has_one_spelling() {
    let faults: Vec<String> = items()
        .iter()
        .filter_map(|(file, before, signature)| {
            fault(before, signature).map(|fault| format!("{file}: {signature}: {fault}"))
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn whatever_waits_for_a_time_also_waits_for_ever() {
    let items = items();
    for (file, _, signature) in &items {
        let Some(plain) = name(signature).strip_suffix("_timeout") else { continue };
        // An iterator's `next` and a setter are of a trait, or have no other form.
        let known = items.iter().any(|(other, _, s)| other == file && name(s) == plain);
        assert!(known || plain == "next", "{file}: {signature} without {plain}");
    }
}

#[test]
fn a_wrong_spelling_is_seen() {
    for wrong in [
        "pub fn acquire(&self) -> bool",
        "pub fn wait_while(self)",
        "pub fn get_timeout(&self, millis: u64) -> bool",
        "pub fn get(&self, timeout: u64)",
        "pub enum SomeError",
    ] {
        assert!(fault("#[derive(Debug)]", wrong).is_some(), "{wrong}");
    }
    assert_eq!(fault("#[non_exhaustive]", "pub enum SomeError"), None);
    assert_eq!(fault("", "pub fn acquire(&self) -> Result<(), OwnerDied<()>>"), None);
}
