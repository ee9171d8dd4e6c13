//! One idea has one spelling: CONTRIBUTING.md, "A name in a library". Reads the sources.

use std::fs;
use std::path::{Path, PathBuf};

const CHAPTERS: [&str; 11] = [
    "02-threads",
    "03-locks",
    "04-rlock",
    "05-event",
    "06-condition",
    "07-queue",
    "08-multiprocessing",
    "09-shared-data",
    "10-pool",
    "11-thread-pool",
    "12-coroutines",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            if !path.ends_with("programs") {
                sources(&path, found);
            }
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
        for begin in ["pub fn ", "pub const fn ", "pub unsafe fn ", "pub enum "] {
            for (at, _) in text.match_indices(begin) {
                let before: Vec<&str> = text[..at].trim_end().lines().rev().take(3).collect();
                let signature = text[at..].split(['{', ';']).next().unwrap();
                let signature = signature.split_whitespace().collect::<Vec<_>>().join(" ");
                items.push((file.display().to_string(), before.join("\n"), signature));
            }
        }
    }
    assert!(items.len() > 500, "{}", items.len());
    items
}

fn name(signature: &str) -> &str {
    let rest = signature.split_once("fn ").map_or("", |(_, rest)| rest);
    rest.split(['(', '<']).next().unwrap_or_default()
}

fn returned(signature: &str) -> &str {
    signature.split_once("->").map_or("", |(_, returned)| returned.trim())
}

/// What is wrong with the spelling.
fn fault(before: &str, signature: &str) -> Option<&'static str> {
    let timed = signature.contains("Duration");
    let is_error = signature.starts_with("pub enum") && signature.contains("Error");
    let takes = |parameter: &str| {
        signature.contains(&format!("({parameter}: "))
            || signature.contains(&format!(", {parameter}: "))
    };
    match name(signature) {
        _ if is_error && !before.contains("#[non_exhaustive]") => {
            Some("an error enum is #[non_exhaustive]")
        }
        "wait_while" | "wait_until" => Some("a fact is waited for by wait_for"),
        "acquire" if timed => Some("for a time there is acquire_timeout"),
        "acquire" if returned(signature).contains("bool") => Some("acquire waits until it has it"),
        "try_acquire" | "acquire_timeout" if returned(signature).is_empty() => {
            Some("it says whether it was taken")
        }
        "locked" | "is_held" => Some("the state of a lock is is_locked"),
        "n_waiting" => Some("how many wait is waiting or waiters"),
        // As std's sockets have them; and what carries calls of any method.
        "set_read_timeout" | "set_write_timeout" | "call_waiting" => None,
        _ if signature.contains("Option<Duration>") => {
            Some("for ever and for a time have a name each")
        }
        name if name.ends_with("_timeout") && name != "with_timeout" && !takes("timeout") => {
            Some("a time-out is called timeout")
        }
        name if name.ends_with("_timeout") && !timed => Some("a time-out is a Duration"),
        _ if signature.contains("timeout: u") || signature.contains("timeout: f") => {
            Some("a time-out is a Duration")
        }
        "maxsize" | "max_size" | "set_maxsize" => Some("a queue's bound is its capacity"),
        _ if takes("maxsize") || takes("max_size") => Some("a queue's bound is its capacity"),
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
        // An iterator's `next` is its trait's; a setting is none that waits.
        let known = items.iter().any(|(other, _, s)| other == file && name(s) == plain);
        let other = plain == "next" || plain == "with" || plain.starts_with("set_");
        assert!(known || other, "{file}: {signature} without {plain}");
    }
}

/// Which of `others` a file needs that has one of `ones`.
fn without(ones: &[&str], others: &[&str]) -> Vec<String> {
    let items = items();
    let has = |file: &str, wanted: &str| {
        items.iter().any(|(other, _, signature)| other == file && name(signature) == wanted)
    };
    let files: std::collections::BTreeSet<&str> =
        items.iter().map(|(file, _, _)| file.as_str()).collect();
    let mut missing = Vec::new();
    for file in files {
        // The steps on the road have the one face that is read.
        if file.ends_with("naive.rs") || file.ends_with("correct.rs") {
            continue;
        }
        if ones.iter().all(|one| has(file, one)) {
            let lacks = others.iter().filter(|other| !has(file, other));
            missing.extend(lacks.map(|other| format!("{file} has {ones:?} without {other}")));
        }
    }
    missing
}

#[test]
fn a_guard_a_try_and_a_time_out_go_together() {
    for (one, others) in [
        ("lock_timeout", &["lock", "try_lock"][..]),
        ("acquire", &["try_acquire", "acquire_timeout", "release"]),
        ("permit", &["try_permit", "permit_timeout", "acquire"]),
        ("wait_for", &["wait_for_timeout", "wait", "wait_timeout"]),
        ("put_timeout", &["put", "try_put"]),
        ("get_timeout", &["get"]),
    ] {
        let missing = without(&[one], others);
        assert!(missing.is_empty(), "{}", missing.join("\n"));
    }
    // Whoever looks at these finds that something is missing.
    assert!(!without(&["acquire"], &["no_such_method"]).is_empty());
}

#[test]
fn a_semaphore_has_guards_for_its_permits() {
    let items = items();
    let semaphores: Vec<&str> = items
        .iter()
        .filter(|(file, ..)| file.ends_with("semaphore.rs"))
        .map(|(_, _, signature)| name(signature))
        .collect();
    assert_eq!(semaphores.iter().filter(|&&name| name == "permit").count(), 5);
}

#[test]
fn a_wrong_spelling_is_seen() {
    for wrong in [
        "pub fn acquire(&self) -> bool",
        "pub fn wait_while(self)",
        "pub fn get_timeout(&self, millis: u64) -> bool",
        "pub fn get(&self, timeout: u64)",
        "pub enum SomeError",
        "pub fn acquire(&self, timeout: Option<Duration>) -> Result<bool, ManagerError>",
        "pub fn acquire(&self) -> Result<bool, ManagerError>",
        "pub fn wait(&self, timeout: Option<Duration>) -> bool",
        "pub fn wait_timeout(&self, duration: Duration) -> bool",
        "pub const fn new(maxsize: usize) -> Queue<T>",
        "pub fn locked(&self) -> bool",
    ] {
        assert!(fault("#[derive(Debug)]", wrong).is_some(), "{wrong}");
    }
    assert_eq!(fault("#[non_exhaustive]", "pub enum SomeError"), None);
    assert_eq!(fault("", "pub fn acquire(&self) -> Result<(), OwnerDied<()>>"), None);
}
