//! What a working copy remembers. It is a help, not a record: a file that is missing or damaged is as good as a new one.

use crate::grading::result::{CheckStatus, SubmissionResult};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// The file's name in the copy.
const FILE: &str = ".progress.json";

/// What a working copy remembers. Checks are known by name, so that a course may gain and lose some.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// How many stages of its hints have been shown, for each check.
    pub hints: BTreeMap<String, usize>,
    /// What came of each check the last time.
    pub last: BTreeMap<String, CheckStatus>,
}

impl Progress {
    /// What the copy in `folder` remembers.
    pub fn load(folder: &Path) -> Progress {
        let text = std::fs::read(folder.join(FILE)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Makes the copy in `folder` remember this, whole or not at all.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn save(&self, folder: &Path) -> anyhow::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut file, self)?;
        file.persist(folder.join(FILE))?;
        Ok(())
    }

    /// Takes note of what came of the checks.
    pub fn note(&mut self, result: &SubmissionResult) {
        self.last = result.checks.iter().map(|check| (check.name.clone(), check.status)).collect();
    }

    /// How many stages of the hints of `check` have been shown.
    pub fn hints_of(&self, check: &str) -> usize {
        self.hints.get(check).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_loaded_and_what_is_damaged_is_new() {
        let folder = tempfile::tempdir().unwrap();
        let mut progress = Progress::default();
        progress.hints.insert("first".to_owned(), 2);
        progress.last.insert("first".to_owned(), CheckStatus::Fail);
        progress.save(folder.path()).unwrap();
        assert_eq!(Progress::load(folder.path()), progress);
        std::fs::write(folder.path().join(FILE), "{ half").unwrap();
        assert_eq!(Progress::load(folder.path()), Progress::default());
        assert_eq!(Progress::load(Path::new("/no/such/folder")), Progress::default());
    }
}
