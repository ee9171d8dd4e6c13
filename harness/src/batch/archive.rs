//! What is taken from an archive. Nothing is unpacked: the files that are wanted are read into memory, under the same rules as those of
//! a folder.
//!
//! An archive says what it likes about itself: names, sizes, kinds. So names are checked before they mean anything, what is read is counted
//! as it comes out, and of what nobody wants as little as possible is decompressed.

use crate::grading::intake::{Collected, ENTRIES, IntakeError, Rules, Taken, refused};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

/// The most bytes of an archive.
const ARCHIVE_BYTES: u64 = 32 << 20;
/// The most bytes of a `.tar`, and the most that come out of a `.tar.gz`, whose every byte has to be decompressed to find the next file.
const UNPACKED_BYTES: u64 = 64 << 20;

/// What somebody says of an entry.
struct Entry<'a> {
    /// With `/` between folders.
    path: &'a str,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    Link,
    Special,
}

/// Reads the submission in a `.zip`.
///
/// # Errors
///
/// As [`from_folder`](crate::grading::intake::from_folder).
pub fn from_zip(path: &Path, rules: &Rules) -> Result<Taken, IntakeError> {
    let broken = |error: zip::result::ZipError| match error {
        zip::result::ZipError::Io(error) if error.raw_os_error().is_some() => error.into(),
        error => refused(format!("it is no zip archive that can be read: {error}")),
    };
    let mut archive = zip::ZipArchive::new(open(path)?).map_err(broken)?;
    if archive.len() > ENTRIES {
        return Err(too_many());
    }
    let mut names = Vec::new();
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).map_err(broken)?;
        names.push(text(file.name_raw())?.to_owned());
    }
    let top = top_folder(names.iter().map(String::as_str));
    let mut intake = Intake::new(rules, top);
    for (index, name) in names.iter().enumerate() {
        let raw = archive.by_index_raw(index).map_err(broken)?;
        let kind = match raw.unix_mode().map(|mode| mode & 0o170_000) {
            Some(0o120_000) => Kind::Link,
            _ if raw.is_dir() => Kind::Folder,
            None | Some(0 | 0o100_000) => Kind::File,
            Some(0o040_000) => Kind::Folder,
            Some(_) => Kind::Special,
        };
        let encrypted = raw.encrypted();
        drop(raw);
        if let Some(wanted) = intake.look(&Entry { path: name, kind })? {
            if encrypted {
                return Err(refused(format!("{wanted} is encrypted")));
            }
            let file = archive.by_index(index).map_err(broken)?;
            intake.add(&wanted, file)?;
        }
    }
    intake.collected.finish()
}

/// Reads the submission in a `.tar`.
///
/// # Errors
///
/// As [`from_folder`](crate::grading::intake::from_folder).
pub fn from_tar(path: &Path, rules: &Rules) -> Result<Taken, IntakeError> {
    from_tar_of("tar", &|| Ok(Box::new(open(path)?)), rules)
}

/// Reads the submission in a `.tar.gz`.
///
/// # Errors
///
/// As [`from_folder`](crate::grading::intake::from_folder).
pub fn from_tar_gz(path: &Path, rules: &Rules) -> Result<Taken, IntakeError> {
    let unpacked = || Ok(Box::new(flate2::read::MultiGzDecoder::new(open(path)?)) as _);
    from_tar_of("tar.gz", &unpacked, rules)
}

/// Opens the unpacked archive at its beginning.
type Opens<'a> = &'a dyn Fn() -> Result<Box<dyn Read>, IntakeError>;

fn from_tar_of(form: &str, opens: Opens<'_>, rules: &Rules) -> Result<Taken, IntakeError> {
    let names = with_tar(form, opens, |archive| {
        let mut names = Vec::new();
        for entry in archive.entries()? {
            names.push(text(&entry?.path_bytes()).map(str::to_owned));
            if names.len() > ENTRIES {
                break;
            }
        }
        Ok(names)
    })?;
    if names.len() > ENTRIES {
        return Err(too_many());
    }
    let names = names.into_iter().collect::<Result<Vec<_>, _>>()?;
    let top = top_folder(names.iter().map(String::as_str));
    let mut intake = Intake::new(rules, top);
    let mut problem = None;
    with_tar(form, opens, |archive| {
        for (entry, name) in archive.entries()?.zip(&names) {
            let entry = entry?;
            let kind = match entry.header().entry_type() {
                tar::EntryType::Regular | tar::EntryType::Continuous => Kind::File,
                tar::EntryType::Directory => Kind::Folder,
                tar::EntryType::Symlink | tar::EntryType::Link => Kind::Link,
                tar::EntryType::XGlobalHeader => continue,
                _ => Kind::Special,
            };
            let added = intake.look(&Entry { path: name, kind }).and_then(|wanted| match wanted {
                Some(wanted) => intake.add(&wanted, entry),
                None => Ok(()),
            });
            if let Err(error) = added {
                problem = Some(error);
                break;
            }
        }
        Ok(())
    })?;
    match problem {
        Some(problem) => Err(problem),
        None => intake.collected.finish(),
    }
}

fn open(path: &Path) -> Result<BufReader<File>, IntakeError> {
    let file = File::open(path)?;
    if file.metadata()?.len() > ARCHIVE_BYTES {
        return Err(refused(format!("the archive is larger than {} MB", ARCHIVE_BYTES >> 20)));
    }
    Ok(BufReader::new(file))
}

type Tar = tar::Archive<io::Take<Box<dyn Read>>>;

fn with_tar<T>(
    form: &str,
    opens: Opens<'_>,
    read: impl FnOnce(&mut Tar) -> io::Result<T>,
) -> Result<T, IntakeError> {
    let mut archive = tar::Archive::new(opens()?.take(UNPACKED_BYTES));
    let result = read(&mut archive);
    let left = archive.into_inner().limit();
    result.map_err(|error| match error.raw_os_error() {
        Some(_) => error.into(),
        None if left == 0 => {
            refused(format!("more than {} MB come out of the archive", UNPACKED_BYTES >> 20))
        }
        None => refused(format!("it is no {form} archive that can be read: {error}")),
    })
}

fn too_many() -> IntakeError {
    refused(format!("it has more than {ENTRIES} files and folders"))
}

fn text(name: &[u8]) -> Result<&str, IntakeError> {
    std::str::from_utf8(name)
        .map_err(|_| refused(format!("the name of {} is not UTF-8", String::from_utf8_lossy(name))))
}

/// The folder that everything is in, if there is one: people pack their folder, not what is in it.
fn top_folder<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let mut top = None;
    for name in names {
        let name = name.strip_prefix("./").unwrap_or(name);
        // What some systems add to every archive.
        if name.is_empty() || name.starts_with("__MACOSX/") {
            continue;
        }
        let (first, _) = name.split_once('/')?;
        if top.get_or_insert(first) != &first {
            return None;
        }
    }
    top.filter(|top| *top != "src" && *top != "..").map(str::to_owned)
}

struct Intake<'r> {
    rules: &'r Rules,
    top: Option<String>,
    collected: Collected,
}

impl<'r> Intake<'r> {
    fn new(rules: &'r Rules, top: Option<String>) -> Self {
        Intake { rules, top, collected: Collected::default() }
    }

    /// Where the entry belongs in the submission, if it is wanted.
    fn look(&self, entry: &Entry<'_>) -> Result<Option<String>, IntakeError> {
        let name = entry.path;
        let bad = name.starts_with('/')
            || name.contains(['\\', '\0'])
            || name.split('/').any(|part| part == "..")
            || name.as_bytes().get(1) == Some(&b':');
        if bad {
            return Err(refused(format!("{name:?} is a name that leads out of the submission")));
        }
        let parts: Vec<&str> =
            name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        let parts = match (&self.top, &parts[..]) {
            (Some(top), [first, rest @ ..]) if top == first => rest,
            _ => &parts[..],
        };
        let Some(first) = parts.first() else { return Ok(None) };
        if let Some(why) = Rules::forbids(first) {
            return Err(refused(format!("{first} may not be in a submission: {why}")));
        }
        let path = parts.join("/");
        match entry.kind {
            Kind::Link if self.rules.takes(&path) || self.rules.enters(&path) => {
                Err(refused(format!("{path} is a link; a submission holds the files themselves")))
            }
            Kind::Special if self.rules.takes(&path) => {
                Err(refused(format!("{path} is no regular file")))
            }
            Kind::File if self.rules.takes(&path) => Ok(Some(path)),
            Kind::File | Kind::Folder | Kind::Link | Kind::Special => Ok(None),
        }
    }

    fn add(&mut self, path: &str, content: impl Read) -> Result<(), IntakeError> {
        self.collected.add(path, content).map_err(|error| match error {
            // Reading from memory has no trouble of the grader's: the archive is broken.
            IntakeError::Trouble(error) if error.raw_os_error().is_none() => {
                refused(format!("{path} cannot be unpacked: {error}"))
            }
            error => error,
        })
    }
}

#[cfg(test)]
mod tests;
