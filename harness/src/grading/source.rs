//! A file of checks, cut as Rust reads it: each function apart, with what it needs.
//!
//! Lines keep their numbers: what is left out leaves empty ones.

use anyhow::bail;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::BTreeSet;
use std::ops::Range;
use syn::Item;
use syn::spanned::Spanned;

/// A file of checks.
#[derive(Debug, Clone)]
pub struct Source {
    text: String,
    parts: Vec<Part>,
}

/// An item of the file.
#[derive(Debug, Clone)]
struct Part {
    /// Its lines, from 0, with the comments that stand right above it.
    lines: Range<usize>,
    /// What it defines, if that has a name; the type that an `impl` is for.
    name: Option<String>,
    /// Whether it defines the name, and not only says more of it.
    defines: bool,
    /// Every identifier in it.
    mentions: BTreeSet<String>,
}

impl Source {
    /// Reads a file of checks.
    ///
    /// # Errors
    ///
    /// When it is no Rust.
    pub fn parse(text: &str) -> syn::Result<Source> {
        let file = syn::parse_file(text)?;
        let lines: Vec<&str> = text.lines().collect();
        let mut parts = Vec::new();
        let mut free = 0;
        for item in &file.items {
            let span = item.span();
            let end = span.end().line.min(lines.len());
            let mut start = span.start().line.saturating_sub(1).clamp(free.min(end), end);
            let comment = |line: &str| {
                let line = line.trim_start();
                line.starts_with("//") && !line.starts_with("//!")
            };
            while start > free && comment(lines[start - 1]) {
                start -= 1;
            }
            let mut mentions = BTreeSet::new();
            identifiers(item.to_token_stream(), &mut mentions);
            let (name, defines) = name_of(item);
            parts.push(Part { lines: start..end, name, defines, mentions });
            free = end;
        }
        Ok(Source { text: text.to_owned(), parts })
    }

    /// All of it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it has a function, or whatever else, of this name.
    pub fn defines(&self, name: &str) -> bool {
        self.parts.iter().any(|part| part.defines && part.name.as_deref() == Some(name))
    }

    /// Which function the line, from 1, is in.
    pub fn function_at(&self, line: usize) -> Option<&str> {
        let part = self.parts.iter().find(|part| part.lines.contains(&line.wrapping_sub(1)))?;
        part.name.as_deref()
    }

    /// Every identifier in these functions and in what they need.
    pub fn mentions(&self, names: &[&str]) -> BTreeSet<String> {
        let needed = self.needed(names);
        self.parts
            .iter()
            .zip(needed)
            .filter(|(_, needed)| *needed)
            .flat_map(|(part, _)| part.mentions.iter().cloned())
            .collect()
    }

    /// The file with these functions and what they need; without the rest of `all`, and without what only those need.
    pub fn only(&self, names: &[&str], all: &[&str]) -> String {
        let needed = self.needed(names);
        let others: Vec<&str> = all.iter().copied().filter(|name| !names.contains(name)).collect();
        let of_others = self.needed(&others);
        let kept = |index: usize| {
            // What has no name is kept, unless it belongs to what is left out.
            let named = self.parts[index].name.is_some();
            needed[index] || !(named && of_others[index])
        };
        let mut lines: Vec<&str> = self.text.lines().collect();
        for (index, part) in self.parts.iter().enumerate().filter(|(index, _)| !kept(*index)) {
            let shared = |line: &usize| {
                self.parts
                    .iter()
                    .enumerate()
                    .any(|(other, part)| other != index && kept(other) && part.lines.contains(line))
            };
            for line in part.lines.clone().filter(|line| !shared(line)) {
                lines[line] = "";
            }
        }
        lines.join("\n") + "\n"
    }

    /// The file without the functions `hidden` and what only they need, for eyes that are not to see them; `visible` are the others.
    ///
    /// # Errors
    ///
    /// When one of them cannot be found, or would still be named.
    pub fn without(&self, hidden: &[&str], visible: &[&str]) -> anyhow::Result<String> {
        let all = [hidden, visible].concat();
        for name in hidden {
            if !self.defines(name) {
                bail!(
                    "{name} is no function that stands by itself there, so that it cannot be taken out"
                );
            }
        }
        let text = self.only(visible, &all);
        for name in hidden {
            if let Some(line) = text.lines().position(|line| words(line).any(|word| word == *name))
            {
                bail!("{name} is named in line {} of what would be left", line + 1);
            }
        }
        Ok(text)
    }

    /// Which parts these functions need, themselves included.
    fn needed(&self, names: &[&str]) -> Vec<bool> {
        let mut wanted: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut needed = vec![false; self.parts.len()];
        loop {
            let mut more = BTreeSet::new();
            for (part, needed) in self.parts.iter().zip(&mut needed) {
                let named = part.name.as_ref().is_some_and(|name| wanted.contains(name));
                if named && !*needed {
                    *needed = true;
                    more.extend(part.mentions.iter().cloned());
                }
            }
            if more.is_empty() {
                return needed;
            }
            wanted.extend(more);
        }
    }
}

/// The words of a text.
pub(crate) fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
}

/// Every identifier in these tokens.
pub(super) fn identifiers(tokens: TokenStream, into: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => drop(into.insert(ident.to_string())),
            TokenTree::Group(group) => identifiers(group.stream(), into),
            // `{name}` in a format is a mention, too.
            TokenTree::Literal(literal) => {
                into.extend(words(&literal.to_string()).map(str::to_owned));
            }
            TokenTree::Punct(_) => {}
        }
    }
}

/// The name that goes with an item, and whether the item defines it.
fn name_of(item: &Item) -> (Option<String>, bool) {
    let ident = match item {
        Item::Fn(item) => &item.sig.ident,
        Item::Struct(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Union(item) => &item.ident,
        Item::Const(item) => &item.ident,
        Item::Static(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Mod(item) => &item.ident,
        Item::Macro(item) => match &item.ident {
            Some(ident) => ident,
            None => return (None, false),
        },
        Item::Impl(item) => {
            let syn::Type::Path(path) = &*item.self_ty else { return (None, false) };
            let last = path.path.segments.last();
            return (last.map(|last| last.ident.to_string()), false);
        }
        _ => return (None, false),
    };
    (Some(ident.to_string()), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r##"//! Checks.

use student::Bank;

/// A helper of both.
fn both() -> u8 { 1 }

// Only of the hidden one.
// Two lines.
fn secret_helper(n: u8) -> u8 { n }

const SECRET: u8 = 3;

struct Probe;
impl Probe {
    fn look(&self) -> u8 { SECRET }
}

/// Shown.
pub fn shown() {
    assert_eq!(Bank::new().balance(0), both());
}

/// Hidden, with a brace in a string.
#[allow(unused)]
pub fn hidden(
) {
    let text = "
}
";
    assert_eq!(secret_helper(Probe.look()), both(), "{text} {SECRET}");
}

pub fn last() { let x = both(); println!("{x}"); }
"##;

    fn source() -> Source {
        Source::parse(FILE).unwrap()
    }

    #[test]
    fn what_only_the_hidden_ones_need_goes_with_them() {
        let text = source().without(&["hidden"], &["shown", "last"]).unwrap();
        for secret in
            ["hidden", "secret_helper", "SECRET", "Probe", "Only of", "Two lines", "Hidden"]
        {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
        for shown in ["//! Checks.", "fn both()", "pub fn shown()", "/// Shown.", "pub fn last()"] {
            assert!(text.contains(shown), "{shown} not in {text}");
        }
        let line = |text: &str, what: &str| text.lines().position(|line| line.contains(what));
        assert_eq!(line(&text, "pub fn last"), line(&source().text, "pub fn last"));
        assert!(Source::parse(&text).is_ok());
    }

    #[test]
    fn one_that_cannot_be_taken_out_is_an_error() {
        let generated = Source::parse(
            "macro_rules! m { ($n:ident) => { pub fn $n() {} } }\nm!(hidden);\npub fn a() {}\n",
        );
        let error = generated.unwrap().without(&["hidden"], &["a"]).unwrap_err().to_string();
        assert!(error.contains("hidden is no function that stands by itself"), "{error}");
        let called =
            Source::parse("/// As [`hidden`].\npub fn a() {}\npub fn hidden() {}\n").unwrap();
        let error = called.without(&["hidden"], &["a"]).unwrap_err().to_string();
        assert!(error.contains("named in line 1"), "{error}");
        let needed = Source::parse("pub fn a() { hidden() }\npub fn hidden() {}\n").unwrap();
        assert!(needed.without(&["hidden"], &["a"]).is_err());
        let one_line = Source::parse("pub fn a() {} pub fn hidden() {}\n").unwrap();
        assert!(one_line.without(&["hidden"], &["a"]).is_err());
    }

    #[test]
    fn a_function_alone_has_what_it_needs() {
        let text = source().only(&["hidden"], &["shown", "hidden", "last"]);
        assert!(text.contains("fn look") && text.contains("SECRET") && text.contains("fn both"));
        assert!(!text.contains("pub fn shown") && !text.contains("pub fn last"), "{text}");
        assert!(source().mentions(&["shown"]).contains("balance"));
        assert!(!source().mentions(&["last"]).contains("balance"));
        assert_eq!(source().function_at(21), Some("shown"));
    }
}
