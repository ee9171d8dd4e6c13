//! Every public function of the chapters' libraries shows itself in use.

use std::fs;
use std::path::{Path, PathBuf};

/// Chapters that promise it.
const CHAPTERS: [&str; 8] = [
    "02-threads",
    "03-locks",
    "04-rlock",
    "05-event",
    "06-condition",
    "07-queue",
    "11-thread-pool",
    "12-coroutines",
];

/// Not libraries: what is shown by running it, and steps on the road, which their type's example shows.
/// The last ones are the insides of the queue and of the pool, in private modules.
const LEFT_OUT: [&str; 9] = [
    "main.rs",
    "programs",
    "naive.rs",
    "correct.rs",
    "07-queue/src/ring.rs",
    "07-queue/src/blocking_queue/held.rs",
    "07-queue/src/blocking_queue/state.rs",
    "07-queue/src/blocking_queue/waiting.rs",
    "11-thread-pool/src/thread_pool/books.rs",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if LEFT_OUT.iter().any(|name| path.ends_with(name)) {
        } else if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The lines of `source` that begin a `pub fn` without an example in the comment above.
fn without_example(source: &str) -> Vec<usize> {
    let mut example = false;
    let mut found = Vec::new();
    for (number, line) in source.lines().map(str::trim).enumerate() {
        if let Some(text) = line.strip_prefix("///") {
            example |= text.trim_start().starts_with("```");
        } else if !line.starts_with("#[") {
            let is_function = ["pub fn ", "pub const fn ", "pub unsafe fn "]
                .iter()
                .any(|start| line.starts_with(start));
            if is_function && !example {
                found.push(number + 1);
            }
            example = false;
        }
    }
    found
}

#[test]
fn every_public_function_has_an_example() {
    let chapters = Path::new(env!("CARGO_MANIFEST_DIR")).join("../chapters");
    let mut files = Vec::new();
    for chapter in CHAPTERS {
        sources(&chapters.join(chapter).join("src"), &mut files);
    }
    assert!(files.len() > CHAPTERS.len());
    let missing: Vec<_> = files
        .iter()
        .flat_map(|file| {
            let lines = without_example(&fs::read_to_string(file).unwrap());
            lines.into_iter().map(|line| format!("{}:{line}", file.display()))
        })
        .collect();
    assert!(missing.is_empty(), "no example in the documentation of\n{}", missing.join("\n"));
}

#[test]
fn an_example_counts_only_for_what_it_stands_above() {
    let source = "/// ```\n/// f();\n/// ```\n#[inline]\npub fn f() {}\n\n/// Text.\npub fn g() {}\n\npub const fn h() {}\n";
    assert_eq!(without_example(source), [8, 10]);
}
