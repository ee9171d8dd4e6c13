//! The chapters up to the third are for readers who know no Rust: what their listings call, name or expand is explained, or at
//! least named in a sentence, on that page or an earlier one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Names that say what they are.
const PLAIN: [&str; 4] = ["DAWDLE", "is_daemon", "try_acquire", "Timer"];

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the harness lives in the workspace")
}

/// The pages of the chapters up to the third, in the order of the contents.
fn pages(edition: &Path) -> Vec<PathBuf> {
    let summary = fs::read_to_string(edition.join("SUMMARY.md")).unwrap();
    summary
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|page| ["00-", "01-", "02-", "03-"].iter().any(|chapter| page.starts_with(chapter)))
        .map(|page| edition.join(page))
        .collect()
}

/// The page without its code blocks, and the Rust that these include.
fn prose_and_listings(page: &Path) -> (String, String) {
    let text = fs::read_to_string(page).unwrap_or_else(|e| panic!("{}: {e}", page.display()));
    let (mut prose, mut listings) = (String::new(), String::new());
    let mut in_code = false;
    for line in text.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            prose += line;
            prose.push('\n');
        } else if let Some(include) = line.strip_prefix("{{#include ") {
            let (file, part) =
                include.trim_end_matches('}').split_once(':').unwrap_or((include, ""));
            let file = file.trim_end_matches('}');
            if file.ends_with(".rs") {
                let source = fs::read_to_string(page.with_file_name("").join(file)).unwrap();
                listings += &part_of(&source, part);
            }
        }
    }
    (prose, listings)
}

fn part_of(source: &str, anchor: &str) -> String {
    if anchor.is_empty() {
        return source.to_owned();
    }
    let begin = |line: &&str| !line.trim_end().ends_with(&format!("ANCHOR: {anchor}"));
    let end = |line: &&str| !line.trim_end().ends_with(&format!("ANCHOR_END: {anchor}"));
    source.lines().skip_while(begin).skip(1).take_while(end).flat_map(|l| [l, "\n"]).collect()
}

/// Methods, macros and types: what a reader who sees them for the first time asks about.
fn names(listings: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in listings.lines() {
        // Every second piece is a text.
        let code = line.split("//").next().unwrap_or_default().split('"').step_by(2);
        for code in code {
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            let mut start = 0;
            while let Some(at) = code[start..].find(is_part) {
                let from = start + at;
                let to = code[from..].find(|c| !is_part(c)).map_or(code.len(), |end| from + end);
                let name = &code[from..to];
                let method = code[..from].ends_with('.') && code[to..].starts_with('(');
                let a_macro = code[to..].starts_with('!') && !code[to..].starts_with("!=");
                let a_type = name.len() > 1 && name.starts_with(|c: char| c.is_ascii_uppercase());
                if method || a_macro || a_type {
                    found.insert(name.to_owned());
                }
                start = to;
            }
        }
    }
    found
}

#[test]
fn nothing_is_used_before_it_is_named() {
    let mut wrong = Vec::new();
    for edition in ["book/src", "book/zh-CN/src"] {
        let mut read_so_far = String::new();
        let mut looked_up = 0;
        for page in pages(&workspace().join(edition)) {
            let (prose, listings) = prose_and_listings(&page);
            read_so_far += &prose;
            let names = names(&listings);
            looked_up += names.len();
            let unknown: Vec<_> = names
                .iter()
                .filter(|name| {
                    !PLAIN.contains(&name.as_str()) && !read_so_far.contains(name.as_str())
                })
                .collect();
            if !unknown.is_empty() {
                wrong.push(format!("{}: {unknown:?}", page.display()));
            }
        }
        assert!(looked_up > 200, "{edition}: only {looked_up} names: are the listings read?");
    }
    assert!(wrong.is_empty(), "no page so far says what these are:\n{}", wrong.join("\n"));
}

#[test]
fn methods_macros_and_types_are_found() {
    let found = names("let a = Arc::new(vec![1]); // Box\nb.push(\"Rc\"); a != c;\n");
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["Arc", "push", "vec"]);
}
