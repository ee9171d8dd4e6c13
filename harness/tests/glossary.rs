//! The glossary has the same entries in both editions, each with a page that shows the word, and no earlier page uses it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Words that everybody knows before the book gives them a narrower sense.
const ORDINARY: [&str; 9] =
    ["block", "lock", "message", "pool", "queue", "task", "thread", "wait", "worker"];

/// Where a page may use a word before the page that explains it, and why.
const BEFORE: [(&str, &str, &str); 2] = [
    ("condition", "03-locks/", "a race condition is another word"),
    ("message broker", "10-pool/summary.md", "what to reach for outside of the course"),
];

/// Pages around the way through the book: the first ones, and those that list what stands elsewhere.
const AROUND: [&str; 5] =
    ["welcome.md", "students.md", "glossary.md", "levels.md", "predictions.md"];

/// The page that an entry leads to, by the entry's id.
type Entries = BTreeMap<String, String>;

fn book(edition: &str) -> PathBuf {
    let workspace =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the harness lives in the workspace");
    workspace.join("book").join(edition)
}

fn read(edition: &str) -> (Vec<String>, Entries) {
    let page = book(edition).join("glossary.md");
    let text = fs::read_to_string(&page).unwrap_or_else(|e| panic!("{}: {e}", page.display()));
    let mut words = Vec::new();
    let mut entries = Entries::new();
    for entry in text.split("<span id=\"t-").skip(1) {
        let (id, rest) = entry.split_once("\"></span>").expect("the id ends");
        let (word, meaning) = rest.split_once("\n: ").unwrap_or_else(|| panic!("{id}: no meaning"));
        let link = meaning.rsplit_once("](").map(|(_, link)| link.trim().trim_end_matches(')'));
        let link = link.unwrap_or_else(|| panic!("{id}: no page at its end"));
        words.push(word.to_owned());
        let before = entries.insert(id.to_owned(), link.to_owned());
        assert!(before.is_none(), "{}: {id} comes twice", page.display());
    }
    (words, entries)
}

#[test]
fn both_editions_have_the_same_entries() {
    let (english, chinese) = (read("src").1, read("zh-CN/src").1);
    assert!(english.len() > 100, "only {} entries: is the page read?", english.len());
    for (id, page) in &english {
        let its_page = chinese.get(id).unwrap_or_else(|| panic!("no Chinese for {id}"));
        assert_eq!(page, its_page, "{id}: the editions lead to different pages");
    }
    assert_eq!(english.len(), chinese.len(), "the Chinese edition has entries of its own");
}

#[test]
fn the_english_words_are_in_order() {
    let words: Vec<String> = read("src").0.iter().map(|word| word.to_lowercase()).collect();
    for pair in words.windows(2) {
        let [a, b] = [0, 1].map(|i| pair[i].split(" (").next().unwrap_or_default());
        assert!(a <= b, "“{a}” comes before “{b}”");
    }
}

/// The English pages in the order of the contents.
fn pages() -> Vec<String> {
    let summary = fs::read_to_string(book("src").join("SUMMARY.md")).unwrap();
    let targets = summary.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.map(str::to_owned).collect()
}

/// The page, and the task that an assignment's page includes.
fn with_its_task(page: &Path) -> String {
    let text = fs::read_to_string(page).unwrap();
    let task = text.strip_prefix("{{#include ").and_then(|rest| rest.split_once("}}"));
    task.map_or(text.clone(), |(file, rest)| {
        let file = page.with_file_name("").join(file);
        fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display())) + rest
    })
}

/// What a reader reads in sentences: neither code nor tables, nor a link's words, which lead to where they are explained.
fn sentences(text: &str) -> String {
    let (mut sentences, mut apart) = (String::new(), 0);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_DEFINITION_LIST) {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::Table(_) | Tag::Link { .. }) => apart += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::Table | TagEnd::Link) => apart -= 1,
            Event::Text(words) if apart == 0 => sentences += &words,
            Event::Html(html) => sentences += &without_tags(&html),
            Event::SoftBreak | Event::End(_) | Event::Code(_) => sentences.push(' '),
            _ => {}
        }
    }
    sentences
}

/// A line of HTML, as predictions have it, without its tags and without what is code.
fn without_tags(html: &str) -> String {
    let mut words = String::new();
    for (number, piece) in html.split("<code>").enumerate() {
        let prose =
            piece.split_once("</code>").filter(|_| number > 0).map_or(piece, |(_, rest)| rest);
        for (number, piece) in prose.split('<').enumerate() {
            words += if number == 0 {
                piece
            } else {
                piece.split_once('>').map_or("", |(_, rest)| rest)
            };
        }
        words.push(' ');
    }
    words
}

/// Whether the word stands in the text, alone or with an s. A name such as `Result` is another word than "result".
fn uses(text: &str, word: &str) -> bool {
    let is_name = word.starts_with(char::is_uppercase);
    let (text, word) = if is_name {
        (text.into(), word.into())
    } else {
        (text.to_lowercase(), word.to_lowercase())
    };
    text.match_indices(&word).any(|(at, _)| {
        let after = &text[at + word.len()..];
        let after = after.strip_prefix('s').unwrap_or(after);
        !text[..at].ends_with(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric)
    })
}

#[test]
fn no_word_is_used_before_the_page_that_explains_it() {
    let pages = pages();
    let texts: Vec<String> =
        pages.iter().map(|page| sentences(&with_its_task(&book("src").join(page)))).collect();
    let (words, entries) = read("src");
    let by_id: BTreeMap<String, &String> = {
        let text = fs::read_to_string(book("src").join("glossary.md")).unwrap();
        let ids = text.split("<span id=\"t-").skip(1).filter_map(|rest| rest.split('"').next());
        ids.map(str::to_owned).zip(&words).collect()
    };
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    for (id, explained) in &entries {
        let place = pages.iter().position(|page| page == explained);
        let place = place.unwrap_or_else(|| panic!("{id}: {explained} is no page"));
        let folder = explained.split_once('/').map(|(folder, _)| format!("{folder}/index.md"));
        let spoken = by_id[id].split(" (").next().unwrap_or_default();
        for word in spoken.split(", ").filter(|word| !ORDINARY.contains(word)) {
            looked_at += place;
            let used = pages[..place].iter().zip(&texts).find(|(page, text)| {
                let named = |(term, page_s, _): &(&str, &str, &str)| {
                    *term == word && page.starts_with(page_s)
                };
                // The first page of a chapter says what comes in it.
                !AROUND.contains(&page.as_str())
                    && folder.as_ref() != Some(page)
                    && !BEFORE.iter().any(named)
                    && uses(text, word)
            });
            wrong.extend(used.map(|(page, _)| format!("“{word}” on {page}, before {explained}")));
        }
    }
    assert!(looked_at > 3000, "only {looked_at} words on pages: are the pages read?");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn words_are_found_in_sentences_and_not_in_code() {
    let text = "A *daemon* and `guard`s; [pools](a.md).\n\n```text\nfork\n```\n\n<li>Two <code>permit</code> signals</li>\n";
    let text = sentences(text);
    assert!(uses(&text, "daemon") && uses(&text, "signal"), "{text}");
    assert!(
        ["guard", "pool", "fork", "permit", "sign"].iter().all(|word| !uses(&text, word)),
        "{text}"
    );
    assert!(uses("a Result", "Result") && !uses("the result", "Result"));
}
