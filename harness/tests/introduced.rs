//! The chapters up to the seventh are for readers who know no Rust: what their listings call, name or expand is explained, or at
//! least named in a sentence, on that page or an earlier one, and so is what their changes and assignments need.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Names that say what they are.
const PLAIN: [&str; 6] = ["DAWDLE", "is_daemon", "is_empty", "try_acquire", "Timer", "ZERO"];

/// Words of Rust that Python does not have, or has in another sense.
const KEYWORDS: [&str; 10] =
    ["Self", "break", "const", "continue", "dyn", "enum", "loop", "static", "where", "while"];

/// A solution of each assignment, which shows that the words of the book are enough for one. Beside it, what a reader would
/// write in another way: with a `match`, with another method that the pages name, or not at all.
const ASSIGNMENTS: [(&str, &str, &[&str]); 7] = [
    (
        "01-processes",
        "solution",
        &["args", "stderr", "to_owned", "unwrap_or", "unwrap_or_else", "zip"],
    ),
    (
        "02-threads",
        "solution",
        &[
            "MutexGuard",
            "PoisonError",
            "as_ref",
            "by_ref",
            "clamp",
            "for_each",
            "is_none_or",
            "unwrap_or_else",
            "with_capacity",
        ],
    ),
    ("03-locks", "solution", &["filter_map"]),
    ("04-rlock", "solution", &[]),
    ("05-event", "solution", &["saturating_sub"]),
    ("06-condition", "solution", &[]),
    // The solution sorts with a heap, and the page proposes the map that this one uses.
    ("07-queue", "alternatives/leader_and_followers", &[]),
];

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the harness lives in the workspace")
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|e| panic!("{}: {e}", file.display()))
}

/// The pages of the chapters up to the seventh, in the order of the contents.
fn pages(edition: &Path) -> Vec<PathBuf> {
    read(&edition.join("SUMMARY.md"))
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|page| page.starts_with('0') && *page < "08")
        .map(|page| edition.join(page))
        .collect()
}

fn chapter_of(page: &Path) -> String {
    let folder = page.parent().and_then(Path::file_name).expect("a page has a folder");
    folder.to_string_lossy().into_owned()
}

/// What the text has between backticks, line by line.
fn between_backticks(text: &str) -> String {
    let code = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    code.flat_map(|code| [code, "\n"]).collect()
}

/// What the sentences of the page have between backticks, and the Rust that its code blocks include. The task of an
/// assignment is a part of its page.
fn named_and_listings(page: &Path) -> (String, String) {
    let mut text = read(page);
    if let Some((file, rest)) = text.strip_prefix("{{#include ").and_then(|t| t.split_once("}}")) {
        text = read(&page.with_file_name("").join(file)) + rest;
    }
    let (mut named, mut listings) = (String::new(), String::new());
    let mut in_code = false;
    for line in text.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            named += &between_backticks(&line.replace("<code>", "`").replace("</code>", "`"));
        } else if let Some(include) = line.strip_prefix("{{#include ") {
            let (file, part) =
                include.trim_end_matches('}').split_once(':').unwrap_or((include, ""));
            let file = file.trim_end_matches('}');
            if file.ends_with(".rs") {
                listings += &part_of(&read(&page.with_file_name("").join(file)), part);
            }
        }
    }
    (named, listings)
}

fn part_of(source: &str, anchor: &str) -> String {
    if anchor.is_empty() {
        return source.to_owned();
    }
    let begin = |line: &&str| !line.trim_end().ends_with(&format!("ANCHOR: {anchor}"));
    let end = |line: &&str| !line.trim_end().ends_with(&format!("ANCHOR_END: {anchor}"));
    source.lines().skip_while(begin).skip(1).take_while(end).flat_map(|l| [l, "\n"]).collect()
}

/// The words of the code, each with what comes before and after it in its line.
fn words(code: &str) -> Vec<(&str, &str, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    for line in code.lines() {
        // Every second piece is a text.
        for code in line.split("//").next().unwrap_or_default().split('"').step_by(2) {
            let mut start = 0;
            while let Some(at) = code[start..].find(is_part) {
                let from = start + at;
                let to = code[from..].find(|c| !is_part(c)).map_or(code.len(), |end| from + end);
                found.push((&code[..from], &code[from..to], &code[to..]));
                start = to;
            }
        }
    }
    found
}

/// Methods, functions of types, macros, types and keywords: what a reader who sees them for the first time asks about.
fn names(listings: &str) -> BTreeSet<String> {
    let asked = |(before, name, after): &(&str, &str, &str)| {
        let method = before.ends_with('.') && (after.starts_with('(') || after.starts_with("::<"));
        let of_a_type = before.ends_with("::") && after.starts_with('(');
        let a_macro = after.starts_with('!') && !after.starts_with("!=");
        let a_type = name.len() > 1 && name.starts_with(|c: char| c.is_ascii_uppercase());
        method || of_a_type || a_macro || a_type || KEYWORDS.contains(name)
    };
    words(listings).into_iter().filter(asked).map(|(_, name, _)| name.to_owned()).collect()
}

/// What the code itself defines: its functions, types, constants and modules, and the forms of its enums.
fn defined(code: &str) -> BTreeSet<String> {
    const DEFINE: [&str; 8] =
        ["fn ", "struct ", "enum ", "trait ", "const ", "static ", "type ", "mod "];
    let defines = |(before, name, after): &(&str, &str, &str)| {
        let a_form = before.trim().is_empty()
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && [",", "(", " {"].iter().any(|next| after.starts_with(next));
        a_form || DEFINE.iter().any(|word| before.ends_with(word))
    };
    words(code).into_iter().filter(defines).map(|(_, name, _)| name.to_owned()).collect()
}

/// All Rust below the folder.
fn sources(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all += &sources(&path);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all += &read(&path);
        }
    }
    all
}

/// The names that stand nowhere between the backticks read so far.
fn unknown(names: BTreeSet<String>, named: &str, but: impl Fn(&str) -> bool) -> Vec<String> {
    let known: BTreeSet<&str> = words(named).into_iter().map(|(_, name, _)| name).collect();
    names.into_iter().filter(|name| !known.contains(name.as_str()) && !but(name)).collect()
}

#[test]
fn nothing_is_used_before_it_is_named() {
    let mut wrong = Vec::new();
    for edition in ["book/src", "book/zh-CN/src"] {
        let mut read_so_far = String::new();
        let mut own = BTreeSet::new();
        let mut looked_up = 0;
        for page in pages(&workspace().join(edition)) {
            let (named, listings) = named_and_listings(&page);
            read_so_far += &named;
            let names = names(&listings);
            looked_up += names.len();
            let chapter = chapter_of(&page);
            // From the fourth on, a reader knows how a chapter names its own things.
            if chapter.as_str() > "04" && page.ends_with("index.md") {
                own.extend(defined(&sources(
                    &workspace().join("chapters").join(chapter).join("src"),
                )));
            }
            let plain = |name: &str| PLAIN.contains(&name) || own.contains(name);
            let unknown = unknown(names, &read_so_far, plain);
            if !unknown.is_empty() {
                wrong.push(format!("{}: {unknown:?}", page.display()));
            }
        }
        assert!(looked_up > 600, "{edition}: only {looked_up} names: are the listings read?");
    }
    assert!(wrong.is_empty(), "no page so far says what these are:\n{}", wrong.join("\n"));
}

#[test]
fn a_change_needs_no_name_that_the_book_has_not_shown() {
    let mut wrong = Vec::new();
    for edition in ["book/src", "book/zh-CN/src"] {
        let mut read_so_far = String::new();
        let mut looked_at = 0;
        for page in pages(&workspace().join(edition)) {
            read_so_far += &named_and_listings(&page).0;
            let name = page.file_stem().expect("a page has a name");
            let changes = workspace().join("chapters").join(chapter_of(&page)).join("changes");
            let folder = changes.join(name);
            if !folder.is_dir() {
                continue;
            }
            let starter = read(&folder.join("starter.rs"));
            // The file that is to be changed says in its comments what has to be done, and with what.
            read_so_far += &between_backticks(&starter);
            let code = starter + &read(&folder.join("solution.rs"));
            let own = defined(&code);
            let plain = |name: &str| PLAIN.contains(&name) || own.contains(name);
            let unknown = unknown(names(&code), &read_so_far, plain);
            if !unknown.is_empty() {
                wrong.push(format!("{}: {unknown:?}", page.display()));
            }
            looked_at += 1;
        }
        assert!(looked_at >= 30, "{edition}: only {looked_at} changes");
    }
    assert!(wrong.is_empty(), "no page so far says what these are:\n{}", wrong.join("\n"));
}

#[test]
fn an_assignment_needs_no_name_that_the_book_has_not_shown() {
    let mut wrong = Vec::new();
    for edition in ["book/src", "book/zh-CN/src"] {
        let mut read_so_far = String::new();
        let mut looked_at = 0;
        for page in pages(&workspace().join(edition)) {
            read_so_far += &named_and_listings(&page).0;
            if !page.ends_with("assignment.md") {
                continue;
            }
            let chapter = chapter_of(&page);
            let (_, solution, otherwise) = ASSIGNMENTS
                .iter()
                .find(|(its, ..)| *its == chapter)
                .unwrap_or_else(|| panic!("{chapter}: which solution shows it?"));
            for (folder, otherwise) in [("starter", &[][..]), (solution, otherwise)] {
                let place = format!("chapters/{chapter}/assignment/{folder}/src");
                let code = sources(&workspace().join(&place));
                let own = defined(&code);
                let names = names(&code);
                for name in otherwise {
                    assert!(names.contains(*name), "{place} does not use {name}: it can go");
                }
                let plain = |name: &str| otherwise.contains(&name) || own.contains(name);
                let unknown = unknown(names, &read_so_far, plain);
                if !unknown.is_empty() {
                    wrong.push(format!("{}: {unknown:?}, in {place}", page.display()));
                }
            }
            looked_at += 1;
        }
        assert_eq!(looked_at, ASSIGNMENTS.len(), "{edition}: an assignment is missing");
    }
    assert!(wrong.is_empty(), "no page so far says what these are:\n{}", wrong.join("\n"));
}

#[test]
fn methods_functions_macros_types_and_keywords_are_found() {
    let found =
        names("let a = Arc::new(vec![1]); // Box\nb.push::<u8>(\"Rc\"); a != c; loop { d.e }\n");
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["Arc", "loop", "new", "push", "vec"]);
}

#[test]
fn what_the_code_defines_is_found() {
    let found = defined("pub fn go() {}\nenum Way {\n    Left(u8),\n}\ncall(Right);\n");
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["Left", "Way", "go"]);
}
