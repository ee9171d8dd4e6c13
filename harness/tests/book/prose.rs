//! How the English pages of the chapters read: neither one clause a sentence, nor sentences without an end.
//!
//! `cargo test -p harness --test book prose -- --nocapture` prints the numbers of every page.

use std::fs;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::includes::anchored;
use crate::source::{Edition, Page};

/// Whether the page belongs to a chapter: its folder begins with the chapter's number.
fn is_of_a_chapter(page: &Page) -> bool {
    page.name.starts_with(|first: char| first.is_ascii_digit()) && page.name.contains('/')
}

/// What is counted on a page.
#[derive(Debug, Default, PartialEq)]
struct Measure {
    /// Words of each sentence. Lists, tables, headings and code have none.
    sentences: Vec<usize>,
    /// All words of the page's prose, lists and tables included.
    words: usize,
    /// Lines of Rust and Python that are not folded.
    code: usize,
}

impl Measure {
    fn average(&self) -> f64 {
        self.sentences.iter().sum::<usize>() as f64 / self.sentences.len().max(1) as f64
    }

    fn short(&self) -> usize {
        self.sentences.iter().filter(|words| **words < 8).count()
    }

    fn longest(&self) -> usize {
        self.sentences.iter().copied().max().unwrap_or_default()
    }

    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        // A table and a sentence before it are no prose that could be held to an average.
        if self.sentences.len() >= 5 && !(15.0..=22.0).contains(&self.average()) {
            faults.push(format!("{:.1} words a sentence", self.average()));
        }
        if self.short() > self.sentences.len().div_ceil(8) {
            faults.push(format!("{} of {} are short", self.short(), self.sentences.len()));
        }
        if self.longest() > 40 {
            faults.push(format!("a sentence of {} words", self.longest()));
        }
        faults.extend(self.length());
        faults
    }

    fn length(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.words > 900 {
            faults.push(format!("{} words", self.words));
        }
        if self.code > 60 {
            faults.push(format!("{} lines of code", self.code));
        }
        faults
    }
}

/// The number of words of each sentence in a paragraph. A colon and a semicolon end one.
fn sentences(paragraph: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut words = 0;
    for word in paragraph.split_whitespace() {
        words += usize::from(word.contains(char::is_alphanumeric));
        let end = word.trim_end_matches(['"', '”', '’', ')', '*']);
        if end.ends_with(['.', '!', '?', ':', ';', '…']) && words > 0 {
            found.push(words);
            words = 0;
        }
    }
    found.extend((words > 0).then_some(words));
    found
}

/// The page with what it includes, apart from other pages.
fn expanded(page: &Page) -> String {
    let mut text = page.whole_text();
    for include in page.includes() {
        let source = fs::read_to_string(&include.file).unwrap_or_default();
        let shown = anchored(&source, &include.part).unwrap_or(source);
        text = text.replace(&include.directive, shown.trim_end());
    }
    text
}

fn measured(text: &str) -> Measure {
    let mut measure = Measure::default();
    let (mut paragraph, mut in_paragraph, mut in_list) = (String::new(), false, 0usize);
    let (mut code, mut folded) = (None, false);
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_HEADING_ATTRIBUTES;
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(Tag::List(_) | Tag::DefinitionList) => in_list += 1,
            Event::End(TagEnd::List(_) | TagEnd::DefinitionList) => in_list -= 1,
            Event::Start(Tag::Paragraph) => (paragraph, in_paragraph) = (String::new(), true),
            Event::End(TagEnd::Paragraph) => {
                in_paragraph = false;
                if in_list == 0 {
                    measure.sentences.extend(sentences(&paragraph));
                }
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                let is_code = ["rust", "python"].iter().any(|word| language.starts_with(word));
                code = Some(is_code && !folded);
            }
            Event::End(TagEnd::CodeBlock) => code = None,
            Event::Html(html) if html.contains("<details") => folded = !html.contains("</details"),
            Event::Html(html) if html.contains("</details") => folded = false,
            Event::Text(words) => match code {
                Some(true) => measure.code += words.lines().count(),
                Some(false) => {}
                None => {
                    measure.words += words.split_whitespace().count();
                    paragraph += &words;
                }
            },
            // One word, whatever stands in it.
            Event::Code(_) => {
                measure.words += 1;
                paragraph += "code";
            }
            Event::SoftBreak | Event::HardBreak if in_paragraph => paragraph.push(' '),
            _ => {}
        }
    }
    measure
}

#[test]
fn prose_of_the_chapters_is_neither_staccato_nor_endless() {
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    for page in Edition::English.pages() {
        if !is_of_a_chapter(&page) {
            continue;
        }
        looked_at += 1;
        let measure = measured(&expanded(&page));
        let faults = measure.faults();
        println!(
            "{:38} {:4} words, {:3} sentences of {:4.1}, {:2} short, longest {:2}, {:3} lines of code {}",
            page.name,
            measure.words,
            measure.sentences.len(),
            measure.average(),
            measure.short(),
            measure.longest(),
            measure.code,
            if faults.is_empty() { "" } else { "✗" },
        );
        if !faults.is_empty() {
            wrong.push(format!("{}: {}", page.name, faults.join(", ")));
        }
    }
    assert!(looked_at > 90, "only {looked_at} pages: are the chapters still called so?");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A single page may have one short sentence more than that.
#[test]
fn of_the_sentences_up_to_chapter_7_fewer_than_one_in_eight_are_short() {
    let pages = Edition::English.pages().into_iter();
    let read_first = pages.filter(|page| is_of_a_chapter(page) && page.name.as_str() < "08");
    let sentences = read_first.flat_map(|page| measured(&expanded(&page)).sentences).collect();
    let all = Measure { sentences, ..Measure::default() };
    let (count, average, short) = (all.sentences.len(), all.average(), all.short());
    println!("{count} sentences of {average:.1} words, {short} short, longest {}", all.longest());
    assert!(count > 1000, "only {count} sentences: are the chapters still called so?");
    assert!((15.0..=22.0).contains(&average) && short * 8 < count && all.longest() <= 40);
}

#[test]
fn the_pages_before_the_chapters_are_no_longer_than_those_in_them() {
    for name in ["welcome.md", "students.md"] {
        let page = Edition::English.pages().into_iter().find(|page| page.name == name);
        let page = page.unwrap_or_else(|| panic!("no page {name}"));
        assert_eq!(measured(&expanded(&page)).length(), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn sentences_end_at_full_stops_colons_and_semicolons() {
    assert_eq!(sentences("It goes. It goes on: so it does; or not (at all)."), [2, 3, 3, 4]);
    assert_eq!(sentences("Without an end"), [3]);
    assert_eq!(sentences("Version 3.14 – no end."), [4]);
}

#[test]
fn lists_and_folded_code_are_apart() {
    let text = "Two words.\n\n- in a list\n\n```rust\na;\nb;\n```\n\n<details><summary>More</summary>\n\n\
                ```python\nc\n```\n\n</details>\n\nOne `x y` more.\n";
    let measure = measured(text);
    assert_eq!(measure.sentences, [2, 3]);
    assert_eq!(measure.code, 2);
}
