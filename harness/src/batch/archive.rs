//! What is taken from an archive. Nothing is unpacked: the files that are wanted are read into memory, under the same rules as those of
//! a folder.
//!
//! An archive says what it likes about itself: names, sizes, kinds. So names are checked before they mean anything, what is read is counted
//! as it comes out, and of what nobody wants as little as possible is decompressed.

use super::forms::{self, Form};
use crate::grading::intake::{Collected, ENTRIES, FILE_BYTES, IntakeError, Rules, Taken, refused};
use crate::grading::shape::{self, Shape};
use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use zip::CompressionMethod;

/// The most bytes of an archive. Some have everything in it that a build leaves behind, of which nothing is read.
const ARCHIVE_BYTES: u64 = 512 << 20;
/// The most bytes of an archive in an archive.
const INNER_BYTES: u64 = 16 << 20;
/// The most bytes of a `.tar`, and the most that come out of a `.tar.gz`, whose every byte has to be decompressed to find the next file.
const UNPACKED_BYTES: u64 = 128 << 20;
/// The most bytes of a zip's table of contents, which is read as a whole before anybody can count what is in it.
const CONTENTS_BYTES: u64 = 32 << 20;
/// The most files that are hard links to others in a tar: for each, it is read from its beginning.
const COPIES: usize = 16;
/// The most entries, with those that tools leave behind.
const ALL_ENTRIES: usize = 20 * ENTRIES;

/// What somebody says of an entry.
struct Entry<'a> {
    /// As the archive has it, decoded.
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

/// Reads the submission in a file with one of the endings.
///
/// # Errors
///
/// As [`from_folder`](crate::grading::intake::from_folder).
pub fn from_file(path: &Path, rules: &Rules) -> Result<Taken, IntakeError> {
    let ending = forms::ending_of(path).unwrap_or_default();
    if forms::is_source(ending) {
        return from_source(path, rules);
    }
    let mut start = Vec::new();
    File::open(path)?.take(512).read_to_end(&mut start)?;
    if start.is_empty() {
        return Err(refused("the file is empty".to_owned()));
    }
    match (forms::form_of(&start), ending) {
        (Some(Form::Zip), _) => from_zip(path, rules),
        (Some(Form::TarGz), _) => gzipped(path, rules),
        (Some(Form::Tar), _) => from_tar(path, rules),
        (Some(Form::Other(form)), _) => Err(forms::unread(form)),
        // A program that unpacks itself is a zip at its end, and old tars say nothing at their beginning.
        (None, ".zip" | ".zipx") => from_zip(path, rules),
        (None, ".tar") => from_tar(path, rules),
        (None, ending) => Err(refused(format!("it is called {ending}, and is no such archive"))),
    }
}

/// Reads the submission in a `.zip`.
///
/// # Errors
///
/// As [`from_folder`](crate::grading::intake::from_folder).
pub fn from_zip(path: &Path, rules: &Rules) -> Result<Taken, IntakeError> {
    zip_in(open(path)?, rules, true)
}

/// Reads the submission in a zip; in the one archive that is in it, if there is no source beside it and `outermost` is set.
fn zip_in(
    mut bytes: impl Read + Seek,
    rules: &Rules,
    outermost: bool,
) -> Result<Taken, IntakeError> {
    let broken = |error: zip::result::ZipError| match error {
        zip::result::ZipError::Io(error) if error.raw_os_error().is_some() => error.into(),
        error => refused(format!(
            "it is no zip archive, or not all of it has arrived; send it again ({error})"
        )),
    };
    if contents_of_a_zip(&mut bytes)? > CONTENTS_BYTES {
        return Err(too_many());
    }
    let mut archive = zip::ZipArchive::new(bytes).map_err(broken)?;
    if archive.len() > ALL_ENTRIES {
        return Err(too_many());
    }
    let mut entries = Vec::new();
    for index in 0..archive.len() {
        let raw = archive.by_index_raw(index).map_err(broken)?;
        let name = shape::decoded(raw.name_raw());
        let kind = match raw.unix_mode().map(|mode| mode & 0o170_000) {
            Some(0o120_000) => Kind::Link,
            _ if raw.is_dir() || name.ends_with('\\') => Kind::Folder,
            None | Some(0 | 0o100_000) => Kind::File,
            Some(0o040_000) => Kind::Folder,
            Some(_) => Kind::Special,
        };
        entries.push((name, kind));
    }
    if let (Some((index, name)), true) = (inner_of(&entries), outermost) {
        let mut bytes = Vec::new();
        let inner = archive.by_index(index).map_err(broken)?;
        inner
            .take(INNER_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| refused(format!("{name} cannot be unpacked: {error}")))?;
        if bytes.len() as u64 > INNER_BYTES {
            return Err(refused(format!("{name} in it is larger than {} MB", INNER_BYTES >> 20)));
        }
        let mut taken = inside(bytes, rules).map_err(|error| match error {
            IntakeError::Refused(why) => refused(format!("{name} in it: {why}")),
            trouble => trouble,
        })?;
        taken.notes.insert(0, format!("it was taken from {name}, an archive in the archive"));
        return Ok(taken);
    }
    let mut intake = Intake::new(rules, &entries)?;
    for (index, (name, kind)) in entries.iter().enumerate() {
        if let Some(wanted) = intake.look(&Entry { path: name, kind: *kind })? {
            let raw = archive.by_index_raw(index).map_err(broken)?;
            if raw.encrypted() {
                let why = format!("{wanted} is encrypted; pack it without a password");
                return Err(refused(why));
            }
            if !matches!(raw.compression(), CompressionMethod::Stored | CompressionMethod::Deflated)
            {
                return Err(refused(format!(
                    "{wanted} is packed by {}, which is not read here; an ordinary zip is",
                    raw.compression()
                )));
            }
            drop(raw);
            let file = archive.by_index(index).map_err(broken)?;
            intake.add(&wanted, file)?;
        }
    }
    intake.finish()
}

/// How long a zip says that its table of contents is: the most that any record at its end says.
fn contents_of_a_zip(bytes: &mut (impl Read + Seek)) -> io::Result<u64> {
    // The record itself, the longest comment after it, and what a large archive has before it.
    const END: u64 = 22 + 0xffff + 20 + 56;
    let length = bytes.seek(SeekFrom::End(0))?;
    let from = bytes.seek(SeekFrom::Start(length.saturating_sub(END)))?;
    let mut tail = Vec::new();
    bytes.take(length - from).read_to_end(&mut tail)?;
    let mut most = 0;
    let number = |record: &[u8], at: usize, bytes: usize| {
        let field = record.get(at..at + bytes)?;
        Some(field.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
    };
    for at in 0..tail.len() {
        let record = &tail[at..];
        let said = match record.first_chunk() {
            // All ones stand for what is in the larger record.
            Some(b"PK\x05\x06") => {
                number(record, 12, 4).filter(|size| *size != u64::from(u32::MAX))
            }
            Some(b"PK\x06\x06") => number(record, 40, 8),
            Some(b"PK\x06\x07") => {
                let mut larger = Vec::new();
                bytes.seek(SeekFrom::Start(number(record, 8, 8).unwrap_or(0).min(length)))?;
                bytes.take(56).read_to_end(&mut larger)?;
                number(&larger, 40, 8).filter(|_| larger.starts_with(b"PK\x06\x06"))
            }
            _ => None,
        };
        most = most.max(said.unwrap_or(0));
    }
    bytes.rewind()?;
    Ok(most)
}

/// The one archive among these entries, if there is no source file beside it.
fn inner_of(entries: &[(String, Kind)]) -> Option<(usize, &str)> {
    let files = entries
        .iter()
        .enumerate()
        .filter(|(_, (name, kind))| *kind == Kind::File && !shape::is_litter(&shape::parts(name)));
    let ending = |name: &str| forms::ending_of(Path::new(name.rsplit(['/', '\\']).next()?));
    let mut found = files.filter_map(|(index, (name, _))| Some((index, name, ending(name)?)));
    match (found.next(), found.next()) {
        (Some((index, name, ending)), None) if !forms::is_source(ending) => Some((index, name)),
        _ => None,
    }
}

/// Reads the submission in an archive that was in another.
fn inside(bytes: Vec<u8>, rules: &Rules) -> Result<Taken, IntakeError> {
    let bytes: Arc<[u8]> = bytes.into();
    let cursor = || Cursor::new(Arc::clone(&bytes));
    match forms::form_of(&bytes) {
        Some(Form::Other(form)) => Err(forms::unread(form)),
        Some(Form::Tar) => from_tar_of("tar", &|| Ok(Box::new(cursor())), rules),
        Some(Form::TarGz) => {
            let unpacked = || Ok(Box::new(flate2::read::MultiGzDecoder::new(cursor())) as _);
            from_tar_of("tar.gz", &unpacked, rules)
        }
        Some(Form::Zip) | None => zip_in(cursor(), rules, false),
    }
}

/// Reads a source file alone: it is the file that a submission cannot do without.
///
/// # Errors
///
/// As [`from_folder`](crate::grading::intake::from_folder).
pub fn from_source(path: &Path, rules: &Rules) -> Result<Taken, IntakeError> {
    if !path.symlink_metadata()?.is_file() {
        return Err(refused("it is no regular file".to_owned()));
    }
    let mut collected = Collected::default();
    collected.add(rules.root(), File::open(path)?)?;
    let note = format!("the one file was taken as {}", rules.root());
    Ok(collected.finish()?.found_by(vec![note]))
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

/// Reads what gzip has packed: a tar, as a rule; an archive that was packed once more on its way; or one source file.
fn gzipped(path: &Path, rules: &Rules) -> Result<Taken, IntakeError> {
    let unpacked = |most: u64| -> Result<Vec<u8>, IntakeError> {
        let mut bytes = Vec::new();
        let mut source = flate2::read::MultiGzDecoder::new(open(path)?).take(most);
        source.read_to_end(&mut bytes).map_err(|error| match error.raw_os_error() {
            Some(_) => error.into(),
            None => unreadable("gzip", &error),
        })?;
        Ok(bytes)
    };
    let start = unpacked(512)?;
    match forms::form_of(&start) {
        Some(Form::Tar) => return from_tar_gz(path, rules),
        Some(Form::Other(form)) => return Err(forms::unread(form)),
        Some(Form::Zip | Form::TarGz) => {
            let bytes = unpacked(INNER_BYTES + 1)?;
            if bytes.len() as u64 > INNER_BYTES {
                let size = INNER_BYTES >> 20;
                return Err(refused(format!(
                    "the archive that gzip has packed is larger than {size} MB"
                )));
            }
            let mut taken = inside(bytes, rules)?;
            taken.notes.insert(0, "it was packed by gzip once more".to_owned());
            return Ok(taken);
        }
        None => {}
    }
    // An old tar has zeros in its first block; a text has none.
    if start.contains(&0) || start.is_empty() {
        return from_tar_gz(path, rules);
    }
    let mut collected = Collected::default();
    collected.add(rules.root(), &unpacked(FILE_BYTES + 1)?[..])?;
    let note = format!("the one file that gzip has packed was taken as {}", rules.root());
    Ok(collected.finish()?.found_by(vec![note]))
}

/// Opens the unpacked archive at its beginning.
type Opens<'a> = &'a dyn Fn() -> Result<Box<dyn Read>, IntakeError>;

fn from_tar_of(form: &str, opens: Opens<'_>, rules: &Rules) -> Result<Taken, IntakeError> {
    // Where the holes of a sparse file are is a stranger's arithmetic, and no source has any.
    let is_sparse = with_tar(form, opens, |archive| {
        for entry in archive.entries()?.raw(true).take(2 * ALL_ENTRIES) {
            if entry?.header().entry_type().is_gnu_sparse() {
                return Ok(true);
            }
        }
        Ok(false)
    })?;
    if is_sparse {
        return Err(refused(format!(
            "the {form} archive has a sparse file in it; pack it without --sparse"
        )));
    }
    // A file that was packed before under another name is in a tar once: its second name is a hard link, to an entry and nothing else.
    let mut copies: HashMap<usize, usize> = HashMap::new();
    let entries = with_tar(form, opens, |archive| {
        let mut entries = Vec::new();
        let mut files: HashMap<Vec<u8>, usize> = HashMap::new();
        for entry in archive.entries()? {
            let entry = entry?;
            let packed = entry.link_name_bytes().and_then(|name| files.get(&*name).copied());
            let kind = match (entry.header().entry_type(), packed) {
                (tar::EntryType::Link, Some(first)) => {
                    copies.insert(entries.len(), first);
                    Kind::File
                }
                (tar::EntryType::Regular | tar::EntryType::Continuous, _) => {
                    files.insert(entry.path_bytes().into_owned(), entries.len());
                    Kind::File
                }
                (tar::EntryType::Directory | tar::EntryType::XGlobalHeader, _) => Kind::Folder,
                (tar::EntryType::Symlink | tar::EntryType::Link, _) => Kind::Link,
                _ => Kind::Special,
            };
            entries.push((shape::decoded(&entry.path_bytes()), kind));
            if entries.len() > ALL_ENTRIES {
                break;
            }
        }
        Ok(entries)
    })?;
    if entries.len() > ALL_ENTRIES {
        return Err(too_many());
    }
    let mut intake = Intake::new(rules, &entries)?;
    let (mut problem, mut again) = (None, 0);
    with_tar(form, opens, |archive| {
        for (number, (entry, (name, kind))) in archive.entries()?.zip(&entries).enumerate() {
            let (entry, kind) = (entry?, *kind);
            let added = intake.look(&Entry { path: name, kind }).and_then(|wanted| {
                match (wanted, copies.get(&number)) {
                    (Some(wanted), None) => intake.add(&wanted, entry),
                    (Some(wanted), Some(&first)) => {
                        again += 1;
                        if again > COPIES {
                            return Err(refused(format!(
                                "more than {COPIES} of its files are hard links"
                            )));
                        }
                        intake.add(&wanted, &entry_of(form, opens, first)?[..])
                    }
                    (None, _) => Ok(()),
                }
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
        None => intake.finish(),
    }
}

/// The content of an entry, found from the beginning.
fn entry_of(form: &str, opens: Opens<'_>, number: usize) -> Result<Vec<u8>, IntakeError> {
    with_tar(form, opens, |archive| {
        let mut bytes = Vec::new();
        if let Some(entry) = archive.entries()?.nth(number) {
            entry?.take(FILE_BYTES + 1).read_to_end(&mut bytes)?;
        }
        Ok(bytes)
    })
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
            refused(format!(
                "more than {} MB come out of the archive; what a build leaves behind, `target` for one, belongs to nobody's submission",
                UNPACKED_BYTES >> 20
            ))
        }
        None => unreadable(&format!("{form} archive"), &error),
    })
}

/// What cannot be read. What the reader of it says has pieces of the content in it, which is for nobody's page.
fn unreadable(form: &str, error: &io::Error) -> IntakeError {
    refused(match error.kind() {
        io::ErrorKind::UnexpectedEof => format!("the {form} ends too early; send it again"),
        _ => format!("it is no {form} that can be read; pack it again, as a .zip or a .tar.gz"),
    })
}

/// That a name stays below the folder that it is unpacked into.
fn leads_nowhere_else(name: &str) -> Result<(), IntakeError> {
    let bad = name.starts_with(['/', '\\'])
        || name.contains('\0')
        || shape::parts(name).contains(&"..")
        || is_on_a_drive(name.as_bytes());
    match bad {
        true => Err(refused(shape::leads_out(name))),
        false => Ok(()),
    }
}

/// `C:`, `C:\\x`, `C:/x`. A colon is a letter as others elsewhere.
fn is_on_a_drive(name: &[u8]) -> bool {
    match name {
        [drive, b':', rest @ ..] if drive.is_ascii_alphabetic() => {
            matches!(rest, [] | [b'/' | b'\\', ..])
        }
        _ => false,
    }
}

fn too_many() -> IntakeError {
    refused(format!("it has more than {ENTRIES} files and folders"))
}

struct Intake<'r> {
    rules: &'r Rules,
    shape: Shape,
    collected: Collected,
    left_out: BTreeSet<String>,
}

impl<'r> Intake<'r> {
    fn new(rules: &'r Rules, entries: &[(String, Kind)]) -> Result<Self, IntakeError> {
        let litter = |name: &str| shape::is_litter(&shape::parts(name));
        if entries.iter().filter(|(name, _)| !litter(name)).count() > ENTRIES {
            return Err(too_many());
        }
        // What leads out is refused for that, whatever else is to be said.
        for (name, _) in entries {
            leads_nowhere_else(name)?;
        }
        // What a link would be is looked at as if it were the file.
        let files = entries.iter().filter(|(_, kind)| *kind != Kind::Folder);
        let shape = rules.shape(files.map(|(name, _)| name.as_str()));
        // A link or a setting says better what is wrong with it.
        let shape = match shape {
            Ok(shape) => shape,
            Err(why) => {
                let plain = Intake {
                    rules,
                    shape: Shape::default(),
                    collected: Collected::default(),
                    left_out: BTreeSet::new(),
                };
                for (name, kind) in entries {
                    plain.look(&Entry { path: name, kind: *kind })?;
                }
                return Err(refused(why));
            }
        };
        let settings = |(name, _): &(String, Kind)| {
            let parts = shape::parts(name);
            Rules::without_effect(shape.path(&parts).as_ref()?.first()?)
        };
        let left_out = entries.iter().filter_map(settings).collect();
        Ok(Intake { rules, shape, collected: Collected::default(), left_out })
    }

    /// Where the entry belongs in the submission, if it is wanted.
    fn look(&self, entry: &Entry<'_>) -> Result<Option<String>, IntakeError> {
        let parts = shape::parts(entry.path);
        if shape::is_litter(&parts) && !parts.is_empty() {
            return Ok(None);
        }
        let Some(parts) = self.shape.path(&parts) else { return Ok(None) };
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

    fn finish(self) -> Result<Taken, IntakeError> {
        let taken = self.collected.finish()?;
        Ok(taken.found_by(self.shape.notes.into_iter().chain(self.left_out).collect()))
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
