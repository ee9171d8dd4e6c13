//! What is graded: folders and archives, each a submission, or folders full of them.
//!
//! Course platforms hand out folders that hold other things besides, and students pack what they like. Nothing of it vanishes without a word:
//! it is a submission, or a submission that is refused with a reason, or it is named as something else.

use super::archive;
use super::attempts::{self, Attempt};
use super::forms::{self, ending_of};
use crate::course::names_chapter;
use crate::grading::assignment::Assignment;
use crate::grading::intake::{self, IntakeError, Taken, refused};
use anyhow::{Context, bail};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Component, Path, PathBuf};

/// A submission that has been found, and not been looked into yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// What it is called in results: the name of its folder, or of its archive without the ending.
    pub name: String,
    path: PathBuf,
    source: Source,
    /// What its author may want to know of how it was found.
    notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    Folder(PathBuf),
    Archive(PathBuf),
    /// None, and why.
    Unclear(String),
    /// It cannot be read now, and why.
    Unreadable(String),
}

/// What is at the paths of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Sorted by name, each name once.
    pub submissions: Vec<Submission>,
    /// What lies beside them and is none, sorted.
    pub others: Vec<String>,
}

impl Submission {
    /// Reads its files.
    ///
    /// # Errors
    ///
    /// As [`intake::from_folder`].
    pub fn take(&self, assignment: &Assignment) -> Result<Taken, IntakeError> {
        let taken = unharmed(|| self.files(assignment))?;
        let notes = self.notes.iter().cloned().chain(taken.notes).collect();
        Ok(Taken { notes, ..taken })
    }

    fn files(&self, assignment: &Assignment) -> Result<Taken, IntakeError> {
        match &self.source {
            Source::Folder(path) => intake::from_folder(path, &assignment.rules),
            Source::Archive(path) => archive::from_file(path, &assignment.rules),
            Source::Unclear(why) => Err(refused(why.clone())),
            Source::Unreadable(why) => Err(IntakeError::Trouble(io::Error::other(why.clone()))),
        }
    }
}

/// What reads archives and sources is written by many, and what they read by strangers. Where one of them breaks down, it is over that submission,
/// and nobody else's.
fn unharmed(read: impl FnOnce() -> Result<Taken, IntakeError>) -> Result<Taken, IntakeError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        Err(refused(
            "it cannot be read: it is made as no usual program makes it; pack it again".to_owned(),
        ))
    })
}

/// The one submission at `path`, whatever is in it.
///
/// # Errors
///
/// When there is nothing.
pub fn only(path: &Path) -> anyhow::Result<Found> {
    let whole = path.canonicalize();
    let whole = whole.with_context(|| format!("{} cannot be read", path.display()))?;
    let name = whole.file_name().unwrap_or_default().display().to_string();
    let (name, source) = match ending_of(&whole) {
        Some(ending) if whole.is_file() => {
            (name[..name.len() - ending.len()].to_owned(), Source::Archive(whole))
        }
        _ if whole.is_dir() => (name, Source::Folder(whole)),
        _ => bail!("{} is no folder, no archive and no source file", path.display()),
    };
    let mut submission = Submission { name, path: path.to_owned(), source, notes: Vec::new() };
    shorten(&mut submission);
    Ok(Found { submissions: vec![submission], others: Vec::new() })
}

/// The submissions at `paths`.
///
/// A folder that holds the file that a submission cannot do without is one, and so is an archive. Any other folder is full of submissions, if
/// it is the only path or there are several of them in it. In such a folder, files that are no archives and folders with a hidden name are no
/// submissions. A student's folder may have the submission one level down: an archive or a folder, if there is only one.
///
/// A link is followed only if it is the one path that somebody has named. Any other may be a student's, and lead to another's work.
///
/// # Errors
///
/// When there is none, or a path is given twice.
pub fn find(
    assignment: &Assignment,
    paths: &[PathBuf],
    out: Option<&Path>,
) -> anyhow::Result<Found> {
    let mut finder = Finder {
        assignment: &assignment.name,
        root_file: assignment.root_file(),
        out: out.and_then(|out| out.canonicalize().ok()),
        found: vec![],
        others: vec![],
    };
    for path in paths {
        finder.path(path, paths.len() == 1)?;
    }
    let Finder { found, mut others, .. } = finder;
    if found.is_empty() {
        bail!("nothing here is a submission: {}", others.join(", "));
    }
    let mut found = apart(last_attempts(found, &mut others));
    found.iter_mut().for_each(shorten);
    others.sort();
    let mut submissions: BTreeMap<String, Submission> = BTreeMap::new();
    for submission in found {
        let name = submission.name.clone();
        let Some(other) = submissions.get_mut(&name) else {
            submissions.insert(name, submission);
            continue;
        };
        let (one, two) = (&other.path, &submission.path);
        // Side by side they are one student's. Else somebody has named one path twice.
        if one == two || one.parent() != two.parent() {
            bail!("two submissions are called {name}: {} and {}", one.display(), two.display());
        }
        let what = |path: &Path| path.file_name().unwrap_or_default().display().to_string();
        let why = format!("{} and {} are both called {name}; one has to go", what(one), what(two));
        other.source = Source::Unclear(why);
    }
    Ok(Found { submissions: submissions.into_values().collect(), others })
}

/// Of several attempts of one student, the last. Where it is not said which that is, nobody decides it for him.
fn last_attempts(found: Vec<Submission>, others: &mut Vec<String>) -> Vec<Submission> {
    let place = |submission: &Submission| submission.path.parent().map(Path::to_owned);
    let with_files: BTreeSet<_> = found
        .iter()
        .filter_map(|it| Some((place(it), attempts::has_file(&it.name)?.to_owned())))
        .collect();
    let mut kept: Vec<Submission> = Vec::new();
    type Attempts = Vec<(Attempt, Submission)>;
    let mut of_student: BTreeMap<(Option<PathBuf>, String), Attempts> = BTreeMap::new();
    for submission in found {
        let typed = attempts::typed_by(&submission.name).map(str::to_owned);
        match attempts::attempt_of(&submission.name) {
            // Canvas hands out no folders.
            Some(attempt) if attempt.number.is_none() || !submission.path.is_dir() => {
                let key = (place(&submission), attempt.student.clone());
                of_student.entry(key).or_default().push((attempt, submission));
            }
            None if typed.is_some_and(|who| with_files.contains(&(place(&submission), who))) => {
                others.push(format!("{} (typed, beside the files)", submission.name));
            }
            _ => kept.push(submission),
        }
    }
    for (_, all) in of_student {
        // Two that are the same attempt are of two people: the numbers are something else.
        let which: BTreeSet<_> = all.iter().map(|(it, _)| (&it.file, it.again)).collect();
        if which.len() < all.len() && all.iter().all(|(it, _)| it.number.is_some()) {
            kept.extend(all.into_iter().map(|(_, submission)| submission));
            continue;
        }
        let count = all.len();
        let mut last: BTreeMap<String, (Attempt, Submission)> = BTreeMap::new();
        let mut earlier = Vec::new();
        for (attempt, submission) in all {
            // Moodle's have no numbers, and different names.
            let file = attempt.file.clone();
            match last.get(&file) {
                Some((known, _)) if known.number >= attempt.number => earlier.push(submission.name),
                _ => {
                    let before = last.insert(file, (attempt, submission));
                    earlier.extend(before.map(|(_, before)| before.name));
                }
            }
        }
        let names: Vec<String> = last.values().map(|(_, it)| it.name.clone()).collect();
        let Some((_, (_, mut one))) = last.pop_first() else { continue };
        if names.len() > 1 {
            one.source = Source::Unclear(format!(
                "it is not clear which of these is the submission: {}",
                names.join(", ")
            ));
            let rest = names.iter().filter(|name| **name != one.name);
            others.extend(rest.map(|name| format!("{name} (it is not clear whether it is meant)")));
        } else if count > 1 {
            one.notes.push(format!("of {count} attempts this is the last"));
        }
        others.extend(earlier.into_iter().map(|name| format!("{name} (an earlier attempt)")));
        kept.push(one);
    }
    kept
}

/// Submissions of one name in different folders, as those of two sections, are called by their folders as well: by as many as tell them apart, and from
/// all that are called otherwise.
fn apart(mut found: Vec<Submission>) -> Vec<Submission> {
    let mut of_name: BTreeMap<String, BTreeSet<PathBuf>> = BTreeMap::new();
    for submission in &found {
        let place = submission.path.parent().unwrap_or(Path::new("")).to_owned();
        of_name.entry(submission.name.clone()).or_default().insert(place);
    }
    let mut taken: BTreeSet<String> = of_name.keys().cloned().collect();
    for (name, places) in of_name.iter().filter(|(_, places)| places.len() > 1) {
        let deepest = places.iter().map(|place| place.components().count()).max().unwrap_or(0);
        let called = |folders: usize| -> Vec<String> {
            places.iter().map(|place| with_folders(place, folders, name)).collect()
        };
        let differ = |names: &Vec<String>| {
            let all: BTreeSet<&String> = names.iter().collect();
            all.len() == names.len() && names.iter().all(|name| !taken.contains(name))
        };
        // Where the folders do not help, a number does.
        let numbered = || {
            let free = |n: &usize| !taken.contains(&format!("{name}-{n}"));
            (2..).filter(free).take(places.len()).map(|n| format!("{name}-{n}")).collect()
        };
        let names = (1..=deepest).map(called).find(differ).unwrap_or_else(numbered);
        taken.extend(names.iter().cloned());
        for (place, new) in places.iter().zip(names) {
            let are_here = |it: &&mut Submission| {
                it.name == *name && it.path.parent().unwrap_or(Path::new("")) == place
            };
            found.iter_mut().filter(are_here).for_each(|it| it.name.clone_from(&new));
        }
    }
    found
}

/// The name with the last folders of its place before it.
fn with_folders(place: &Path, folders: usize, name: &str) -> String {
    let all: Vec<_> = place
        .components()
        .filter_map(|it| match it {
            Component::Normal(folder) => Some(folder.to_string_lossy()),
            _ => None,
        })
        .collect();
    let mut parts: Vec<&str> =
        all[all.len().saturating_sub(folders)..].iter().map(AsRef::as_ref).collect();
    parts.push(name);
    parts.join("-")
}

/// The most bytes of a name. Results and pages are files of that name, with an ending.
const NAME: usize = 200;

/// Cuts a name that is too long for a file's, and puts a piece of its hash there, so that two do not become one.
fn shorten(submission: &mut Submission) {
    let name = &submission.name;
    if name.len() <= NAME {
        return;
    }
    let hash = Sha256::digest(name.as_bytes());
    let hash: String = hash[..6].iter().map(|byte| format!("{byte:02x}")).collect();
    let short = format!("{}-{hash}", &name[..name.floor_char_boundary(NAME - hash.len() - 1)]);
    submission.notes.push(format!("its name has {} bytes, and is cut to {NAME}", name.len()));
    submission.name = short;
}

/// How a path has come to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    /// Somebody has named it, and no other.
    Alone,
    /// It was named with others: all of a folder's, perhaps, by a shell.
    Named,
    /// It is in a folder that was named.
    Inside,
}

/// Whether Canvas or Moodle has called an archive so, among those of others.
fn is_handed_out(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let name = ending_of(path).and_then(|ending| name.get(..name.len() - ending.len()));
    path.is_file() && name.is_some_and(|name| attempts::attempt_of(name).is_some())
}

fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|it| it.file_type().is_symlink())
}

struct Finder<'a> {
    assignment: &'a str,
    root_file: &'static str,
    /// Where results are written, which may lie among the submissions and is none.
    out: Option<PathBuf>,
    found: Vec<Submission>,
    others: Vec<String>,
}

impl Finder<'_> {
    /// What is at a path that somebody has named.
    fn path(&mut self, path: &Path, only: bool) -> anyhow::Result<()> {
        let is_out = |path: &Path| self.out.is_some() && path.canonicalize().ok() == self.out;
        let found = if only { How::Alone } else { How::Named };
        let is_link = !only && is_link(path);
        if is_link || !path.is_dir() || self.is_submission(path) {
            return self.entry(path, found);
        }
        let mut inside = match inside(path) {
            Ok(inside) => inside,
            Err(error) if only => return Err(error),
            Err(_) => return self.entry(path, How::Named),
        };
        inside.retain(|path| !is_out(path));
        let many = inside.iter().filter(|path| path.is_dir() || ending_of(path).is_some()).count();
        match many {
            0 if only => bail!(
                "{} holds no {}, and no folders or archives of submissions",
                path.display(),
                self.root_file
            ),
            // As with `submissions/*`: a student's folder. But a section of one student is a section.
            0 | 1 if !only && !inside.iter().any(|path| is_handed_out(path)) => {
                self.entry(path, found)
            }
            _ => inside.iter().try_for_each(|path| self.entry(path, How::Inside)),
        }
    }

    /// What may be a student's folder or archive.
    fn entry(&mut self, path: &Path, how: How) -> anyhow::Result<()> {
        // The name is that of the path as it was given; `.` has none of its own.
        let (whole, trouble) = match path.canonicalize() {
            Ok(whole) => (whole, None),
            Err(error) if how != How::Inside && path.symlink_metadata().is_err() => {
                return Err(error).with_context(|| format!("{} cannot be read", path.display()));
            }
            Err(error) => (path.to_owned(), Some(error.to_string())),
        };
        if self.out.as_ref() == Some(&whole) {
            return Ok(());
        }
        let name = path.file_name().or(whole.file_name()).unwrap_or_default();
        let Some(name) = name.to_str().filter(|name| !is_hidden(name)) else {
            self.others.push(name.display().to_string());
            return Ok(());
        };
        let (name, source) = match (ending_of(path), trouble) {
            (ending, trouble) if how != How::Alone && is_link(path) => {
                if ending.is_none() && trouble.is_none() && !path.is_dir() {
                    self.others.push(name.to_owned());
                    return Ok(());
                }
                let why =
                    format!("{name} is a symbolic link; a submission holds the files themselves");
                (&name[..name.len() - ending.map_or(0, str::len)], Source::Unclear(why))
            }
            (ending, Some(trouble)) => {
                (&name[..name.len() - ending.map_or(0, str::len)], Source::Unreadable(trouble))
            }
            _ if path.is_dir() => {
                let source = self.source_in(path);
                (name, source.unwrap_or_else(|error| Source::Unreadable(format!("{error:#}"))))
            }
            (Some(ending), None) if path.is_file() => {
                (&name[..name.len() - ending.len()], Source::Archive(path.to_owned()))
            }
            _ => {
                self.others.push(name.to_owned());
                return Ok(());
            }
        };
        let (name, path) = (name.to_owned(), path.to_owned());
        self.found.push(Submission { name, path, source, notes: Vec::new() });
        Ok(())
    }

    fn is_submission(&self, folder: &Path) -> bool {
        folder.join(self.root_file).symlink_metadata().is_ok()
    }

    /// Where in a student's folder the submission is.
    fn source_in(&self, folder: &Path) -> anyhow::Result<Source> {
        let top = Path::new(self.root_file).iter().next().unwrap_or_default();
        // What is meant to be one, even if it lacks a file.
        if folder.join(top).symlink_metadata().is_ok() {
            return Ok(Source::Folder(folder.to_owned()));
        }
        let inside = inside(folder)?;
        let name = |path: &Path| path.file_name().unwrap_or_default().display().to_string();
        let mut candidates = Vec::new();
        for path in inside.iter().filter(|path| !is_hidden(&name(path))) {
            // These are a student's: a link could lead to another's.
            let Ok(kind) = path.symlink_metadata().map(|metadata| metadata.file_type()) else {
                continue;
            };
            match ending_of(path) {
                _ if kind.is_dir() && self.is_submission(path) => {
                    candidates.push((name(path), Source::Folder(path.clone())));
                }
                // What lies side by side as sources is one submission.
                Some(ending) if kind.is_file() && !forms::is_source(ending) => {
                    candidates.push((name(path), Source::Archive(path.clone())));
                }
                _ => {}
            }
        }
        let list = |names: Vec<String>| names.join(", ");
        // Of a whole term's, the one that is called as the assignment.
        let is_called_so = |name: &str| {
            let end = name.len() - ending_of(Path::new(name)).map_or(0, str::len);
            names_chapter(&name[..end], self.assignment)
        };
        let called_so = candidates.iter().filter(|(name, _)| is_called_so(name)).count();
        if called_so == 1 {
            candidates.retain(|(name, _)| is_called_so(name));
        }
        Ok(match &mut candidates[..] {
            [] if inside.is_empty() => Source::Unclear("the folder is empty".to_owned()),
            // Deeper, or written otherwise: whoever reads it finds it.
            [] => Source::Folder(folder.to_owned()),
            [_] => candidates.remove(0).1,
            several => Source::Unclear(format!(
                "there is no {} in it, and it is not clear which of these is the submission: {}",
                self.root_file,
                list(several.iter().take(MENTIONED).map(|(name, _)| name.clone()).collect())
            )),
        })
    }
}

/// The most names in a sentence.
const MENTIONED: usize = 8;

/// What is in a folder, sorted.
fn inside(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>());
    let mut paths = entries.with_context(|| format!("{} cannot be read", folder.display()))?;
    paths.sort();
    Ok(paths)
}

/// What systems and tools leave in folders and archives.
fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || name == "__MACOSX"
}

#[cfg(test)]
mod tests;
