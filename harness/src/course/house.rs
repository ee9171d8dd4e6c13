//! What a course asks of its own assignments: `course.toml`.
//!
//! What nobody can grade by is refused everywhere. How many wrong solutions are enough, and in which languages a task is, is each course's own
//! business.

use anyhow::Context;
use serde::Deserialize;
use std::io::ErrorKind;
use std::path::Path;
use trace::Language;

/// What `course check` asks for, beyond what an assignment cannot do without.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct House {
    /// Tags of the languages of titles, hints and tasks.
    pub languages: Vec<String>,
    /// The fewest wrong solutions.
    pub wrong_solutions: usize,
    /// The fewest right solutions besides the one in `solution`.
    pub alternatives: usize,
    /// The fewest submissions in `cheats`, where an assignment is blind.
    pub cheats: usize,
    /// Whether each check has hints.
    pub hints: bool,
}

impl Default for House {
    fn default() -> House {
        House {
            languages: vec![Language::En.tag().to_owned()],
            wrong_solutions: 1,
            alternatives: 0,
            cheats: 0,
            hints: false,
        }
    }
}

impl House {
    /// Reads `course.toml` in the folder of a course. Without one everything has its default.
    ///
    /// # Errors
    ///
    /// When it cannot be read, is no TOML, or names a language that the harness does not speak.
    pub fn of(course: &Path) -> anyhow::Result<House> {
        let path = course.join("course.toml");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(House::default()),
            Err(error) => {
                return Err(error).with_context(|| format!("{} cannot be read", path.display()));
            }
        };
        let house: House = toml::from_str(&text).with_context(|| path.display().to_string())?;
        for tag in &house.languages {
            anyhow::ensure!(
                Language::ALL.iter().any(|language| language.tag() == tag),
                "{}: there is no language {tag}; there are en and zh",
                path.display()
            );
        }
        Ok(house)
    }

    /// The file of a task in this language.
    pub fn task(tag: &str) -> &'static str {
        match tag {
            "zh" => "README.zh-CN.md",
            _ => "README.md",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<House, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("course.toml"), text).unwrap();
        House::of(folder.path()).map_err(|error| format!("{error:#}"))
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(House::of(folder.path()).unwrap(), House::default());
        assert_eq!(read("hints = true").unwrap(), House { hints: true, ..House::default() });
        // The file that a new course gets says the defaults.
        assert_eq!(read(include_str!("../../templates/course.toml")).unwrap(), House::default());
        assert!(read("languages = [\"fr\"]").unwrap_err().contains("no language fr"));
        assert!(read("wrong = 3").unwrap_err().contains("wrong"));
    }
}
