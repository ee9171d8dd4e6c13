//! Every program is in the book, and every listing in the book is run or checked by something.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::source::{Edition, all_pages, files, workspace};

/// Listings that are written out although nothing runs them, and why.
const WRITTEN_OUT: [(&str, &str, &str); 1] =
    [("04-rlock/lock-twice.md", "python", "the point of it is that it never ends")];

/// The programs of all chapters.
fn programs() -> Vec<PathBuf> {
    let mut programs = files(&workspace().join("chapters"), "rs");
    programs.retain(|file| {
        let folder = file.parent().expect("a file is in a folder");
        folder.ends_with("src/programs") && !file.ends_with("mod.rs")
    });
    programs
}

/// The chapter's folder of one of its programs.
fn chapter(program: &Path) -> &Path {
    program.ancestors().nth(3).expect("programs are three folders down")
}

fn stem(file: &Path) -> String {
    file.file_stem().expect("a file has a name").to_string_lossy().into_owned()
}

#[test]
fn every_program_twin_output_and_mistake_is_in_the_book() {
    let mut wanted = programs();
    assert!(wanted.len() > 50, "only {} programs: are the chapters read?", wanted.len());
    let twins: Vec<_> = wanted
        .iter()
        .map(|program| chapter(program).join("python").join(stem(program)).with_extension("py"))
        .filter(|twin| twin.is_file())
        .collect();
    wanted.extend(twins);
    // Those of programs begin with the chapter's number; other snapshots of the harness are none of the book's business.
    let outputs = files(&workspace().join("harness/tests/snapshots"), "snap");
    wanted.extend(
        outputs.into_iter().filter(|file| stem(file).starts_with(|c: char| c.is_ascii_digit())),
    );
    wanted.extend(files(&workspace().join("book/errors"), "rs"));
    wanted.extend(files(&workspace().join("book/errors"), "snap"));

    let includes = Edition::English.pages().into_iter().flat_map(|page| page.includes());
    let shown: BTreeSet<PathBuf> =
        includes.filter_map(|include| include.file.canonicalize().ok()).collect();
    wanted.retain(|file| !shown.contains(&file.canonicalize().unwrap()));
    assert!(wanted.is_empty(), "not shown in any page: {wanted:#?}");
}

/// The lines of a text without their indentation, and without empty ones.
fn bare(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn every_listing_is_a_program_a_test_or_a_checked_snippet() {
    let sources: Vec<String> = ["rs", "py"]
        .iter()
        .flat_map(|extension| files(&workspace().join("chapters"), extension))
        .map(|file| bare(&fs::read_to_string(file).unwrap()))
        .collect();
    let mut wrong = Vec::new();
    for page in all_pages() {
        for (language, text) in page.outline().blocks {
            let words: Vec<_> = language.split(',').collect();
            if !["rust", "python", "output", "refused"].iter().any(|word| words.contains(word)) {
                continue;
            }
            let written = text.lines().filter(|line| !line.trim_start().starts_with("{{#include "));
            let written = bare(&written.collect::<Vec<_>>().join("\n"));
            let known = sources.iter().any(|source| source.contains(&written));
            let allowed = WRITTEN_OUT
                .iter()
                .any(|(name, word, _)| *name == page.name && words.contains(word));
            if !written.is_empty() && !known && !allowed {
                wrong.push(format!("{}: nothing runs this {language}:\n{text}", page.name));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// What is wrong with a command, if it runs a chapter.
fn fault(command: &str, programs: &[PathBuf]) -> Option<String> {
    let words: Vec<_> = command.trim_start_matches("$ ").split_whitespace().collect();
    let ["cargo", "run", "-p", package, arguments @ ..] = &words[..] else {
        return None;
    };
    let name = package.strip_prefix("ch")?;
    let of_chapter: Vec<_> =
        programs.iter().filter(|program| chapter(program).ends_with(name)).collect();
    if of_chapter.is_empty() {
        return Some(format!("there is no package {package}"));
    }
    if let ["--", "change", changes @ ..] = arguments {
        let folder = workspace().join("chapters").join(name).join("changes");
        let unknown = changes.iter().find(|change| !folder.join(change).is_dir());
        return unknown.map(|change| format!("{package} has no change {change}"));
    }
    // After the first option come its values.
    let named = arguments.iter().skip(1).take_while(|word| !word.starts_with(['-', '#']));
    let unknown: Vec<_> = named
        .filter(|word| !of_chapter.iter().any(|program| stem(program).replace('_', "-") == **word))
        .collect();
    (!unknown.is_empty()).then(|| format!("{package} has no program {unknown:?}"))
}

/// The functions of a chapter that can be explored, and the files in which they are.
fn scenarios(chapter: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for folder in ["scenarios", "memory"].map(|name| chapter.join(name)) {
        let sources = if folder.is_dir() { files(&folder, "rs") } else { Vec::new() };
        for file in sources {
            let text = fs::read_to_string(&file).unwrap();
            let rests = text.split("\nfn ").skip(1).filter_map(|rest| rest.split_once("()"));
            for (function, _) in rests {
                found.extend([function.to_owned(), format!("{}/{function}", stem(&file))]);
            }
            found.insert(stem(&file));
        }
    }
    found
}

/// What is wrong with a command of the harness, if it names a chapter or a path.
fn fault_of_the_harness(command: &str, programs: &[PathBuf]) -> Option<String> {
    let (_, arguments) = command.split_once("-p harness -- ")?;
    let words: Vec<_> = arguments.split_whitespace().collect();
    let [verb, what, rest @ ..] = &words[..] else { return None };
    let chapter_of = workspace().join("chapters").join(what);
    match *verb {
        "explore" | "record" if what.contains('/') => {
            (!workspace().join(what).exists()).then(|| format!("there is no {what}"))
        }
        "explore" | "record" => {
            let mut known = scenarios(&chapter_of);
            let own = programs.iter().filter(|program| chapter(program) == chapter_of);
            known.extend(own.map(|program| stem(program).replace('_', "-")));
            // After the first option come its values.
            let mut named = rest.iter().take_while(|word| !word.starts_with(['-', '#']));
            if known.is_empty() {
                return Some(format!("there is no chapter {what}"));
            }
            let unknown = named.find(|name| !known.contains(**name));
            unknown.map(|name| format!("{what} has no scenario and no program {name}"))
        }
        "start" | "watch" | "check" | "hint" => {
            (!chapter_of.join("assignment").is_dir()).then(|| format!("{what} has no assignment"))
        }
        _ => None,
    }
}

#[test]
fn every_command_names_programs_that_exist() {
    let programs = programs();
    let mut wrong = Vec::new();
    for page in all_pages() {
        for (language, text) in page.outline().blocks {
            if language == "console" {
                for command in text.lines() {
                    let fault = fault(command, &programs)
                        .or_else(|| fault_of_the_harness(command, &programs));
                    wrong.extend(fault.map(|fault| format!("{}: {fault}", page.file.display())));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert_eq!(fault("$ cargo run -p ch07-queue -- methods --seed", &programs), None);
    assert!(fault("cargo run -p ch07-queues", &programs).is_some());
    assert!(fault("cargo run -p ch07-queue -- method", &programs).is_some());
    assert!(fault("cargo run -p ch00-rust -- change no-such-change", &programs).is_some());
    for (arguments, right) in [
        ("explore 03-locks mistakes/lost_update --step", true),
        ("explore 05-event ten-waiters --input true", true),
        ("explore 03-locks mistakes/lost_updates", false),
        ("explore 03-lock", false),
        ("explore chapters/03-locks/memory/no_race.rs", false),
        ("watch 07-queue", true),
        ("watch 00-rust", false),
    ] {
        let command = format!("cargo run -p harness -- {arguments}");
        assert_eq!(fault_of_the_harness(&command, &programs).is_none(), right, "{arguments}");
    }
}

/// A change that no page asks for is found by nobody, and a page cannot ask for one that is none.
#[test]
fn every_change_is_asked_for_on_the_page_of_its_name() {
    let chapters = fs::read_dir(workspace().join("chapters")).unwrap();
    let mut changes = BTreeSet::new();
    for chapter in chapters.map(|entry| entry.unwrap().path()) {
        let name = chapter.file_name().unwrap().to_string_lossy().into_owned();
        let folders = fs::read_dir(chapter.join("changes")).into_iter().flatten();
        let program = if name == "00-rust" { "ch00-rust" } else { "harness" };
        changes.extend(folders.map(|entry| {
            let change = entry.unwrap().file_name().into_string().unwrap();
            (name.clone(), change, format!("cargo run -p {program} --"))
        }));
    }
    assert!(changes.len() >= 21, "only {} changes: are the chapters read?", changes.len());
    for edition in Edition::BOTH {
        let mut asked = BTreeSet::new();
        for page in edition.pages() {
            let text = page.whole_text();
            let commands = text.lines().filter_map(|line| line.split_once(" change "));
            for (program, rest) in commands.filter(|(program, _)| program.starts_with("cargo run"))
            {
                let (chapter, name) = rest.split_once(' ').unwrap_or(("00-rust", rest));
                let change = (chapter.to_owned(), name.to_owned(), program.to_owned());
                assert!(changes.contains(&change), "{}: no change is `{rest}`", page.name);
                if page.name == format!("{chapter}/{name}.md") {
                    asked.insert(change);
                }
            }
        }
        assert_eq!(asked, changes, "{edition:?}");
    }
}
