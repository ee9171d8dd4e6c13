//! What a page includes is there, and shows something.

use std::fs;

use crate::source::{Include, all_pages};

/// What stands between `ANCHOR: name` and `ANCHOR_END: name`.
pub fn anchored(source: &str, name: &str) -> Option<String> {
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
        // The marks of a part within it are not shown.
        if line.contains("ANCHOR:") || line.contains("ANCHOR_END:") {
            continue;
        }
        text.push_str(line);
        text.push('\n');
    }
    None
}

/// Whether `lines` (`4:`, `4:11`) are all of a snapshot's text, or some of its paragraphs from their first
/// line to their last. So a part cannot be cut in two when the snapshot changes.
fn whole_paragraphs(source: &str, header: usize, lines: &str) -> bool {
    let line = |number: usize| source.lines().nth(number - 1);
    let begins = |number: usize| {
        number == header
            || (number > header && line(number - 1) == Some("") && line(number) != Some(""))
    };
    match lines.split_once(':') {
        Some((first, "")) => first.parse() == Ok(header),
        Some((first, last)) => match (first.parse(), last.parse::<usize>()) {
            (Ok(first), Ok(last)) => {
                begins(first) && first <= last && line(last + 1).is_none_or(str::is_empty)
            }
            _ => false,
        },
        None => false,
    }
}

/// What is wrong with an include of `source`.
fn fault(Include { file, part, .. }: &Include, source: &str) -> Option<String> {
    if file.extension().is_some_and(|e| e == "snap") {
        let header = source.lines().skip(1).position(|line| line == "---")? + 3;
        (!whole_paragraphs(source, header, part)).then(|| {
            format!("the snapshot's text starts at line {header}, and is cut between paragraphs")
        })
    } else if part.is_empty() {
        let marks = source.lines().any(|line| line.contains("ANCHOR:"));
        match source.trim() {
            "" => Some("the file is empty".into()),
            // Of a file without a part mdBook shows every line.
            _ => marks.then(|| {
                "the marks of its parts would be shown: name a part around all of it".into()
            }),
        }
    } else {
        let shown = anchored(source, part).unwrap_or_default();
        shown.trim().is_empty().then(|| "the anchor is missing, empty or never ends".into())
    }
}

#[test]
fn every_include_shows_something() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for include in all_pages().iter().flat_map(|page| page.includes()) {
        count += 1;
        match fs::read_to_string(&include.file) {
            Err(error) => wrong.push(format!("{}: {error}", include.at)),
            Ok(source) => {
                let fault = fault(&include, &source);
                wrong.extend(fault.map(|fault| format!("{}: {fault}", include.at)));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(count > 200, "only {count} includes: are the pages read?");
}

#[test]
fn a_snapshot_is_cut_between_its_paragraphs() {
    let source = "---\nsource\n---\na\nb\n\nc\nd\n";
    for (lines, right) in [
        ("4:", true),
        ("4:5", true),
        ("7:8", true),
        ("4:8", true),
        ("3:", false),
        ("4:4", false),
        ("5:5", false),
        ("4:7", false),
        ("4", false),
        ("main", false),
    ] {
        assert_eq!(whole_paragraphs(source, 4, lines), right, "{lines}");
    }
}

#[test]
fn an_anchor_is_what_stands_between_its_marks() {
    let source = "a\n// ANCHOR: x\nb\n// ANCHOR_END: x\n// ANCHOR: y\n";
    assert_eq!(anchored(source, "x").as_deref(), Some("b\n"));
    assert_eq!(anchored(source, "y"), None, "it never ends");
    assert_eq!(anchored(source, "z"), None, "it is not there");
    let nested = "// ANCHOR: all\na\n// ANCHOR: x\nb\n// ANCHOR_END: x\n// ANCHOR_END: all\n";
    assert_eq!(anchored(nested, "all").as_deref(), Some("a\nb\n"));
}
