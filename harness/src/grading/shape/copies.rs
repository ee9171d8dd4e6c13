//! What systems add to a file's name: `lib (2).rs` was downloaded a second time, `lib - Copy.rs` copied beside itself, and `lib.rs.txt` saved by an
//! editor for texts, while Windows shows no endings.

use std::collections::{BTreeMap, BTreeSet};

/// What files are meant to be called, by the whole names that they have.
pub(super) type Copies = BTreeMap<String, String>;

/// What is added to the name of a copy, by the languages of systems.
const MARKS: [&str; 8] =
    [" - copy", " copy", " (copy)", " - kopie", " - copie", " - 副本", " 副本", " - コピー"];

/// The files among these whose names have something added. Not one that lies beside a file of the plain name: that is the one that is meant.
pub(super) fn plain_names(files: &[&[&str]]) -> Copies {
    let lower = |parts: &[&str]| parts.join("/").to_lowercase();
    let all: BTreeSet<String> = files.iter().map(|parts| lower(parts)).collect();
    let plain = files.iter().filter_map(|parts| {
        let (last, folders) = parts.split_last()?;
        let plain = plain(last).filter(|plain| plain != last)?;
        let beside = [folders, &[plain.as_str()]].concat();
        (!all.contains(&lower(&beside))).then(|| (parts.join("/"), plain))
    });
    plain.collect()
}

/// The parts of a name, the last as it is meant.
pub(super) fn with<'a>(copies: &'a Copies, parts: &[&'a str]) -> Vec<&'a str> {
    let mut parts = parts.to_vec();
    if !copies.is_empty()
        && let Some(plain) = copies.get(&parts.join("/"))
        && let Some(last) = parts.last_mut()
    {
        *last = plain;
    }
    parts
}

/// The name of a source file without what was added; None if it is none.
fn plain(name: &str) -> Option<String> {
    let name = without_ending(name, ".txt").filter(|name| is_source(name)).unwrap_or(name);
    let mut stem = without_ending(name, ".rs")?;
    loop {
        let before = stem;
        stem = without_number(stem);
        for mark in MARKS {
            stem = without_ending(stem, mark).unwrap_or(stem);
        }
        if stem == before {
            break;
        }
    }
    (!stem.is_empty()).then(|| format!("{stem}.rs"))
}

fn is_source(name: &str) -> bool {
    without_ending(name, ".rs").is_some()
}

/// The name without this at its end, whatever the case of letters.
fn without_ending<'a>(name: &'a str, ending: &str) -> Option<&'a str> {
    let (rest, end) = name.split_at_checked(name.len().checked_sub(ending.len())?)?;
    (end.to_lowercase() == ending).then_some(rest)
}

/// `lib` of `lib (2)`, `lib(2)` and `lib 2`.
fn without_number(stem: &str) -> &str {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let numbered = stem.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    match (numbered, stem.rsplit_once(' ')) {
        (Some((rest, number)), _) if digits(number) => rest.trim_end(),
        (_, Some((rest, number))) if digits(number) => rest,
        _ => stem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_taken_away() {
        for name in [
            "lib (2).rs",
            "lib(1).rs",
            "lib 2.rs",
            "lib - Copy.rs",
            "lib - Copy (3).rs",
            "lib copy 2.rs",
            "lib (copy).rs",
            "lib - 副本.rs",
            "lib.rs.txt",
            "lib (1).rs.TXT",
        ] {
            assert_eq!(plain(name).as_deref(), Some("lib.rs"), "{name}");
        }
        for name in ["notes.txt", "lib.txt", "lib", ".rs", "(1).rs", "x.rs.bak"] {
            assert_eq!(plain(name), None, "{name}");
        }
        assert_eq!(plain("v2.rs").as_deref(), Some("v2.rs"));
    }

    #[test]
    fn a_copy_beside_the_file_stays_what_it_is() {
        let names = [&["src", "lib.rs"][..], &["src", "lib (2).rs"], &["src", "util (2).rs"]];
        let copies = plain_names(&names);
        assert_eq!(
            copies.into_iter().collect::<Vec<_>>(),
            [("src/util (2).rs".into(), "util.rs".into())]
        );
    }
}
