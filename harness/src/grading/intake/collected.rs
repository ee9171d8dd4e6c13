//! Files as they come in, held against the limits.

use super::{
    ALL_BYTES, DEPTH, FILE_BYTES, FILES, IntakeError, NAME_BYTES, PATH_BYTES, Taken, refused,
};
use super::{modules, text};
use crate::grading::nesting;
use std::collections::{HashMap, HashSet};
use std::io::Read;

/// Files as they come in, held against the limits.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    files: Vec<(String, Vec<u8>)>,
    bytes: u64,
    /// The path of each, by its lower-case form.
    names: HashMap<String, String>,
    /// The folders that they are in, in lower case.
    folders: HashSet<String>,
}

impl Collected {
    /// Reads a file, as far as the limits go.
    pub(crate) fn add(&mut self, path: &str, content: impl Read) -> Result<(), IntakeError> {
        if self.files.len() == FILES {
            return Err(refused(format!("it has more than {FILES} source files")));
        }
        self.place(path)?;
        if let Some(other) = self.names.insert(path.to_lowercase(), path.to_owned()) {
            return Err(refused(match other == path {
                true => format!("{path} is in it twice"),
                false => format!(
                    "{other} and {path} differ only in upper and lower case; some systems take them for one file"
                ),
            }));
        }
        let mut bytes = Vec::new();
        content.take(FILE_BYTES + 1).read_to_end(&mut bytes)?;
        let length = bytes.len() as u64;
        if length > FILE_BYTES {
            return Err(refused(format!("{path} is larger than {} KB", FILE_BYTES >> 10)));
        }
        self.bytes += length;
        if self.bytes > ALL_BYTES {
            return Err(refused(format!(
                "its source files are larger than {} KB together",
                ALL_BYTES >> 10
            )));
        }
        self.files.push((path.to_owned(), bytes));
        Ok(())
    }

    /// Makes sure that a file can be written there, beside the others: what cannot is the student's to change.
    fn place(&mut self, path: &str) -> Result<(), IntakeError> {
        let shown = |text: &str| text.chars().take(60).collect::<String>();
        if let Some(part) = path.split('/').find(|part| part.len() > NAME_BYTES) {
            let part = shown(part);
            return Err(refused(format!(
                "a name in it has more than {NAME_BYTES} bytes, and systems refuse it: {part}…"
            )));
        }
        if path.matches('/').count() > DEPTH {
            let path = shown(path);
            return Err(refused(format!("{path}… is nested more than {DEPTH} folders deep")));
        }
        if path.len() > PATH_BYTES {
            let path = shown(path);
            return Err(refused(format!("{path}… has more than {PATH_BYTES} bytes")));
        }
        let lower = path.to_lowercase();
        let above = lower.match_indices('/').map(|(end, _)| &lower[..end]);
        let both = above.clone().find(|folder| self.names.contains_key(*folder));
        if let Some(both) = both.or(self.folders.contains(&lower).then_some(&lower)) {
            return Err(refused(format!("{both} is a file and a folder in it")));
        }
        self.folders.extend(above.map(str::to_owned));
        Ok(())
    }

    /// The files, sorted; as UTF-8, and called as the modules that they are.
    pub(crate) fn finish(mut self) -> Result<Taken, IntakeError> {
        let mut notes = Vec::new();
        for (path, source) in self.files.iter_mut().filter(|(path, _)| path.ends_with(".rs")) {
            if let Some((utf8, encoding)) = text::as_utf8(source) {
                notes.push(format!("{path} is not UTF-8; it was read as {encoding}"));
                *source = utf8;
            }
        }
        notes.extend(modules::named_as_declared(&mut self.files));
        self.files.sort();
        for (path, source) in self.files.iter().filter(|(path, _)| path.ends_with(".rs")) {
            if let Some(line) = nesting::too_deep(source) {
                return Err(refused(format!(
                    "{path}:{line}: what is here is inside of more than {} other things; nobody can read that, and the grader does not try",
                    nesting::MOST
                )));
            }
        }
        Ok(Taken { files: self.files, notes })
    }
}
