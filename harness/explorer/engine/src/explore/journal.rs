//! The journal of a search: a file that says what came of each piece, so that the search goes on after its process was killed.
//!
//! It is a memory and not a state. A search that goes on begins anew, comes to the same pieces as before, and finds here what came of those that were done. So
//! nothing in the file must fit together: a line that is missing costs the time of its piece, and one whose piece never comes is not used. A piece is told by
//! all that its search depends on ([`Key`]).
//!
//! The file is lines of text, each with a checksum. `search` says of which program, by which compiler and within which bounds: what differs is refused. `piece` says what came
//! of one. Several searches may share a file, as the tests of a crate do. A line is written by one call, behind the last; what a kill has left of one is cut off.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::config::{Config, Fault};
use crate::search::optimal::pieces::Piece;
use lock::Lock;
use protocol::Resume;

mod header;
mod lock;
mod merge;

use header::Header;
pub(super) use merge::Merged;

/// The first line.
const FORM: &str = "journal of an exploration, form 1";

/// What the search of a piece depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    piece: [u64; 2],
    /// So many executions it might make.
    most: u64,
}

impl Key {
    /// The key of a piece, searched within these bounds, as the exploration has set them by now.
    pub fn new(piece: &Piece, most: u64, now: &Config) -> Self {
        let mut numbers = Vec::new();
        piece.write(&mut numbers);
        let noticed = [
            now.queues,
            now.readers,
            now.tokens,
            now.results,
            now.poisons,
            now.streams,
            now.counters,
            now.every_round,
        ];
        let noticed = noticed.map(u64::from);
        numbers.extend(noticed);
        numbers.extend([now.left, now.long_sleeps]);
        let of = |seed: u64| {
            let mut hasher = DefaultHasher::new();
            (seed, &numbers).hash(&mut hasher);
            hasher.finish()
        };
        Self { piece: [of(1), of(2)], most }
    }
}

/// What came of pieces.
type Known = BTreeMap<Key, Vec<u8>>;

/// See the [module](self).
#[derive(Debug)]
pub(super) struct Journal {
    /// Nothing, if nothing is to be written.
    file: Option<Lock>,
    path: PathBuf,
    /// So long is what is whole.
    length: u64,
    /// The search's number in the file.
    search: u64,
    known: Known,
    /// So many lines are written before the process is killed, for a test.
    left: Option<u32>,
}

impl Journal {
    /// Opens a journal for a search.
    ///
    /// # Errors
    ///
    /// In a sentence: if the file is something else or damaged, if somebody else writes to it, or if it is of another program.
    pub fn open(resume: &Resume, name: &str, config: &Config) -> Result<Self, String> {
        let path = PathBuf::from(&resume.file);
        let trouble = |error: std::io::Error| format!("{}: {error}", path.display());
        let mut file = Lock::take(&path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(trouble)?;
        let (lines, length) = lines_of(&bytes, &path)?;
        let own = Header::new(resume, name, config).map_err(trouble)?;
        let found = read(&lines, &own, &path)?;
        let length = length as u64;
        file.set_len(length).map_err(trouble)?;
        let mut journal =
            Self { path, length, search: found.number, ..Self::of_known(found.known) };
        journal.file = Some(file);
        if let Some(Fault::KilledAfterLine(lines)) = config.fault {
            journal.left = Some(lines);
        }
        if length == 0 {
            journal.write(&[FORM.to_owned()])?;
        }
        match found.header {
            Some(header) => {
                header.compare_parts(&own).map_err(|other| refused(&journal.path, &other))?
            }
            None => {
                let mut fields = vec!["search".to_owned()];
                fields.extend(own.write());
                journal.write(&fields)?;
            }
        }
        Ok(journal)
    }

    /// One that is only read.
    fn of_known(known: Known) -> Self {
        Self { file: None, path: PathBuf::new(), length: 0, search: 0, known, left: None }
    }

    /// What came of a piece, if it is known. It is asked for once.
    pub fn said(&mut self, key: &Key) -> Option<Vec<u8>> {
        self.known.remove(key)
    }

    /// Keeps what came of a piece.
    ///
    /// # Errors
    ///
    /// In a sentence, if it cannot be written. What was written before is there.
    pub fn keep(&mut self, key: &Key, said: &[u8]) -> Result<(), String> {
        let numbers = [self.search, key.piece[0], key.piece[1], key.most];
        let mut fields = vec!["piece".to_owned()];
        fields.extend(numbers.map(|number| format!("{number:x}")));
        fields.push(to_text(said));
        self.write(&fields)?;
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(1);
            if *left == 0 {
                // SAFETY: it takes a number. The process ends.
                unsafe { libc::raise(libc::SIGKILL) };
            }
        }
        Ok(())
    }

    /// Keeps that the search has come to its end.
    ///
    /// # Errors
    ///
    /// As [`keep`](Self::keep).
    pub fn done(&mut self) -> Result<(), String> {
        self.write(&["done".to_owned(), format!("{:x}", self.search)])
    }

    /// Writes a line, or nothing.
    fn write(&mut self, fields: &[String]) -> Result<(), String> {
        let Some(file) = &mut self.file else { return Ok(()) };
        let text = fields.join("\t");
        let line = format!("{:016x}\t{text}\n", sum(&text));
        let written = file.seek(SeekFrom::Start(self.length));
        match written.and_then(|_| file.write_all(line.as_bytes())) {
            Ok(()) => {
                self.length += line.len() as u64;
                Ok(())
            }
            Err(error) => {
                // If that fails as well, the next one who reads it finds half a line at its end.
                let _ = file.set_len(self.length);
                Err(format!("the journal {} cannot be written: {error}", self.path.display()))
            }
        }
    }
}

/// What a journal says of a search.
struct FoundIn {
    header: Option<Header>,
    /// Its number in the file, or that of the next one.
    number: u64,
    known: Known,
    done: bool,
}

/// Reads what lines say of a search.
fn read(lines: &[Vec<&str>], own: &Header, path: &Path) -> Result<FoundIn, String> {
    let mut found = FoundIn { header: None, number: 0, known: Known::new(), done: false };
    let number = |text: &str| u64::from_str_radix(text, 16).ok();
    let mut searches = 0;
    for line in lines {
        match line.as_slice() {
            ["search", rest @ ..] => {
                searches += 1;
                let Some(header) = Header::read(rest) else { return Err(strange(path)) };
                if header.is_of_the_same(own) {
                    header.compare(own).map_err(|other| refused(path, &other))?;
                    (found.header, found.number) = (Some(header), searches);
                }
            }
            ["piece", search, one, other, most, said] => {
                let read = (|| {
                    let key = Key { piece: [number(one)?, number(other)?], most: number(most)? };
                    Some((number(search)?, key, of_text(said)?))
                })();
                let Some((search, key, said)) = read else { return Err(strange(path)) };
                if search == found.number && search > 0 {
                    found.known.insert(key, said);
                }
            }
            ["done", search] => found.done |= number(search) == Some(found.number),
            _ => return Err(strange(path)),
        }
    }
    if found.header.is_none() {
        found.number = searches + 1;
    }
    Ok(found)
}

fn refused(path: &Path, other: &str) -> String {
    format!(
        "{} cannot be gone on with: it is of {other}; name another file, or remove this one",
        path.display()
    )
}

/// The checksum of a line.
fn sum(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// The fields of the lines of a journal but the first, and how long they are together. What a kill has left of the last line does not count.
fn lines_of<'a>(bytes: &'a [u8], path: &Path) -> Result<(Vec<Vec<&'a str>>, usize), String> {
    let first = format!("{:016x}\t{FORM}\n", sum(FORM));
    if !bytes.starts_with(first.as_bytes()) {
        // A kill may have come before there was a whole line.
        return match first.as_bytes().starts_with(bytes) {
            true => Ok((Vec::new(), 0)),
            false => Err(strange(path)),
        };
    }
    let (mut lines, mut length) = (Vec::new(), first.len());
    let mut left = bytes[length..].split_inclusive(|byte| *byte == b'\n').enumerate().peekable();
    while let Some((index, line)) = left.next() {
        let fields = || {
            let line = str::from_utf8(line).ok()?.strip_suffix('\n')?;
            let (said, text) = line.split_once('\t')?;
            (u64::from_str_radix(said, 16) == Ok(sum(text))).then(|| text.split('\t').collect())
        };
        match fields() {
            Some(fields) => lines.push(fields),
            None if left.peek().is_none() => break,
            None => {
                return Err(format!(
                    "{} is damaged in its line {}; remove it, and the search begins anew",
                    path.display(),
                    index + 2
                ));
            }
        }
        length += line.len();
    }
    Ok((lines, length))
}

fn strange(path: &Path) -> String {
    format!(
        "{} is no journal of this version of the explorer; it is left as it is, name another file",
        path.display()
    )
}

/// Numbers of eight bytes each, most of which are small.
fn to_text(bytes: &[u8]) -> String {
    let numbers = bytes.as_chunks::<8>().0.iter().copied().map(u64::from_le_bytes);
    let mut text = String::new();
    for number in numbers {
        use std::fmt::Write as _;
        // Writing to a text cannot fail.
        let _ = write!(text, "{}{number:x}", if text.is_empty() { "" } else { " " });
    }
    text
}

fn of_text(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for word in text.split_ascii_whitespace() {
        bytes.extend(u64::from_str_radix(word, 16).ok()?.to_le_bytes());
    }
    Some(bytes)
}

#[cfg(test)]
mod tests;
