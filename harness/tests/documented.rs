//! Every public function of the chapters' libraries shows itself in use.

use std::fs;
use std::path::{Path, PathBuf};

const LIBRARIES: [&str; 13] = [
    "02-threads",
    "03-locks",
    "04-rlock",
    "05-event",
    "06-condition",
    "07-queue",
    "08-multiprocessing",
    "08-multiprocessing/forks",
    "08-multiprocessing/sync",
    "09-shared-data",
    "10-pool",
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

/// The fences of a comment, of which some open a block that is compiled.
#[derive(Default)]
struct Fences {
    open: bool,
    example: bool,
}

impl Fences {
    fn read(&mut self, comment: &str) {
        let Some(words) = comment.trim().strip_prefix("```") else { return };
        let compiled = ["", "rust", "no_run", "should_panic", "compile_fail", "standalone_crate"];
        self.example |= !self.open && words.split(',').all(|word| compiled.contains(&word.trim()));
        self.open = !self.open;
    }
}

fn function(line: &str, starts: &[&str]) -> Option<String> {
    let rest = starts.iter().find_map(|start| line.strip_prefix(start))?;
    Some(rest.split(['(', '<']).next().unwrap().to_owned())
}

/// The public functions in `source` without an example in the comment above, those of macros and of traits, too. The example
/// of a trait is one of its functions.
fn without_example(source: &str) -> Vec<String> {
    const PUBLIC: [&str; 3] = ["pub fn ", "pub const fn ", "pub unsafe fn "];
    let (mut fences, mut found) = (Fences::default(), Vec::new());
    let mut silent_trait = false;
    for line in source.lines() {
        let code = line.trim();
        if let Some(comment) = code.strip_prefix("///") {
            fences.read(comment);
            continue;
        }
        if code.starts_with("#[") {
            continue;
        }
        let is_trait =
            ["pub trait ", "pub unsafe trait "].iter().any(|start| line.starts_with(start));
        silent_trait = (silent_trait && line != "}") || (is_trait && !fences.example);
        let starts: &[&str] = if silent_trait { &["fn ", "unsafe fn "] } else { &PUBLIC };
        found.extend(function(code, starts).filter(|_| !fences.example));
        fences = Fences::default();
    }
    found
}

#[test]
fn every_public_function_has_an_example() {
    let chapters = Path::new(env!("CARGO_MANIFEST_DIR")).join("../chapters");
    let mut missing = Vec::new();
    for library in LIBRARIES {
        let mut files = Vec::new();
        sources(&chapters.join(library).join("src"), &mut files);
        assert!(!files.is_empty(), "{library}");
        files.sort();
        for file in files {
            let name = file.strip_prefix(&chapters).unwrap().to_str().unwrap().to_owned();
            let functions = without_example(&fs::read_to_string(&file).unwrap());
            missing.extend(functions.into_iter().map(|function| (name.clone(), function)));
        }
    }
    assert!(missing.is_empty(), "no example in the documentation of {missing:#?}");
}

#[test]
fn what_is_an_example_and_what_is_not() {
    let source = "
/// ```text
/// no code
/// ```
pub fn told() {}
/// ```
/// assert!(true);
/// ```
#[inline]
pub fn shown() {}
fn private() {}
/// A trait.
pub trait Silent {
    /// Nothing.
    fn method(&self);
}
/// ```
/// impl Shown for u8 {}
/// ```
pub trait Shown {
    fn method(&self);
}
macro_rules! many {
    () => {
            /// ```ignore
            /// ```
            pub const fn ignored() {}
    };
}
";
    assert_eq!(without_example(source), ["told", "method", "ignored"]);
}
