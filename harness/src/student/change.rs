//! Changes: one small file each, which the reader mends, and whose check is run in every interleaving.
//!
//! A change is a folder of a chapter's `changes` with the file that a reader begins with (`starter.rs`), one that passes
//! (`solution.rs`), and the check (`check.rs`): functions to explore, which call what the file defines as `change::…`.

use crate::course::names_chapter;
use crate::explore::scenario::ScenarioFile;
use crate::explore::target::Target;
use crate::explore::uses::Uses;
use crate::explore::verb::{self, Showing, Verdict};
use crate::explore::{Misuse, Search};
use anyhow::{Context, bail};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// A change of a chapter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The chapter's folder.
    chapter: PathBuf,
    /// The name that it has in the chapter: that of its page.
    name: String,
}

impl Change {
    /// All changes of the chapters below `root`, in the order of the book.
    ///
    /// # Errors
    ///
    /// When a folder cannot be read.
    pub fn all(root: &Path) -> anyhow::Result<Vec<Change>> {
        let mut changes = Vec::new();
        for chapter in folders(&root.join("chapters"))? {
            if chapter.join("changes").is_dir() {
                for folder in folders(&chapter.join("changes"))? {
                    changes.push(Change { chapter: chapter.clone(), name: name_of(&folder) });
                }
            }
        }
        changes.sort();
        Ok(changes)
    }

    /// `03-locks`
    pub fn chapter(&self) -> String {
        name_of(&self.chapter)
    }

    /// What it is called in its chapter.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// One of its files: `starter.rs`, `solution.rs`, `check.rs`.
    pub fn file(&self, which: &str) -> PathBuf {
        self.chapter.join("changes").join(&self.name).join(which)
    }

    /// The reader's copy. It is made once, and never overwritten.
    fn file_of_the_reader(&self) -> io::Result<PathBuf> {
        let mine = self.chapter.join("mine");
        fs::create_dir_all(&mine)?;
        let file = mine.join(&self.name).with_extension("rs");
        let starter = fs::read(self.file("starter.rs"))?;
        match File::create_new(&file) {
            Ok(mut new) => {
                new.write_all(&starter)?;
                println!("This file is yours to change: {}\n", file.display());
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                println!("{}\n", file.display());
            }
            Err(error) => return Err(error),
        }
        Ok(file)
    }
}

/// The check at `check`, which calls what `source` defines.
///
/// # Errors
///
/// When one of the two is not there, or the check has nothing to explore.
pub fn checking(check: &Path, source: &Path) -> anyhow::Result<ScenarioFile> {
    let source =
        source.canonicalize().with_context(|| format!("{} is not there", source.display()))?;
    let mut file = ScenarioFile::read(check)?;
    // At the end, so that the check's lines keep their numbers.
    file.source.push_str(&format!("\n#[path = {source:?}]\nmod change;\n"));
    Ok(file)
}

/// What there is to explore in these checks. They use nothing but `std`.
pub fn target(root: &Path, files: Vec<ScenarioFile>) -> Target {
    Target { files, uses: Uses::default(), root: root.to_owned(), sees_memory: false }
}

/// Judges the reader's files of these changes of a chapter, and makes one where there is none yet. It compiles and explores, and
/// waits for both. Without a name it lists the changes. Says whether all pass.
///
/// # Errors
///
/// [`Misuse`] where there is no such change, and when something cannot be read, written or compiled.
pub fn show(root: &Path, chapter: Option<&str>, names: &[String]) -> anyhow::Result<bool> {
    let mut changes = Change::all(root)?;
    changes.retain(|change| chapter.is_none_or(|asked| names_chapter(asked, &change.chapter())));
    if changes.is_empty() {
        bail!(Misuse(format!("{} has no changes", chapter.unwrap_or("the course"))));
    }
    if names.is_empty() {
        println!("To begin with one, or to have it judged:\n");
        for change in &changes {
            println!("cargo run -p harness -- change {} {}", change.chapter(), change.name);
        }
        return Ok(true);
    }
    let find = |name: &String| {
        changes.iter().find(|change| change.name == *name).ok_or_else(|| {
            let known: Vec<&str> = changes.iter().map(Change::name).collect();
            Misuse(format!("there is no change {name}; there are: {}", known.join(", ")))
        })
    };
    let mut passed = true;
    for change in names.iter().map(find).collect::<Result<Vec<&Change>, _>>()? {
        passed &= judged(root, change)?;
    }
    Ok(passed)
}

fn judged(root: &Path, change: &Change) -> anyhow::Result<bool> {
    let file = change.file_of_the_reader().with_context(|| {
        format!("the copy of {} in {} cannot be made", change.name, change.chapter.display())
    })?;
    let target = target(root, vec![checking(&change.file("check.rs"), &file)?]);
    let again = "Change the file, and run the same command again.";
    let verdict = verb::show(root, &target, &[], &Search::default(), &Showing::default())
        .with_context(|| {
            format!("{} is not judged. Keep the names that the check calls. {again}", change.name)
        })?;
    println!();
    match verdict {
        Verdict::AsItShouldBe => println!("✓ {}: it holds in every interleaving.", change.name),
        Verdict::Failed => {
            println!("✗ {}: above is an interleaving that breaks it. {again}", change.name);
        }
        Verdict::NotProved | Verdict::Refused => {
            println!("✗ {}: it is not clear whether it holds; see above. {again}", change.name);
        }
    }
    Ok(verdict == Verdict::AsItShouldBe)
}

/// The folders in a folder, sorted.
fn folders(parent: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(parent).with_context(|| format!("{} cannot be read", parent.display()))?;
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry?.path();
        folders.extend(path.is_dir().then_some(path));
    }
    folders.sort();
    Ok(folders)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("chapters/03-locks/changes/mutex");
        fs::create_dir_all(&folder).unwrap();
        fs::create_dir_all(root.path().join("chapters/04-rlock")).unwrap();
        fs::write(folder.join("starter.rs"), "pub fn a() {}\n").unwrap();
        fs::write(folder.join("check.rs"), "fn b() {\n    change::a();\n}").unwrap();
        root
    }

    #[test]
    fn the_readers_file_is_made_once_and_kept() {
        let root = course();
        let changes = Change::all(root.path()).unwrap();
        let [change] = &changes[..] else { panic!("{changes:?}") };
        assert_eq!((change.chapter().as_str(), change.name()), ("03-locks", "mutex"));
        let file = change.file_of_the_reader().unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "pub fn a() {}\n");
        fs::write(&file, "mine").unwrap();
        assert_eq!(change.file_of_the_reader().unwrap(), file);
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    }

    #[test]
    fn the_check_keeps_its_lines_and_finds_the_file() {
        let root = course();
        let change = &Change::all(root.path()).unwrap()[0];
        let file = checking(&change.file("check.rs"), &change.file("starter.rs")).unwrap();
        assert!(file.source.starts_with("fn b() {\n    change::a();\n}\n"), "{}", file.source);
        assert!(
            file.source.contains("changes/mutex/starter.rs\"]\nmod change;"),
            "{}",
            file.source
        );
        assert_eq!(file.scenarios.len(), 1);
        assert!(checking(&change.file("check.rs"), &change.file("nowhere.rs")).is_err());
    }

    #[test]
    fn what_is_not_there_is_misuse_and_makes_no_file() {
        let root = course();
        let names = ["mutex".to_owned(), "mutexx".to_owned()];
        let error = show(root.path(), Some("3"), &names).unwrap_err();
        assert!(error.is::<Misuse>() && error.to_string().contains("mutexx"), "{error}");
        assert!(show(root.path(), Some("04-rlock"), &[]).unwrap_err().is::<Misuse>());
        assert!(!root.path().join("chapters/03-locks/mine").exists());
        assert!(show(root.path(), None, &[]).unwrap());
    }
}
