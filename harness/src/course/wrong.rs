//! Wrong solutions, each a patch: `wrong/NAME.patch` says what it does otherwise than the solution, or than an alternative that it names.
//!
//! A patch is what `diff -u` writes. Its first lines name what it is over and what it makes:
//!
//! ```text
//! --- solution/src/lib.rs
//! +++ wrong/shutdown_wakes_one/src/lib.rs
//! ```
//!
//! It is applied in memory. One that no longer applies is an error that names it: what it was over has changed, and somebody has to look
//! whether it is still the mistake that it was.

use crate::files;
use crate::grading::assignment::Assignment;
use crate::grading::intake::{self, Taken};
use crate::student::copy::{Contents, WorkingCopy};
use anyhow::{Context, bail, ensure};
use diffy::patch_set::{FileOperation, ParseOptions, PatchSet};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// What a wrong solution is over that does not name anything else.
pub const SOLUTION: &str = "solution";

/// The files of a solution, by their paths.
type Sources = BTreeMap<String, String>;

/// What is in the folder `wrong` of an assignment.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Entries {
    /// `NAME` of each `NAME.patch`.
    pub patches: BTreeSet<String>,
    /// The names of everything else.
    pub others: BTreeSet<String>,
}

/// What is in the folder `wrong` of the assignment in `folder`; it need not be there.
///
/// # Errors
///
/// When it cannot be read.
pub fn entries(folder: &Path) -> anyhow::Result<Entries> {
    let mut found = Entries::default();
    let folder = folder.join("wrong");
    if !folder.exists() {
        return Ok(found);
    }
    let unreadable = || format!("{} cannot be read", folder.display());
    for entry in std::fs::read_dir(&folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        let patch = path.is_file() && path.extension() == Some(OsStr::new("patch"));
        let (name, names) = match patch {
            true => (path.file_stem(), &mut found.patches),
            false => (path.file_name(), &mut found.others),
        };
        names.insert(name.unwrap_or_default().to_string_lossy().into_owned());
    }
    Ok(found)
}

/// The files of the wrong solution `name`: those that it is over, with its patch applied.
///
/// # Errors
///
/// When there is no such patch, or it does not apply. The message names it.
pub fn taken(assignment: &Assignment, name: &str) -> anyhow::Result<Taken> {
    let (base, patched) = apply(assignment, name)?;
    let files = patched.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
    let taken = Taken { files, ..Taken::default() };
    ensure!(
        taken.has(assignment.root_file()),
        "wrong/{name}.patch leaves no {} of {base}",
        assignment.root_file()
    );
    Ok(taken)
}

/// Makes a package of the wrong solution `name` in `folder`, to look at, to run and to edit. A name that is new begins as what it is `over`.
/// What a patch that is there is over is said by itself; with `over`, it begins anew.
///
/// # Errors
///
/// When there is neither such a patch nor anything that it is over, the patch does not apply, or the folder is there already.
pub fn write(
    assignment: &Assignment,
    workspace: &Path,
    course: Option<&Path>,
    name: &str,
    over: Option<&str>,
    folder: &Path,
) -> anyhow::Result<()> {
    let files = match over {
        Some(over) => assignment.sample(over)?,
        None => taken(assignment, name)?,
    };
    WorkingCopy::make(assignment, workspace, course, folder, Contents::Files(&files))?;
    Ok(())
}

/// Makes `wrong/NAME.patch` of the sources in `folder`. It is over what the patch was over before, if there is one, or `over`, or else the
/// solution. Returns its path, what it is over, and how many lines it adds and removes.
///
/// # Errors
///
/// When the sources cannot be taken, are the same, or the patch cannot be written.
pub fn save(
    assignment: &Assignment,
    name: &str,
    over: Option<&str>,
    folder: &Path,
) -> anyhow::Result<Saved> {
    ensure!(is_name(name), "{name} is no name for a file; letters, digits and _ make one");
    let path = patch_path(assignment, name);
    let over = match over {
        Some(over) => over.to_owned(),
        None if path.is_file() => base_of(name, &read(&path)?)?,
        None => SOLUTION.to_owned(),
    };
    let before = sources(&assignment.sample(&over)?)?;
    let edited = intake::from_folder(folder, &assignment.rules)
        .with_context(|| format!("{} cannot be saved", folder.display()))?;
    let edited = sources(&edited)?;
    let text = patch(name, &over, &before, &edited);
    ensure!(!text.is_empty(), "{} is the same as {over}: there is nothing wrong", folder.display());
    // What is written is what will be read.
    let again = patched(name, &text, &over, before.clone())?;
    ensure!(again == edited, "a patch from {over} to {} comes to something else", folder.display());
    files::write(&path, text.as_bytes())?;
    let lines = |mark: &str, header: &str| {
        text.lines().filter(|line| line.starts_with(mark) && !line.starts_with(header)).count()
    };
    Ok(Saved { path, over, added: lines("+", "+++ "), removed: lines("-", "--- ") })
}

/// A patch that has been written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The file.
    pub path: PathBuf,
    /// What it is over: `solution`, `alternatives/NAME`.
    pub over: String,
    /// How many lines it adds.
    pub added: usize,
    /// How many lines it removes.
    pub removed: usize,
}

fn patch_path(assignment: &Assignment, name: &str) -> PathBuf {
    assignment.folder.join("wrong").join(format!("{name}.patch"))
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// What the patch is over, and what it makes of that.
fn apply(assignment: &Assignment, name: &str) -> anyhow::Result<(String, Sources)> {
    let path = patch_path(assignment, name);
    if !path.is_file() {
        let known: Vec<String> = entries(&assignment.folder)?.patches.into_iter().collect();
        bail!("{} has no wrong/{name}.patch; there are: {}", assignment.name, known.join(", "));
    }
    let text = read(&path)?;
    let over = base_of(name, &text)?;
    let before = assignment
        .sample(&over)
        .and_then(|taken| sources(&taken))
        .with_context(|| format!("wrong/{name}.patch is over {over}"))?;
    let after = patched(name, &text, &over, before)?;
    Ok((over, after))
}

/// `solution` or `alternatives/NAME`: what the patch says that it is over.
fn base_of(name: &str, text: &str) -> anyhow::Result<String> {
    let mut over = None;
    for file in PatchSet::parse(text, ParseOptions::unidiff()) {
        let file = file.with_context(|| format!("wrong/{name}.patch is no patch"))?;
        let (FileOperation::Delete(path) | FileOperation::Modify { original: path, .. }) =
            file.operation()
        else {
            continue;
        };
        let (base, _) = split(name, path)?;
        if over.as_ref().is_some_and(|over| *over != base) {
            bail!("wrong/{name}.patch is over more than one solution");
        }
        over = Some(base);
    }
    Ok(over.unwrap_or_else(|| SOLUTION.to_owned()))
}

/// `alternatives/NAME/src/lib.rs` is `src/lib.rs` of `alternatives/NAME`.
fn split(name: &str, path: &str) -> anyhow::Result<(String, String)> {
    let parts: Vec<&str> = path.split('/').collect();
    let (base, file) = match parts[..] {
        [SOLUTION, ref file @ ..] => (SOLUTION.to_owned(), file),
        [folder @ ("alternatives" | "wrong"), name, ref file @ ..] => {
            (format!("{folder}/{name}"), file)
        }
        _ => (String::new(), &[][..]),
    };
    ensure!(
        !file.is_empty(),
        "wrong/{name}.patch is over {path}, which is no file of the solution's (solution/src/…) or an alternative's (alternatives/NAME/src/…)"
    );
    Ok((base, file.join("/")))
}

/// What the patch makes of `files`, which are those of `over`.
fn patched(name: &str, text: &str, over: &str, mut files: Sources) -> anyhow::Result<Sources> {
    let stale = |path: &str, what: String| {
        format!(
            "wrong/{name}.patch no longer applies: {what} of {over}/{path}, which has changed since; \
             mend its lines by hand, or make it anew (`harness course wrong --help`)"
        )
    };
    for file in PatchSet::parse(text, ParseOptions::unidiff()) {
        let file = file.with_context(|| format!("wrong/{name}.patch is no patch"))?;
        let patch = file.patch().as_text().context("a patch of text")?;
        let (from, to) = match file.operation() {
            FileOperation::Create(path) => (None, Some(path)),
            FileOperation::Delete(path) => (Some(path), None),
            FileOperation::Modify { original, modified } => (Some(original), Some(modified)),
            _ => bail!("wrong/{name}.patch moves files, which `course check` cannot follow"),
        };
        let before = match from {
            Some(path) => {
                let (_, path) = split(name, path)?;
                let text = files.remove(&path);
                text.with_context(|| stale(&path, "there is none".to_owned()))?
            }
            None => String::new(),
        };
        let path = split(name, to.or(from).context("a patch names its files")?)?.1;
        let after = diffy::apply(&before, patch).map_err(|error| {
            anyhow::anyhow!("{}", stale(&path, format!("{error} to the lines")))
        })?;
        if to.is_some() {
            files.insert(path, after);
        }
    }
    Ok(files)
}

/// The patch that makes `after` of `before`; empty if they are the same.
fn patch(name: &str, over: &str, before: &Sources, after: &Sources) -> String {
    let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut text = String::new();
    for path in paths {
        let (from, to) = (before.get(path), after.get(path));
        if from == to {
            continue;
        }
        let side = |there: bool, folder: &str| match there {
            true => format!("{folder}/{path}"),
            false => "/dev/null".to_owned(),
        };
        let mut options = diffy::DiffOptions::new();
        options.set_original_filename(side(from.is_some(), over));
        options.set_modified_filename(side(to.is_some(), &format!("wrong/{name}")));
        let lines = |file: Option<&String>| file.cloned().unwrap_or_default();
        text += &options.create_patch(&lines(from), &lines(to)).to_string();
    }
    text
}

fn sources(taken: &Taken) -> anyhow::Result<Sources> {
    let text = |(path, bytes): &(String, Vec<u8>)| {
        let text =
            String::from_utf8(bytes.clone()).with_context(|| format!("{path} is no text"))?;
        Ok((path.clone(), text))
    };
    taken.files.iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(files: &[(&str, &str)]) -> Sources {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_patch_of_several_files_makes_what_it_was_made_of() {
        let before = sources(&[
            ("src/lib.rs", "one\ntwo\nthree\n"),
            ("src/gone.rs", "a\n"),
            ("src/same.rs", "s\n"),
        ]);
        let after = sources(&[
            ("src/lib.rs", "one\n2\nthree"),
            ("src/new.rs", "n\n\n"),
            ("src/same.rs", "s\n"),
        ]);
        for over in ["solution", "alternatives/other"] {
            let text = patch("w", over, &before, &after);
            assert!(text.contains(&format!("--- {over}/src/lib.rs\n+++ wrong/w/src/lib.rs")));
            assert!(!text.contains("same.rs"), "{text}");
            assert_eq!(base_of("w", &text).unwrap(), over);
            assert_eq!(patched("w", &text, over, before.clone()).unwrap(), after);
        }
    }

    #[test]
    fn a_patch_that_no_longer_applies_is_named() {
        let before = sources(&[("src/lib.rs", "one\ntwo\nthree\n")]);
        let after = sources(&[("src/lib.rs", "one\n2\nthree\n")]);
        let text = patch("late", "solution", &before, &after);
        let changed = sources(&[("src/lib.rs", "one\ntoo\nthree\n")]);
        let moved = sources(&[("src/main.rs", "one\ntwo\nthree\n")]);
        for now in [changed, moved] {
            let error = patched("late", &text, "solution", now).unwrap_err().to_string();
            let told = "wrong/late.patch no longer applies";
            assert!(error.contains(told) && error.contains("solution/src/lib.rs"), "{error}");
        }
        // Lines that were put in above it do no harm.
        let longer = sources(&[("src/lib.rs", "zero\none\ntwo\nthree\n")]);
        let applied = patched("late", &text, "solution", longer).unwrap();
        assert_eq!(applied["src/lib.rs"], "zero\none\n2\nthree\n");
    }

    #[test]
    fn what_is_no_patch_or_is_over_something_else_is_refused() {
        for (text, why) in [
            ("", "is no patch"),
            ("not a patch\n", "is no patch"),
            (
                "--- a/src/lib.rs\n+++ b/src/lib.rs\n@@ -1 +1 @@\n-a\n+b\n",
                "no file of the solution",
            ),
        ] {
            let error = format!("{:#}", base_of("odd", text).unwrap_err());
            assert!(error.contains("wrong/odd.patch") && error.contains(why), "{error}");
        }
        let two = "--- solution/a.rs\n+++ wrong/odd/a.rs\n@@ -1 +1 @@\n-a\n+b\n\
                   --- alternatives/x/b.rs\n+++ wrong/odd/b.rs\n@@ -1 +1 @@\n-a\n+b\n";
        assert!(base_of("odd", two).unwrap_err().to_string().contains("more than one"));
    }

    #[test]
    fn a_name_stays_in_its_folder() {
        assert!(is_name("notify_one") && is_name("wie_heißt_das") && is_name("2-late"));
        assert!(!is_name("") && !is_name("../up") && !is_name("a/b") && !is_name("a.b"));
    }
}
