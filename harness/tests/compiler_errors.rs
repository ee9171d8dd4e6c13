//! The compiler errors that the book shows, from the compiler itself.
//!
//! Each file of `book/errors` is a mistake that Rust refuses. What the compiler
//! says to it stands beside it, as a snapshot; `cargo insta review` accepts a
//! new wording.

use std::path::Path;
use std::process::Command;

fn errors() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../book/errors"))
}

/// What the compiler says to this file of `book/errors`, without the parts that
/// point into the standard library: their line numbers are nobody's business here.
fn diagnosis(file: &str) -> String {
    let scratch = tempfile::tempdir().unwrap();
    let output = Command::new("rustc")
        .args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata", "--out-dir"])
        .arg(scratch.path())
        .arg(file)
        .current_dir(errors())
        .output()
        .expect("rustc starts");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{file} compiles, but stands for a mistake:\n{stderr}");

    let mut parts: Vec<String> = Vec::new();
    for line in stderr.lines() {
        let starts_a_part =
            ["error", "warning", "note", "help"].iter().any(|w| line.starts_with(w));
        if starts_a_part || parts.is_empty() || line.starts_with("For more information") {
            parts.push(String::new());
        }
        let part = parts.last_mut().expect("the first line made one");
        *part += line.trim_end();
        *part += "\n";
    }
    parts.retain(|part| {
        let tail = ["error: aborting", "For more information"];
        !part.contains("/library/") && !tail.iter().any(|start| part.starts_with(start))
    });
    // The last part's frame goes on to a part that is left out.
    parts.concat().trim_end_matches([' ', '|', '\n']).to_owned()
}

#[test]
fn every_mistake_is_refused_in_the_words_that_the_book_shows() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(errors());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut files = 0;
    for entry in std::fs::read_dir(errors()).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        if let Some(name) = file.strip_suffix(".rs") {
            settings.bind(|| insta::assert_snapshot!(name, diagnosis(&file)));
            files += 1;
        }
    }
    assert!(files > 0, "no mistakes in book/errors");
}
