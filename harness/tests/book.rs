//! What mdBook lets slip: it only logs a missing include, a missing anchor is
//! silently empty, and a listing that nobody runs looks like any other.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the harness lives in the workspace")
}

/// The files below `folder` with this extension, sorted.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn pages() -> Vec<PathBuf> {
    files(&workspace().join("book/src"), "md")
}

/// `{{#include path:part}}` in a page.
struct Include {
    /// For messages: page, line and text.
    at: String,
    /// What it includes.
    file: PathBuf,
    /// The anchor or the lines; empty for the whole file.
    part: String,
}

fn includes() -> Vec<Include> {
    let mut found = Vec::new();
    for page in pages() {
        for (number, line) in fs::read_to_string(&page).unwrap().lines().enumerate() {
            for piece in line.split("{{#").skip(1) {
                let inside = piece.split("}}").next().unwrap_or("");
                let Some(target) =
                    inside.strip_prefix("include ").or(inside.strip_prefix("rustdoc_include "))
                else {
                    continue;
                };
                let (file, part) = target.trim().split_once(':').unwrap_or((target.trim(), ""));
                found.push(Include {
                    at: format!("{}:{}: {target}", page.display(), number + 1),
                    file: page.parent().unwrap().join(file),
                    part: part.to_owned(),
                });
            }
        }
    }
    found
}

/// What stands between `ANCHOR: name` and `ANCHOR_END: name`.
fn anchored(source: &str, name: &str) -> Option<String> {
    let marks = |line: &str, mark: &str| {
        line.split_once(mark).is_some_and(|(_, rest)| rest.split_whitespace().next() == Some(name))
    };
    let mut lines = source.lines().skip_while(|line| !marks(line, "ANCHOR:")).skip(1).peekable();
    lines.peek()?;
    let mut text = String::new();
    for line in lines {
        if marks(line, "ANCHOR_END:") {
            return Some(text);
        }
        text.push_str(line);
        text.push('\n');
    }
    None
}

#[test]
fn every_include_shows_something() {
    let mut wrong = Vec::new();
    for Include { at, file, part } in includes() {
        let Ok(source) = fs::read_to_string(&file) else {
            wrong.push(format!("{at}: no such file"));
            continue;
        };
        if file.extension().is_some_and(|e| e == "snap") {
            // The page must cut off exactly the header.
            let header = source.lines().skip(1).position(|line| line == "---").unwrap() + 3;
            if part != format!("{header}:") {
                wrong.push(format!("{at}: the snapshot's text starts at line {header}"));
            }
        } else if !part.is_empty() && anchored(&source, &part).is_none_or(|t| t.trim().is_empty()) {
            wrong.push(format!("{at}: the anchor is missing, empty or never ends"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_program_twin_output_and_mistake_is_in_the_book() {
    let mut wanted = Vec::new();
    for file in files(&workspace().join("chapters"), "rs") {
        let folder = file.parent().expect("a file is in a folder");
        if folder.ends_with("src/programs") && !file.ends_with("mod.rs") {
            let name = file.file_stem().expect("a file has a name");
            let chapter = folder.ancestors().nth(2).expect("programs are two folders down");
            let twin = chapter.join("python").join(name).with_extension("py");
            wanted.extend(twin.is_file().then_some(twin));
            wanted.push(file);
        }
    }
    wanted.extend(files(&workspace().join("harness/tests/snapshots"), "snap"));
    // Those of programs begin with the chapter's number; other snapshots of the harness are none of the book's business.
    let of_a_program = |file: &PathBuf| {
        let name = file.file_name().expect("a file has a name").to_string_lossy().into_owned();
        name.starts_with(|c: char| c.is_ascii_digit())
    };
    wanted.retain(|file| file.extension() != Some("snap".as_ref()) || of_a_program(file));
    wanted.extend(files(&workspace().join("book/errors"), "rs"));
    wanted.extend(files(&workspace().join("book/errors"), "snap"));

    let shown: BTreeSet<PathBuf> =
        includes().iter().filter_map(|include| include.file.canonicalize().ok()).collect();
    wanted.retain(|file| !shown.contains(&file.canonicalize().unwrap()));
    assert!(wanted.is_empty(), "not shown in any page: {wanted:#?}");
}

#[test]
fn every_page_is_in_the_summary() {
    let summary = fs::read_to_string(workspace().join("book/src/SUMMARY.md")).unwrap();
    for page in pages() {
        let name = page.strip_prefix(workspace().join("book/src")).unwrap().to_string_lossy();
        assert!(name == "SUMMARY.md" || summary.contains(&format!("({name})")), "{name}");
    }
    for target in summary.split('(').skip(1).filter_map(|rest| rest.split(')').next()) {
        assert!(workspace().join("book/src").join(target).exists(), "SUMMARY.md names {target}");
    }
}

#[test]
fn every_link_leads_to_a_page() {
    let mut wrong = Vec::new();
    for page in pages() {
        for (number, line) in fs::read_to_string(&page).unwrap().lines().enumerate() {
            for target in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let file = target.split('#').next().unwrap_or("");
                let elsewhere = file.is_empty() || file.starts_with("https://");
                if !elsewhere && !page.parent().unwrap().join(file).is_file() {
                    wrong.push(format!("{}:{}: {target}", page.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
