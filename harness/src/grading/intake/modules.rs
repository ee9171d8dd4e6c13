//! Files of modules, called as the modules are.
//!
//! On Windows and macOS `mod util;` finds `Util.rs`, and where macOS packs the `café.rs` of a `#[path = "café.rs"]`, it writes the accent by itself.
//! Elsewhere neither is found, and its author has never seen the message.

use super::NAME_BYTES;
use icu_normalizer::ComposingNormalizerBorrowed;
use std::collections::{BTreeSet, HashMap};

/// A path, and the content of a file.
type File = (String, Vec<u8>);

/// Renames the files that would not be found as the modules that they are; says so in a sentence each, if it can be seen.
pub(super) fn named_as_declared(files: &mut [File]) -> Vec<String> {
    let sources: Vec<&str> = files
        .iter()
        .filter(|(path, _)| path.ends_with(".rs"))
        .filter_map(|(_, source)| std::str::from_utf8(source).ok())
        .collect();
    let mut declared = Declared::default();
    sources.iter().flat_map(|source| modules_in(source)).for_each(|name| declared.add(name));
    let mut paths: BTreeSet<String> = files.iter().map(|(path, _)| path.clone()).collect();
    let mut renamed = Vec::new();
    for (index, (path, _)) in files.iter().enumerate() {
        let name = path.rsplit('/').next().unwrap_or_default();
        // A source that names the file has it as it is.
        let is_named = sources.iter().any(|source| source.contains(&format!("{name}\"")));
        let to = as_declared(path, &declared);
        if to != *path && !is_named && !paths.contains(&to) {
            paths.insert(to.clone());
            renamed.push((index, to));
        }
    }
    // What looks the same needs no word.
    let rename = |(index, to): (usize, String)| {
        let from = std::mem::replace(&mut files[index].0, to);
        let to = &files[index].0;
        (composed(&from) != *to).then(|| format!("{from} was taken as {to}"))
    };
    renamed.into_iter().filter_map(rename).collect()
}

/// Names of modules.
#[derive(Default)]
struct Declared {
    names: BTreeSet<String>,
    /// By their lower-case form; `None` where there are several.
    like: HashMap<String, Option<String>>,
}

impl Declared {
    fn add(&mut self, name: String) {
        let lower = name.to_lowercase();
        if self.names.insert(name.clone()) {
            let one = if self.like.contains_key(&lower) { None } else { Some(name) };
            self.like.insert(lower, one);
        }
    }
}

/// The path with its folders and its file called as modules that are declared.
fn as_declared(path: &str, declared: &Declared) -> String {
    let Some((top, rest)) = path.split_once('/') else { return path.to_owned() };
    let (rest, ending) = match rest.strip_suffix(".rs") {
        Some(rest) => (rest, ".rs"),
        None => return path.to_owned(),
    };
    let part = |part: &str| -> String {
        let composed = composed(part);
        let lower = composed.to_lowercase();
        if declared.names.contains(&composed) || ["lib", "main"].contains(&part) {
            return composed;
        }
        match declared.like.get(&lower) {
            Some(Some(one)) => one.clone(),
            _ if lower == "mod" => lower,
            _ => composed,
        }
    };
    let parts: Vec<String> = rest.split('/').map(part).collect();
    format!("{top}/{}{ending}", parts.join("/"))
}

/// The names after the word `mod`, as rustc compares them. Those in comments as well: a name too many is one that no file has.
fn modules_in(source: &str) -> impl Iterator<Item = String> {
    let is_of_word = |c: char| c.is_alphanumeric() || c == '_';
    source.match_indices("mod").filter_map(move |(at, word)| {
        let before = source[..at].chars().next_back();
        let after = &source[at + word.len()..];
        if before.is_some_and(is_of_word) || !after.starts_with(char::is_whitespace) {
            return None;
        }
        let name = after.trim_start();
        let name = name.strip_prefix("r#").unwrap_or(name);
        // A sign that belongs to the letter before it is no letter.
        let is_of_name = |c: &char| is_of_word(*c) || !(c.is_ascii() || c.is_whitespace());
        let name: String = name.chars().take_while(is_of_name).take(NAME_BYTES).collect();
        (!name.is_empty()).then(|| composed(&name))
    })
}

/// With each letter and its signs in one, where there is such a letter.
fn composed(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The paths that become of files with these contents, and how many sentences.
    fn taken(files: &[(&str, &str)]) -> (Vec<String>, usize) {
        let file = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
        let mut files: Vec<File> = files.iter().map(file).collect();
        let notes = named_as_declared(&mut files);
        (files.into_iter().map(|(path, _)| path).collect(), notes.len())
    }

    #[test]
    fn a_file_is_called_as_its_module() {
        for (files, paths, notes) in [
            (&[("src/lib.rs", "mod util;"), ("src/Util.rs", "")][..], "src/lib.rs src/util.rs", 1),
            (
                &[("src/lib.rs", "pub  mod\n inner;"), ("src/Inner/Mod.rs", "")],
                "src/lib.rs src/inner/mod.rs",
                1,
            ),
            (
                &[("src/lib.rs", "#[path = \"caf\u{e9}.rs\"] mod a;"), ("src/cafe\u{301}.rs", "")],
                "src/lib.rs src/caf\u{e9}.rs",
                0,
            ),
            (
                &[
                    ("src/lib.rs", "#[path = \"モジュール.rs\"] mod a;"),
                    ("src/モシ\u{3099}ュール.rs", ""),
                ],
                "src/lib.rs src/モジュール.rs",
                0,
            ),
            (&[("src/lib.rs", "mod util;"), ("src/util.rs", "")], "src/lib.rs src/util.rs", 0),
        ] {
            assert_eq!(taken(files), (paths.split(' ').map(str::to_owned).collect(), notes));
        }
    }

    #[test]
    fn what_is_found_as_it_is_stays() {
        for files in [
            // Somebody says which file it is.
            &[("src/lib.rs", "#[path = \"Util.rs\"]\nmod util;"), ("src/Util.rs", "")][..],
            &[("src/lib.rs", "#[path = \"e\u{301}.rs\"] mod a;"), ("src/e\u{301}.rs", "")],
            &[("src/lib.rs", "mod a; include!(\"A.rs\");"), ("src/A.rs", "")],
            // Two of them, and neither is plain.
            &[("src/lib.rs", "mod ab; mod aB;"), ("src/AB.rs", "")],
            &[("src/lib.rs", "mod modern;"), ("src/Ern.rs", "")],
            &[("src/lib.rs", "mod ab;"), ("src/ab/x.rs", ""), ("src/Ab.txt", "")],
            &[("src/lib.rs", "mod LIB; mod ab;"), ("src/ab.rs", ""), ("src/Ab.rs", "")],
        ] {
            let paths: Vec<String> = files.iter().map(|(path, _)| (*path).to_owned()).collect();
            assert_eq!(taken(files), (paths, 0));
        }
    }
}
