//! The journals of all parts of a search, as one.

use std::path::{Path, PathBuf};

use super::header::Header;
use super::{Journal, Known, Resume, lines_of};
use crate::config::Config;

/// What all parts have said.
pub(in crate::explore) struct Merged {
    pub journal: Journal,
    pub parts: u32,
}

impl Journal {
    /// Reads the journals of all parts of a search. Nothing is written to them.
    ///
    /// # Errors
    ///
    /// In a sentence: if a part is missing, there twice or not done, or a journal is of something else.
    pub fn merge(resume: &Resume, name: &str, config: &Config) -> Result<Merged, String> {
        let first = resume.merge.first().map(PathBuf::from).unwrap_or_default();
        let own = Header::new(resume, name, config)
            .map_err(|error| format!("this program cannot be read: {error}"))?;
        let mut known = Known::new();
        // The file of each part, in their order.
        let mut files: Vec<Option<&String>> = Vec::new();
        for file in &resume.merge {
            let path = Path::new(file);
            let bytes = std::fs::read(path).map_err(|error| format!("{file}: {error}"))?;
            let (lines, _) = lines_of(&bytes, path)?;
            let found = super::read(&lines, &own, path)?;
            let Some(header) = found.header else {
                return Err(format!("{file} says nothing of {name}"));
            };
            let (part, parts) = header.part();
            if parts == 0 {
                return Err(format!(
                    "{file} is the journal of a whole search: --resume goes on with it"
                ));
            }
            if files.is_empty() {
                files.resize(parts as usize, None);
            }
            if files.len() != parts as usize {
                return Err(format!(
                    "{file} is of {parts} parts, and {} is of {}",
                    first.display(),
                    files.len()
                ));
            }
            let place = &mut files[part as usize - 1];
            if let Some(other) = place {
                return Err(format!("part {part} of {parts} is there twice: {other} and {file}"));
            }
            if !found.done {
                return Err(format!(
                    "part {part} of {parts} is not done: go on with --shard {part}/{parts} --resume {file}"
                ));
            }
            *place = Some(file);
            known.extend(found.known);
        }
        let parts = files.len();
        let missing: Vec<String> = (1..=parts)
            .filter(|part| files[part - 1].is_none())
            .map(|part| part.to_string())
            .collect();
        match missing.as_slice() {
            [] if parts == 0 => Err("there is no journal to merge".to_owned()),
            [] => {
                let journal = Self::of_known(known);
                Ok(Merged { journal, parts: parts as u32 })
            }
            [one] => Err(format!("part {one} of {parts} is missing: name its journal as well")),
            many => Err(format!(
                "parts {} of {parts} are missing: name their journals as well",
                many.join(", ")
            )),
        }
    }
}
