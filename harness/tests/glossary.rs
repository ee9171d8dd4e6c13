//! The glossary has the same entries in both editions, each with a page that shows the word.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The page that an entry leads to, by the entry's id.
type Entries = BTreeMap<String, String>;

fn read(edition: &str) -> (Vec<String>, Entries) {
    let workspace =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the harness lives in the workspace");
    let page = workspace.join("book").join(edition).join("glossary.md");
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
