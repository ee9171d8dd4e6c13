//! Where in what somebody has handed in the submission is. People pack the folder around it, the folder around that, the file alone, and on systems
//! that write names in ways of their own. Where the meaning is plain, it is taken as it is meant, and a sentence says so; else it is said
//! what was found and what was wanted.

use crate::course::names_chapter;
use copies::Copies;
use std::collections::BTreeSet;

mod copies;

/// The most names in a sentence.
const MENTIONED: usize = 8;

/// How the names of what was handed in become those of a submission.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shape {
    /// The folders around the submission.
    around: Vec<String>,
    change: Change,
    /// Files that are called otherwise, by their whole names: `x/lib (2).rs` is `lib.rs`.
    copies: Copies,
    /// What its author may want to know.
    pub notes: Vec<String>,
}

/// What else is done to names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Change {
    #[default]
    Nothing,
    /// These folders and this file are written with other letters' case: `SRC/Lib.rs`.
    Case(Vec<String>),
    /// What lies beside the root file belongs into the folder that it lacks: `lib.rs`.
    Into(Vec<String>),
    /// This is the root file.
    Only(Vec<String>, Vec<String>),
}

/// Folders of tools, which nobody hands in on purpose.
const TOOLS: [&str; 8] =
    ["target", "node_modules", "__MACOSX", "__pycache__", ".git", ".idea", ".vscode", ".svn"];

/// What a build's folder has in it. A module may be called `target` as well.
const BUILT: [&str; 6] = ["debug", "release", "doc", "tmp", "CACHEDIR.TAG", ".rustc_info.json"];

/// Whether this is something that systems and tools leave behind.
pub fn is_litter(parts: &[&str]) -> bool {
    let Some(last) = parts.last() else { return true };
    // Below `src` are modules, which may be called as they like.
    let sources = parts.iter().position(|part| part.eq_ignore_ascii_case("src"));
    let is_tools = |(at, part): (usize, &&str)| {
        let is_module = sources.is_some_and(|sources| at > sources);
        let is_built = parts.get(at + 1).is_some_and(|next| BUILT.contains(next));
        TOOLS.contains(part) && (!is_module || part.starts_with(['.', '_']) || is_built)
    };
    parts.iter().enumerate().any(is_tools)
        || last.starts_with("._")
        || ["thumbs.db", "desktop.ini", ".ds_store"].contains(&last.to_lowercase().as_str())
}

/// The parts of a name. Windows writes some with backslashes.
pub fn parts(name: &str) -> Vec<&str> {
    name.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".").collect()
}

/// That something in a submission is called so that it would be elsewhere.
pub fn leads_out(name: &str) -> String {
    format!("{name:?} is a name that leads out of the submission; pack the folder by itself")
}

impl Shape {
    /// The shape of what has files of these names, where `root`, as `src/lib.rs`, is the file that a submission cannot do without. Of several
    /// that could be meant, the one in a folder that is called as the assignment is.
    ///
    /// # Errors
    ///
    /// A sentence, if it is not plain which of them is the submission.
    pub fn of<'n>(
        names: impl Iterator<Item = &'n str>,
        root: &str,
        assignment: &str,
    ) -> Result<Shape, String> {
        let all: Vec<Vec<&str>> = names.map(parts).collect();
        let files: Vec<&[&str]> =
            all.iter().map(Vec::as_slice).filter(|parts| !is_litter(parts)).collect();
        let mut notes = Vec::new();
        if all.iter().any(|parts| parts.contains(&"target") && is_litter(parts)) {
            notes.push("the folder `target` was left out".to_owned());
        }
        if let Some(found) = (Wanted { root, assignment }).among(&files) {
            return found.map(|shape| shape.after(notes));
        }
        let rust = files
            .iter()
            .filter(|parts| parts.last().is_some_and(|name| name.to_lowercase().ends_with(".rs")));
        let rust: Vec<&&[&str]> = rust.collect();
        if let [one] = rust[..] {
            notes.push(format!("{}, the only source file, was taken as {root}", one.join("/")));
            let change = Change::Only(owned(one), owned(&parts(root)));
            return Ok(Shape { change, ..Shape::default() }.after(notes));
        }
        Err(match files.is_empty() {
            true => format!("there is no {root} in it: it is empty"),
            false => {
                let names = files.iter().map(|parts| parts.join("/"));
                format!("there is no {root} in it; it holds {}", listed(names))
            }
        })
    }

    /// With these notes before its own.
    fn after(mut self, notes: Vec<String>) -> Shape {
        self.notes.splice(..0, notes);
        self
    }

    /// Whether what has this name is a folder around the submission, or may lead to the one file that it is.
    pub fn is_around(&self, parts: &[&str]) -> bool {
        let whole = match &self.change {
            Change::Only(only, _) => only,
            _ => &self.around,
        };
        parts.len() <= whole.len() && parts.iter().zip(whole).all(|(a, b)| a == b)
    }

    /// The path in the submission of what has this name; `None` if it is no part of it.
    pub fn path<'a>(&'a self, parts: &[&'a str]) -> Option<Vec<&'a str>> {
        if let Change::Only(only, root) = &self.change {
            let is_it = parts.iter().eq(only.iter());
            return is_it.then(|| root.iter().map(String::as_str).collect());
        }
        let parts = &copies::with(&self.copies, parts)[..];
        if parts.len() < self.around.len() || parts.iter().zip(&self.around).any(|(a, b)| a != b) {
            return None;
        }
        let inside = parts[self.around.len()..].to_vec();
        Some(match &self.change {
            Change::Case(root) => {
                let case = |(index, part): (usize, &'a str)| {
                    let same = |wanted: &&String| wanted.to_lowercase() == part.to_lowercase();
                    // The folders of the root file wherever they are, its own name only beside it.
                    let is_file = index + 1 == inside.len() && index + 1 == root.len();
                    let counts = index + 1 < root.len() || is_file;
                    root.get(index).filter(|_| counts).filter(same).map_or(part, String::as_str)
                };
                inside.iter().copied().enumerate().map(case).collect()
            }
            Change::Into(folders) => {
                let last = inside.last().copied().unwrap_or_default();
                let named = match last.to_lowercase() {
                    lower if inside.len() == 1 && lower == "lib.rs" => "lib.rs",
                    lower if inside.len() == 1 && lower == "main.rs" => "main.rs",
                    _ => last,
                };
                let before = &inside[..inside.len().saturating_sub(1)];
                let folders = folders.iter().map(String::as_str);
                folders.chain(before.iter().copied()).chain([named]).collect()
            }
            _ => inside,
        })
    }
}

/// What is looked for.
struct Wanted<'a> {
    root: &'a str,
    assignment: &'a str,
}

/// A file that may be the root file.
struct Candidate<'a> {
    parts: &'a [&'a str],
    /// How many folders are around the submission, if it is.
    depth: usize,
    /// How it is called: the less, the more as it should be.
    rank: usize,
}

impl Wanted<'_> {
    /// The shape of a submission with these files. None if it is not among them.
    ///
    /// The folder that is called as the assignment is it; else what is nearest to the top, and of two there the one that is called as it should be.
    fn among(&self, files: &[&[&str]]) -> Option<Result<Shape, String>> {
        let Wanted { root, assignment } = *self;
        let wanted = parts(root);
        let folders = &wanted[..wanted.len().saturating_sub(1)];
        let copies = copies::plain_names(files);
        let all: Vec<Candidate<'_>> =
            files.iter().filter_map(|parts| candidate(parts, &wanted, &copies)).collect();
        let is_called_so = |it: &&Candidate<'_>| {
            let around = &it.parts[..it.depth];
            around.last().is_some_and(|folder| names_chapter(folder, assignment))
                && !around.iter().any(|folder| ["vendor", "old", "backup"].contains(folder))
        };
        let called_so = best(all.iter().filter(is_called_so));
        let (found, why) = match called_so.is_empty() {
            true => (best(all.iter()), "is nearest to the top"),
            false => (called_so, "is in the folder of that name"),
        };
        let one = match &found[..] {
            [] => return None,
            [one] => one,
            several => {
                let names = several.iter().map(|it| it.parts.join("/"));
                return Some(Err(format!(
                    "it is not clear which of these is the submission's {root}: {}",
                    listed(names)
                )));
            }
        };
        let name = one.parts.join("/");
        let mut notes = Vec::new();
        if all.len() > 1 {
            notes.push(format!("of {} like it, {name} {why}", all.len()));
        }
        let (change, copies) = match one.rank {
            0 => (Change::Nothing, Copies::new()),
            1 => (Change::Case(owned(&wanted)), Copies::new()),
            2 => (Change::Into(owned(folders)), Copies::new()),
            3 => (Change::Case(owned(&wanted)), copies),
            _ => (Change::Into(owned(folders)), copies),
        };
        if one.rank > 0 {
            notes.push(format!("{name} was taken as {root}"));
        }
        if !copies.is_empty() {
            let of = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
            let taken = copies.iter().map(|(from, to)| format!("{} for {to}", of(from)));
            notes
                .push(format!("by what systems add to names, these were taken: {}", listed(taken)));
        }
        let around = owned(&one.parts[..one.depth]);
        Some(Ok(Shape { around, change, copies, notes }))
    }
}

/// Those nearest to the top, and of these the ones that are called as they should be.
fn best<'a>(of: impl Iterator<Item = &'a Candidate<'a>>) -> Vec<&'a Candidate<'a>> {
    let of: Vec<&Candidate<'_>> = of.collect();
    let least = of.iter().map(|it| (it.depth, it.rank)).min();
    of.into_iter().filter(|it| Some((it.depth, it.rank)) == least).collect()
}

/// How the file of this name could be the one that is wanted, if it could.
fn candidate<'a>(file: &'a [&'a str], wanted: &[&str], copies: &Copies) -> Option<Candidate<'a>> {
    type Same = fn(&str, &str) -> bool;
    let exactly: Same = |a, b| a == b;
    let letters: Same = |a, b| a.to_lowercase() == b.to_lowercase();
    let last = &wanted[wanted.len().saturating_sub(1)..];
    let plain = copies::with(copies, file);
    let ways: [(&[&str], &[&str], Same); 5] = [
        (file, wanted, exactly),
        (file, wanted, letters),
        (file, last, letters),
        (&plain, wanted, letters),
        (&plain, last, letters),
    ];
    let found = ways.iter().enumerate().find_map(|(rank, (parts, with, same))| {
        let at = parts.len().checked_sub(with.len())?;
        let is_it = parts[at..].iter().zip(*with).all(|(a, b)| same(a, b));
        is_it.then_some((rank, at))
    });
    let (rank, depth) = found?;
    Some(Candidate { parts: file, depth, rank })
}

fn owned(parts: &[&str]) -> Vec<String> {
    parts.iter().map(|part| (*part).to_owned()).collect()
}

/// Names in a sentence.
fn listed(names: impl Iterator<Item = String>) -> String {
    let names: BTreeSet<String> = names.collect();
    let more = names.len().saturating_sub(MENTIONED);
    let mut text = names.into_iter().take(MENTIONED).collect::<Vec<_>>().join(", ");
    if more > 0 {
        text += &format!(" and {more} more");
    }
    text
}

/// A name from an archive or a disk as text. What is not UTF-8 is most often Chinese or Japanese Windows'.
pub fn decoded(name: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(name) {
        return text.to_owned();
    }
    for encoding in [encoding_rs::GBK, encoding_rs::SHIFT_JIS, encoding_rs::EUC_KR] {
        if let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(name) {
            return text.into_owned();
        }
    }
    String::from_utf8_lossy(name).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of these names.
    fn taken(names: &[&str]) -> Result<Vec<String>, String> {
        let shape = Shape::of(names.iter().copied(), "src/lib.rs", "07-queue")?;
        let paths = names.iter().filter(|name| !is_litter(&parts(name)));
        Ok(paths.filter_map(|name| Some(shape.path(&parts(name))?.join("/"))).collect())
    }

    #[test]
    fn what_is_meant_is_taken() {
        for (names, expected) in [
            (&["src/lib.rs", "src/a.rs", "Cargo.toml"][..], "src/lib.rs src/a.rs Cargo.toml"),
            (&["a/b/c/src/lib.rs", "a/readme"], "src/lib.rs"),
            (&["07-queue\\src\\lib.rs", "07-queue\\src\\a\\b.rs"], "src/lib.rs src/a/b.rs"),
            (&["x/SRC/Lib.RS", "x/SRC/Other.rs"], "src/lib.rs src/Other.rs"),
            (&["x/lib.rs", "x/a.rs", "x/a/b.rs"], "src/lib.rs src/a.rs src/a/b.rs"),
            (&["Lib.rs"], "src/lib.rs"),
            (&["src/main.rs", "Cargo.toml"], "src/lib.rs"),
            (&["week 7/答案.rs", "week 7/notes.txt"], "src/lib.rs"),
            (&["q/src/lib.rs", "q/vendor/other/src/lib.rs"], "src/lib.rs vendor/other/src/lib.rs"),
            (
                &["q/src/lib.rs", "q/target/debug/build/src/lib.rs", "__MACOSX/q/src/._lib.rs"],
                "src/lib.rs",
            ),
            (&["q/src/lib.rs", "q/src/._lib.rs", "q/.DS_Store"], "src/lib.rs"),
            // What is nearer to the top is meant, whatever it is called.
            (
                &["lib.rs", "a.rs", "starter/src/lib.rs"],
                "src/lib.rs src/a.rs src/starter/src/lib.rs",
            ),
            (&["SRC/Lib.rs", "old/src/lib.rs"], "src/lib.rs old/src/lib.rs"),
            (&["src/lib (2).rs", "examples/x/src/lib.rs"], "src/lib.rs examples/x/src/lib.rs"),
            // And before it what is called as the assignment.
            (&["repo/src/lib.rs", "repo/07-queue/src/lib.rs"], "src/lib.rs"),
            (
                &["q/src/lib.rs", "q/vendor/07-queue/src/lib.rs"],
                "src/lib.rs vendor/07-queue/src/lib.rs",
            ),
            // A module may be called as a tool's folder.
            (
                &["src/lib.rs", "src/target/mod.rs", "src/target/debug/x.rs", "target/y.rs"],
                "src/lib.rs src/target/mod.rs",
            ),
        ] {
            assert_eq!(taken(names).unwrap().join(" "), expected, "{names:?}");
        }
    }

    #[test]
    fn what_is_not_plain_is_told_with_what_there_is() {
        let several = taken(&["a/src/lib.rs", "b/src/lib.rs"]).unwrap_err();
        assert!(several.ends_with("a/src/lib.rs, b/src/lib.rs"), "{several}");
        let none = taken(&["report.pdf", "a.rs", "b.rs"]).unwrap_err();
        assert_eq!(none, "there is no src/lib.rs in it; it holds a.rs, b.rs, report.pdf");
        assert!(taken(&["target/x"]).unwrap_err().ends_with("it is empty"));
    }

    #[test]
    fn somebody_is_told_what_was_done() {
        let notes = |names: &[&str]| {
            Shape::of(names.iter().copied(), "src/lib.rs", "07-queue").unwrap().notes
        };
        assert_eq!(notes(&["src/lib.rs"]), Vec::<String>::new());
        assert_eq!(notes(&["SRC/lib.rs"]), ["SRC/lib.rs was taken as src/lib.rs"]);
        assert_eq!(notes(&["src/lib.rs", "target/x"]), ["the folder `target` was left out"]);
        assert_eq!(
            notes(&["lib.rs", "starter/src/lib.rs"]),
            ["of 2 like it, lib.rs is nearest to the top", "lib.rs was taken as src/lib.rs"]
        );
        let named = notes(&["r/src/lib.rs", "r/07-queue/src/lib.rs"]);
        assert_eq!(named, ["of 2 like it, r/07-queue/src/lib.rs is in the folder of that name"]);
    }

    #[test]
    fn names_of_windows_are_read() {
        assert_eq!(decoded(b"\xd7\xf7\xd2\xb5/src/lib.rs"), "作业/src/lib.rs");
        assert_eq!(decoded("作业".as_bytes()), "作业");
        assert!(decoded(b"\xff\xfe\xff").contains('\u{fffd}'));
        // A second byte of some encodings is a backslash: it is decoded before it is taken apart.
        assert_eq!(parts(&decoded(b"\x81\x5c")).len(), 1);
    }
}
