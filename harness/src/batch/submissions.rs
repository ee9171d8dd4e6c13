//! What is graded: folders and archives, each a submission, or folders full of them.
//!
//! Course platforms hand out folders that hold other things besides, and students pack what they like. Nothing of it vanishes without a word:
//! it is a submission, or a submission that is refused with a reason, or it is named as something else.

use super::archive;
use crate::grading::assignment::Assignment;
use crate::grading::intake::{self, IntakeError, Taken, refused};
use anyhow::{Context, bail};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

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
    Archive(PathBuf, Form),
    /// None, and why.
    Unclear(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Zip,
    /// A source file alone.
    Source,
    Tar,
    TarGz,
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
        let taken = self.files(assignment)?;
        let notes = self.notes.iter().cloned().chain(taken.notes).collect();
        Ok(Taken { notes, ..taken })
    }

    fn files(&self, assignment: &Assignment) -> Result<Taken, IntakeError> {
        match &self.source {
            Source::Folder(path) => intake::from_folder(path, &assignment.rules),
            Source::Archive(path, Form::Zip) => archive::from_zip(path, &assignment.rules),
            Source::Archive(path, Form::Source) => archive::from_source(path, &assignment.rules),
            Source::Archive(path, Form::Tar) => archive::from_tar(path, &assignment.rules),
            Source::Archive(path, Form::TarGz) => archive::from_tar_gz(path, &assignment.rules),
            Source::Unclear(why) => Err(refused(why.clone())),
        }
    }
}

/// The submissions at `paths`.
///
/// A folder that holds the file that a submission cannot do without is one, and so is an archive. Any other folder is full of submissions, if
/// it is the only path or there are several of them in it. In such a folder, files that are no archives and folders with a hidden name are no
/// submissions. A student's folder may have the submission one level down: an archive or a folder, if there is only one.
///
/// # Errors
///
/// When there is none, or two in different places have the same name.
pub fn find(
    assignment: &Assignment,
    paths: &[PathBuf],
    out: Option<&Path>,
) -> anyhow::Result<Found> {
    let mut finder = Finder {
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
    let found = apart(last_attempts(found, &mut others));
    others.sort();
    let mut submissions: BTreeMap<String, Submission> = BTreeMap::new();
    for submission in found {
        let name = submission.name.clone();
        let Some(other) = submissions.get_mut(&name) else {
            submissions.insert(name, submission);
            continue;
        };
        let (one, two) = (&other.path, &submission.path);
        // Side by side they are one student's. In different places they may be two students'.
        if one == two || one.parent() != two.parent() {
            bail!("two submissions are called {name}: {} and {}", one.display(), two.display());
        }
        let what = |path: &Path| path.file_name().unwrap_or_default().display().to_string();
        let why = format!("{} and {} are both called {name}; one has to go", what(one), what(two));
        other.source = Source::Unclear(why);
    }
    Ok(Found { submissions: submissions.into_values().collect(), others })
}

/// Of several attempts of one student, as Canvas hands them out, the last.
fn last_attempts(found: Vec<Submission>, others: &mut Vec<String>) -> Vec<Submission> {
    let mut last: BTreeMap<(PathBuf, String), (u64, usize)> = BTreeMap::new();
    let key = |submission: &Submission| {
        let (student, attempt) = attempt_of(&submission.name)?;
        let place = submission.path.parent().unwrap_or(Path::new("")).to_owned();
        Some(((place, student), attempt))
    };
    for (key, attempt) in found.iter().filter_map(key) {
        let (newest, count) = last.entry(key).or_default();
        (*newest, *count) = (attempt.max(*newest), *count + 1);
    }
    let mut kept = Vec::new();
    for mut submission in found {
        let seen = key(&submission).and_then(|(key, attempt)| Some((last.get(&key)?, attempt)));
        match seen {
            Some(((newest, _), attempt)) if attempt != *newest => {
                others.push(format!("{} (an earlier attempt)", submission.name));
            }
            Some(((_, count), _)) if *count > 1 => {
                submission.notes.push(format!("of {count} attempts this is the last"));
                kept.push(submission);
            }
            _ => kept.push(submission),
        }
    }
    kept
}

/// The student and the number of the attempt in a name as Canvas makes them: `smithjohn_LATE_1234_5678_queue-1`.
fn attempt_of(name: &str) -> Option<(String, u64)> {
    let parts: Vec<&str> = name.split('_').collect();
    let number = |part: &str| -> Option<u64> {
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
    };
    let at = (1..parts.len().saturating_sub(2))
        .find(|&at| number(parts[at]).is_some() && number(parts[at + 1]).is_some())?;
    let student: Vec<&str> =
        parts[..=at].iter().copied().filter(|part| !part.eq_ignore_ascii_case("late")).collect();
    Some((student.join("_"), number(parts[at + 1])?))
}

/// Submissions of one name in different folders, as those of two sections, are called by their folders as well.
fn apart(mut found: Vec<Submission>) -> Vec<Submission> {
    let places = found.iter().map(|it| (it.name.clone(), it.path.parent().map(Path::to_owned)));
    let places: Vec<_> = places.collect();
    for (submission, (name, place)) in found.iter_mut().zip(&places) {
        let elsewhere = places.iter().any(|(other, there)| other == name && there != place);
        let folder = place.as_ref().and_then(|place| place.file_name()?.to_str());
        if let (true, Some(folder)) = (elsewhere, folder) {
            submission.name = format!("{folder}-{name}");
        }
    }
    found
}

struct Finder {
    root_file: &'static str,
    /// Where results are written, which may lie among the submissions and is none.
    out: Option<PathBuf>,
    found: Vec<Submission>,
    others: Vec<String>,
}

impl Finder {
    /// What is at a path that somebody has named.
    fn path(&mut self, path: &Path, only: bool) -> anyhow::Result<()> {
        let is_out = |path: &Path| self.out.is_some() && path.canonicalize().ok() == self.out;
        if !path.is_dir() || self.is_submission(path) {
            return self.entry(path);
        }
        let mut inside = inside(path)?;
        inside.retain(|path| !is_out(path));
        let many = inside.iter().filter(|path| path.is_dir() || form_of(path).is_some()).count();
        match many {
            0 if only => bail!(
                "{} holds no {}, and no folders or archives of submissions",
                path.display(),
                self.root_file
            ),
            // As with `submissions/*`: a student's folder.
            0 | 1 if !only => self.entry(path),
            _ => inside.iter().try_for_each(|path| self.entry(path)),
        }
    }

    /// What may be a student's folder or archive.
    fn entry(&mut self, path: &Path) -> anyhow::Result<()> {
        // The name is that of the path as it was given; `.` has none of its own.
        let whole = path.canonicalize();
        let whole = whole.with_context(|| format!("{} cannot be read", path.display()))?;
        if self.out.as_ref() == Some(&whole) {
            return Ok(());
        }
        let name = path.file_name().or(whole.file_name()).unwrap_or_default();
        let Some(name) = name.to_str().filter(|name| !is_hidden(name)) else {
            self.others.push(name.display().to_string());
            return Ok(());
        };
        let (name, source) = match form_of(path) {
            // A link to a folder is a folder that a student has, perhaps, in mind; the intake says what it is.
            _ if path.is_dir() => (name, self.source_in(path)?),
            Some((ending, form)) if path.is_file() => {
                (&name[..name.len() - ending.len()], Source::Archive(path.to_owned(), form))
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
            match form_of(path) {
                _ if kind.is_dir() && self.is_submission(path) => {
                    candidates.push((name(path), Source::Folder(path.clone())));
                }
                Some((_, form)) if kind.is_file() => {
                    candidates.push((name(path), Source::Archive(path.clone(), form)));
                }
                _ => {}
            }
        }
        let list = |names: Vec<String>| names.join(", ");
        Ok(match &mut candidates[..] {
            [] if inside.is_empty() => Source::Unclear("the folder is empty".to_owned()),
            [] => Source::Unclear(format!(
                "there is no {} in it, nor in a folder or an archive in it; it holds {}",
                self.root_file,
                list(inside.iter().take(MENTIONED).map(|path| name(path)).collect())
            )),
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

/// The ending of an archive's name, and what it says.
fn form_of(path: &Path) -> Option<(&'static str, Form)> {
    const FORMS: [(&str, Form); 5] = [
        (".zip", Form::Zip),
        (".tar", Form::Tar),
        (".tar.gz", Form::TarGz),
        (".tgz", Form::TarGz),
        (".rs", Form::Source),
    ];
    let name = path.file_name()?.to_str()?.to_lowercase();
    FORMS.into_iter().find(|(ending, _)| name.len() > ending.len() && name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(path: PathBuf) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x").unwrap();
    }

    /// What is found in a folder with these files, or at each of its entries: `name: where it is`.
    fn found(files: &[&str], each: bool) -> (Vec<String>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            match file.strip_suffix('/') {
                Some(empty) => std::fs::create_dir_all(folder.path().join(empty)).unwrap(),
                None => add(folder.path().join(file)),
            }
        }
        let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
        let assignment = Assignment::find(&course, "tally").unwrap();
        let paths =
            if each { inside(folder.path()).unwrap() } else { vec![folder.path().to_owned()] };
        let Found { submissions, others } = find(&assignment, &paths, None).unwrap();
        let line = |submission: Submission| {
            let within =
                |path: &Path| path.strip_prefix(folder.path()).unwrap().display().to_string();
            let what = match submission.source {
                Source::Folder(path) | Source::Archive(path, _) => within(&path),
                Source::Unclear(why) => why,
            };
            format!("{}: {what}", submission.name)
        };
        (submissions.into_iter().map(line).collect(), others)
    }

    #[test]
    fn what_is_none_is_named() {
        let files = [
            "ada/src/lib.rs",
            "carl.tar",
            "notes.txt",
            "x.tar.xz",
            "eve.rs",
            ".git/config",
            "__MACOSX/ada/src/lib.rs",
            ".zip",
        ];
        let others = [".git", ".zip", "__MACOSX", "notes.txt", "x.tar.xz"];
        for each in [false, true] {
            let (submissions, found) = found(&files, each);
            assert_eq!(submissions, ["ada: ada", "carl: carl.tar", "eve: eve.rs"]);
            assert_eq!(found, others);
        }
    }

    #[test]
    fn the_last_attempt_counts() {
        let files = [
            "smithjohn_LATE_1234_5678_queue.zip",
            "smithjohn_LATE_1234_5679_queue-2.zip",
            "smithjane_77_10_queue.zip",
            "li_wei_2024_queue.zip",
        ];
        let (submissions, others) = found(&files, false);
        let names: Vec<&str> =
            submissions.iter().map(|line| line.split_once(':').unwrap().0).collect();
        let expected =
            ["li_wei_2024_queue", "smithjane_77_10_queue", "smithjohn_LATE_1234_5679_queue-2"];
        assert_eq!(names, expected);
        assert_eq!(others, ["smithjohn_LATE_1234_5678_queue (an earlier attempt)"]);
        assert_eq!(attempt_of("a_1_22_x").unwrap(), ("a_1".to_owned(), 22));
        for name in ["a_1_x", "1_2_x", "a_1_2", "ada", "Ada_123_assignsubmission_file_"] {
            assert_eq!(attempt_of(name), None, "{name}");
        }
    }

    #[test]
    fn two_sections_may_have_one_name() {
        let folder = tempfile::tempdir().unwrap();
        for file in ["a/ada/src/lib.rs", "b/ada/src/lib.rs", "b/bob/src/lib.rs"] {
            add(folder.path().join(file));
        }
        let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
        let assignment = Assignment::find(&course, "tally").unwrap();
        let paths = ["a", "b"].map(|section| folder.path().join(section));
        let paths: Vec<PathBuf> =
            paths.iter().flat_map(|section| inside(section).unwrap()).collect();
        let found = find(&assignment, &paths, None).unwrap();
        let names: Vec<&str> = found.submissions.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["a-ada", "b-ada", "bob"]);
    }

    #[test]
    fn results_among_the_submissions_are_none() {
        let folder = tempfile::tempdir().unwrap();
        add(folder.path().join("ada/src/lib.rs"));
        add(folder.path().join("out/results/ada.json"));
        let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
        let assignment = Assignment::find(&course, "tally").unwrap();
        let (all, out) = ([folder.path().to_owned()], folder.path().join("out"));
        for paths in [&all[..], &[folder.path().join("ada"), out.clone()]] {
            let found = find(&assignment, paths, Some(&out)).unwrap();
            let names: Vec<&str> = found.submissions.iter().map(|s| s.name.as_str()).collect();
            assert_eq!((names, found.others), (vec!["ada"], vec![]));
        }
    }

    #[test]
    fn an_archive_is_read_as_what_its_name_says() {
        let folder = tempfile::tempdir().unwrap();
        let source = b"// a library";
        let mut tar = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(source.len() as u64);
        tar.append_data(&mut header, "src/lib.rs", &source[..]).unwrap();
        std::fs::write(folder.path().join("Carl.TAR"), tar.into_inner().unwrap()).unwrap();
        let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
        let assignment = Assignment::find(&course, "tally").unwrap();
        let found = find(&assignment, &[folder.path().to_owned()], None).unwrap();
        assert_eq!(found.submissions[0].name, "Carl");
        assert!(found.submissions[0].take(&assignment).unwrap().has("src/lib.rs"));
    }

    #[test]
    fn an_empty_folder_is_a_submission_that_is_refused() {
        for each in [false, true] {
            let (submissions, _) = found(&["ada/src/lib.rs", "bob/", "cy/notes.txt"], each);
            assert_eq!(submissions[..2], ["ada: ada", "bob: the folder is empty"]);
            assert_eq!(
                submissions[2],
                "cy: there is no src/lib.rs in it, nor in a folder or an archive in it; it holds notes.txt"
            );
        }
    }

    #[test]
    fn a_submission_may_be_one_level_down_if_it_is_the_only_one() {
        let files = [
            "Ada_123_assignsubmission_file_/07-queue.zip",
            "Ada_123_assignsubmission_file_/.DS_Store",
            "Bob/07-queue/src/lib.rs",
            "Bob/readme.txt",
            "Cy/one.zip",
            "Cy/two/src/lib.rs",
            "Dora/src/other.rs",
            "Dora/old.zip",
        ];
        let expected = [
            "Ada_123_assignsubmission_file_: Ada_123_assignsubmission_file_/07-queue.zip",
            "Bob: Bob/07-queue",
            "Cy: there is no src/lib.rs in it, and it is not clear which of these is the submission: one.zip, two",
            "Dora: Dora",
        ];
        assert_eq!(found(&files, false).0, expected);
        // Named one by one, a folder with two in it is a folder of submissions.
        let one_by_one = found(&files[..4], true).0;
        assert_eq!(one_by_one, expected[..2]);
    }

    #[test]
    fn a_link_one_level_down_leads_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        add(folder.path().join("ada/src/lib.rs"));
        add(folder.path().join("eve.zip"));
        std::fs::create_dir(folder.path().join("bob")).unwrap();
        std::os::unix::fs::symlink("../ada", folder.path().join("bob/mine")).unwrap();
        std::os::unix::fs::symlink("../eve.zip", folder.path().join("bob/mine.zip")).unwrap();
        let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
        let assignment = Assignment::find(&course, "tally").unwrap();
        let found = find(&assignment, &[folder.path().to_owned()], None).unwrap();
        let why = found.submissions[1].take(&assignment).unwrap_err().to_string();
        assert!(why.contains("it holds mine, mine.zip"), "{why}");
    }

    #[test]
    fn two_of_one_name_side_by_side_are_refused_and_the_others_are_not() {
        for each in [false, true] {
            let (submissions, _) = found(&["ada/src/lib.rs", "dan/src/lib.rs", "dan.zip"], each);
            let dan = "dan: dan and dan.zip are both called dan; one has to go";
            assert_eq!(submissions, ["ada: ada", dan]);
        }
    }
}
