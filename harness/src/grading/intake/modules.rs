//! Files of modules, called as the modules are.
//!
//! On Windows and macOS `mod util;` finds `Util.rs`, and where macOS packs the `café.rs` of a `#[path = "café.rs"]`, it writes the accent by itself.
//! Elsewhere neither is found, and its author has never seen the message.

use super::{NAME_BYTES, PATH_BYTES};
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
    // Whoever says where a file is has it there.
    let says_where = sources.iter().any(|source| {
        let dense: String = source.chars().filter(|c| !c.is_whitespace()).collect();
        ["[path=", ",path=", "include!("].iter().any(|word| dense.contains(word))
    });
    let mut declared = Declared::default();
    if !says_where {
        sources.iter().flat_map(|source| modules_in(source)).for_each(|name| declared.add(name));
    }
    let mut known = Known::default();
    files.iter().for_each(|(path, _)| known.add(path));
    let mut renamed = Vec::new();
    for (index, (path, _)) in files.iter().enumerate() {
        let to = as_declared(path, &declared);
        // One whose letters somebody writes apart is found as it is.
        let is_named = path.split('/').any(|part| {
            part != composed(part) && sources.iter().any(|source| source.contains(part))
        });
        if to != *path && !is_named && known.has_room_for(&to) {
            known.add(&to);
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

/// The files and folders that there are, in lower case.
#[derive(Default)]
struct Known {
    files: HashMap<String, usize>,
    folders: BTreeSet<String>,
}

/// The folders around what has this path.
fn above(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(end, _)| &path[..end])
}

impl Known {
    fn add(&mut self, path: &str) {
        let lower = path.to_lowercase();
        self.folders.extend(above(&lower).map(str::to_owned));
        *self.files.entry(lower).or_default() += 1;
    }

    /// Whether a file can be written there: no name is too long, no other has it, and none of the folders is a file.
    fn has_room_for(&self, path: &str) -> bool {
        let lower = path.to_lowercase();
        let fits = path.len() <= PATH_BYTES && path.split('/').all(|part| part.len() <= NAME_BYTES);
        let is_file = |path: &str| self.files.contains_key(path);
        // What it is called now differs, perhaps, in the case of letters only.
        fits && self.files.get(&lower).copied().unwrap_or(0) <= 1
            && !self.folders.contains(&lower)
            && !above(&lower).any(is_file)
    }
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
    fn a_name_does_not_grow_too_long() {
        let long = format!("src/{}.rs", "\u{1d160}".repeat(61));
        assert!(long.len() < NAME_BYTES && composed(&long).len() > NAME_BYTES);
        assert_eq!(taken(&[(&long, "")]), (vec![long.clone()], 0));
    }

    #[test]
    fn what_is_found_as_it_is_stays() {
        for files in [
            // Somebody says which file it is.
            &[("src/lib.rs", "#[path = \"Util.rs\"]\nmod util;"), ("src/Util.rs", "")][..],
            &[("src/lib.rs", "#[path = \"e\u{301}.rs\"] mod a;"), ("src/e\u{301}.rs", "")],
            &[("src/lib.rs", "mod a; include!(\"A.rs\");"), ("src/A.rs", "")],
            // Half of a folder is not renamed.
            &[
                ("src/lib.rs", "#[ path = \"Queue/mod.rs\" ] mod queue;"),
                ("src/Queue/mod.rs", "mod inner;"),
                ("src/Queue/inner.rs", ""),
            ],
            // The letters are more when they are composed, or two files become a file and a folder.
            &[("src/\u{e9}.rs", ""), ("src/e\u{301}.rs/y.rs", "")],
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
