//! The Chinese edition shows what the English one shows, and is not older.
//!
//! `translated.toml` holds, for each Chinese page, the hash of the English text that it is a translation of.
//! When you have brought a page up to date, renew its entry:
//!
//! ```console
//! EI_TRANSLATED=03-locks/index.md cargo test -p harness --test book
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::source::{Edition, Page, all_pages, workspace};

fn by_name(edition: Edition) -> BTreeMap<String, Page> {
    edition.pages().into_iter().map(|page| (page.name.clone(), page)).collect()
}

#[test]
fn every_page_has_its_counterpart() {
    let [english, chinese] = Edition::BOTH.map(by_name);
    let only = |these: &BTreeMap<String, Page>, those: &BTreeMap<String, Page>| -> Vec<String> {
        these.keys().filter(|name| !those.contains_key(*name)).cloned().collect()
    };
    let (untranslated, alone) = (only(&english, &chinese), only(&chinese, &english));
    assert!(
        untranslated.is_empty() && alone.is_empty(),
        "no Chinese page: {untranslated:#?}; no English page: {alone:#?}"
    );
}

/// What is included, as resolved files. An assignment's Chinese text lies beside its English one.
fn included(page: &Page) -> Vec<(PathBuf, String)> {
    let resolve = |file: &Path| {
        let file = file.canonicalize().unwrap_or_else(|_| file.into());
        PathBuf::from(file.to_string_lossy().replace(".zh-CN.", "."))
    };
    page.includes().into_iter().map(|i| (resolve(&i.file), i.part)).collect()
}

/// The first thing in which two lists differ.
fn difference<T: PartialEq + std::fmt::Debug>(what: &str, en: &[T], zh: &[T]) -> Option<String> {
    let at = (0..en.len().max(zh.len())).find(|i| en.get(*i) != zh.get(*i))?;
    Some(format!("{what} {}: English {:?}, Chinese {:?}", at + 1, en.get(at), zh.get(at)))
}

/// With those of an included assignment, which is read elsewhere too and so has no ids written in its headings.
fn levels(page: &Page) -> Vec<usize> {
    page.outline().headings.into_iter().map(|(level, _)| level).collect()
}

fn languages(page: &Page) -> Vec<String> {
    page.outline().blocks.into_iter().map(|(language, _)| language).collect()
}

#[test]
fn emphasis_is_closed_as_it_was_opened() {
    let mut wrong = Vec::new();
    for page in all_pages() {
        for words in page.outline().asterisks {
            wrong.push(format!("{}: {words}", page.file.display()));
        }
    }
    assert!(wrong.is_empty(), "an asterisk in prose:\n{}", wrong.join("\n"));
}

#[test]
fn both_editions_have_the_same_skeleton() {
    let [english, chinese] = Edition::BOTH.map(by_name);
    let mut wrong = Vec::new();
    for (name, zh) in &chinese {
        let Some(en) = english.get(name) else { continue };
        let differences = [
            difference("heading", &en.own_headings(), &zh.own_headings()),
            difference("heading's level", &levels(en), &levels(zh)),
            difference("include", &included(en), &included(zh)),
            difference("block", &languages(en), &languages(zh)),
        ];
        wrong.extend(differences.into_iter().flatten().map(|d| format!("{name}: {d}")));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn entries_file() -> PathBuf {
    workspace().join("book/zh-CN/translated.toml")
}

fn hash(page: &Page) -> String {
    let digest = Sha256::digest(page.whole_text());
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Renews the entries of these pages, separated by spaces.
fn renew(names: &str, english: &BTreeMap<String, Page>, entries: &mut BTreeMap<String, String>) {
    for name in names.split_whitespace() {
        let page = english.get(name).unwrap_or_else(|| panic!("EI_TRANSLATED: no page {name}"));
        entries.insert(name.into(), hash(page));
    }
    let lines = entries.iter().map(|(name, hash)| format!("\"{name}\" = \"{hash}\"\n"));
    let text: String = ["# Written by the tests; see harness/tests/book/editions.rs.\n".into()]
        .into_iter()
        .chain(lines)
        .collect();
    fs::write(entries_file(), text).unwrap();
}

#[test]
fn no_chinese_page_is_older_than_its_english_one() {
    let [english, chinese] = Edition::BOTH.map(by_name);
    let text = fs::read_to_string(entries_file()).expect("book/zh-CN/translated.toml");
    let mut entries: BTreeMap<String, String> = toml::from_str(&text).expect("page = \"hash\"");
    if let Ok(names) = std::env::var("EI_TRANSLATED") {
        renew(&names, &english, &mut entries);
    }
    let old: Vec<_> = chinese
        .keys()
        .filter(|name| english.get(*name).map(hash).as_ref() != entries.get(*name))
        .collect();
    assert!(
        old.is_empty(),
        "the English text of these pages has changed since their translation: {old:#?}\n\
         bring each up to date, then: EI_TRANSLATED=\"PAGE …\" cargo test -p harness --test book"
    );
    let gone: BTreeSet<_> = entries.keys().filter(|name| !chinese.contains_key(*name)).collect();
    assert!(gone.is_empty(), "translated.toml names pages that are not there: {gone:#?}");
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
}

/// Line numbers at which a browser would put a space between two Chinese characters.
fn broken_lines(text: &str) -> Vec<usize> {
    let mut listing = false;
    let mut found = Vec::new();
    let mut before = "";
    for (number, line) in text.lines().enumerate() {
        listing ^= line.trim_start().starts_with("```");
        let words = line.trim_start_matches(['>', ' ']).trim_end();
        if !listing && before.ends_with(is_chinese) && words.starts_with(is_chinese) {
            found.push(number + 1);
        }
        before = words;
    }
    found
}

#[test]
fn chinese_paragraphs_are_on_one_line() {
    let mut wrong = Vec::new();
    for page in Edition::Chinese.pages() {
        let lines = broken_lines(&page.text);
        wrong.extend(lines.iter().map(|line| format!("{}:{line}", page.file.display())));
    }
    assert!(wrong.is_empty(), "a line break shows as a space within a word:\n{}", wrong.join("\n"));
    assert_eq!(broken_lines("死\n锁\n\n锁\n> 死\n> 锁\n- 死\n- 锁\n"), [2, 5, 6]);
}
