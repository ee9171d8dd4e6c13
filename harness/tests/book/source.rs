//! The book's pages as mdBook reads them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::includes::anchored;

pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the harness lives in the workspace")
}

/// The files below `folder` with this extension, sorted.
pub fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
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

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Edition {
    English,
    Chinese,
}

impl Edition {
    pub const BOTH: [Self; 2] = [Self::English, Self::Chinese];

    pub fn folder(self) -> PathBuf {
        workspace().join(match self {
            Self::English => "book/src",
            Self::Chinese => "book/zh-CN/src",
        })
    }

    pub fn summary(self) -> String {
        fs::read_to_string(self.folder().join("SUMMARY.md")).unwrap()
    }

    /// Every page but the contents.
    pub fn pages(self) -> Vec<Page> {
        let folder = self.folder();
        let pages = files(&folder, "md").into_iter().map(|file| Page::read(&folder, file));
        pages.filter(|page| page.name != "SUMMARY.md").collect()
    }
}

pub fn all_pages() -> Vec<Page> {
    Edition::BOTH.into_iter().flat_map(Edition::pages).collect()
}

pub struct Page {
    /// As in the contents: `03-locks/lost-update.md`.
    pub name: String,
    pub file: PathBuf,
    pub text: String,
}

impl Page {
    fn read(folder: &Path, file: PathBuf) -> Self {
        let name = file.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).unwrap();
        Self { name, file, text }
    }

    /// The text with the pages that it includes: an assignment's text is its README.
    pub fn whole_text(&self) -> String {
        let mut text = self.text.clone();
        for include in self.includes() {
            if include.file.extension().is_some_and(|e| e == "md") {
                let inside = fs::read_to_string(&include.file).unwrap_or_default();
                let shown = anchored(&inside, &include.part).unwrap_or(inside);
                text = text.replace(&include.directive, &shown);
            }
        }
        text
    }

    pub fn includes(&self) -> Vec<Include> {
        let mut found = Vec::new();
        for (number, line) in self.text.lines().enumerate() {
            for piece in line.split("{{#").skip(1) {
                let inside = piece.split("}}").next().unwrap_or("");
                let Some(target) =
                    inside.strip_prefix("include ").or(inside.strip_prefix("rustdoc_include "))
                else {
                    continue;
                };
                let (file, part) = target.trim().split_once(':').unwrap_or((target.trim(), ""));
                found.push(Include {
                    at: format!("{}:{}: {target}", self.file.display(), number + 1),
                    directive: format!("{{{{#{inside}}}}}"),
                    file: self.file.parent().unwrap().join(file),
                    part: part.to_owned(),
                });
            }
        }
        found
    }

    /// The headings that stand in the page itself.
    pub fn own_headings(&self) -> Vec<(usize, String)> {
        Outline::of(&self.text).headings
    }

    pub fn outline(&self) -> Outline {
        Outline::of(&self.whole_text())
    }
}

/// `{{#include path:part}}` in a page.
pub struct Include {
    /// For messages: page, line and text.
    pub at: String,
    /// The whole of it, as it stands in the page.
    pub directive: String,
    /// What it includes.
    pub file: PathBuf,
    /// The anchor or the lines; empty for the whole file.
    pub part: String,
}

/// What is left of a page without its prose.
#[derive(Default)]
pub struct Outline {
    /// Level and id, in order.
    pub headings: Vec<(usize, String)>,
    /// The word after the three backquotes, and the text.
    pub blocks: Vec<(String, String)>,
    pub links: Vec<String>,
    /// What a fragment can name.
    pub ids: BTreeSet<String>,
    /// Prose in which an asterisk stands: emphasis that was not closed where it was meant to be.
    pub asterisks: Vec<String>,
}

impl Outline {
    fn of(text: &str) -> Self {
        // The extensions that mdBook turns on.
        let options = Options::ENABLE_TABLES
            | Options::ENABLE_FOOTNOTES
            | Options::ENABLE_STRIKETHROUGH
            | Options::ENABLE_TASKLISTS
            | Options::ENABLE_HEADING_ATTRIBUTES
            | Options::ENABLE_SMART_PUNCTUATION
            | Options::ENABLE_DEFINITION_LIST
            | Options::ENABLE_GFM;
        let mut outline = Self::default();
        let mut heading: Option<(usize, Option<String>, String)> = None;
        let mut block: Option<(String, String)> = None;
        for event in Parser::new_ext(text, options) {
            let is_prose = block.is_none() && matches!(event, Event::Text(_));
            match event {
                Event::Start(Tag::Heading { level, id, .. }) => {
                    heading = Some((level as usize, id.map(|id| id.to_string()), String::new()));
                }
                Event::End(TagEnd::Heading(_)) => {
                    let (level, id, words) = heading.take().expect("it began");
                    let id = id.unwrap_or_else(|| outline.unique(&id_of(&words)));
                    outline.ids.insert(id.clone());
                    outline.headings.push((level, id));
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    let language = match kind {
                        CodeBlockKind::Fenced(language) => language.to_string(),
                        CodeBlockKind::Indented => String::new(),
                    };
                    block = Some((language, String::new()));
                }
                Event::End(TagEnd::CodeBlock) => {
                    outline.blocks.push(block.take().expect("it began"));
                }
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    outline.links.push(dest_url.to_string());
                }
                Event::Html(html) | Event::InlineHtml(html) => outline.html(&html),
                Event::Text(words) | Event::Code(words) => {
                    if let Some((_, text)) = &mut block {
                        text.push_str(&words);
                    } else if let Some((_, _, text)) = &mut heading {
                        text.push_str(&words);
                    }
                    if is_prose && words.contains('*') {
                        outline.asterisks.push(words.to_string());
                    }
                }
                _ => {}
            }
        }
        outline
    }

    /// mdBook numbers ids that come twice.
    fn unique(&self, id: &str) -> String {
        let numbered = (1..).map(|n| format!("{id}-{n}"));
        let mut candidates = std::iter::once(id.to_owned()).chain(numbered);
        candidates.find(|id| !self.ids.contains(id)).expect("there is no end of numbers")
    }

    fn html(&mut self, html: &str) {
        let values = |name: &str| -> Vec<String> {
            let start = format!(" {name}=\"");
            let pieces = html.split(&start).skip(1);
            pieces.filter_map(|rest| rest.split_once('"')).map(|(value, _)| value.into()).collect()
        };
        self.ids.extend(values("id"));
        self.links.extend(["href", "src"].into_iter().flat_map(values));
    }
}

/// The id that mdBook gives to a heading without one.
fn id_of(words: &str) -> String {
    let kept = words.trim().to_lowercase();
    let kept =
        kept.chars().filter(|c| c.is_alphanumeric() || c.is_whitespace() || "_-".contains(*c));
    kept.map(|c| if c.is_whitespace() { '-' } else { c }).collect()
}
