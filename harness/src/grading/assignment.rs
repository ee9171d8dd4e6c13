//! An assignment's folder.

use super::intake::{self, Rules, Taken};
use super::manifest::Manifest;
use crate::course::{names_chapter, wrong};
use anyhow::{Context, bail};
use std::path::{Path, PathBuf};

/// An assignment.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// `07-queue`: the name of its chapter.
    pub name: String,
    /// The folder of `assignment.toml`.
    pub folder: PathBuf,
    /// What it is.
    pub manifest: Manifest,
    /// What is taken from a submission.
    pub rules: Rules,
}

impl Assignment {
    /// The assignment that somebody means by `asked`: `07-queue`, `7`, `queue`.
    ///
    /// # Errors
    ///
    /// When there is no such assignment, or its manifest cannot be used.
    pub fn find(course: &Path, asked: &str) -> anyhow::Result<Assignment> {
        let known = names(course)?;
        match known.iter().find(|name| names_chapter(asked, name)) {
            Some(name) => Assignment::load(course, name),
            None => bail!(NoSuchAssignment { asked: asked.to_owned(), known }),
        }
    }

    /// As [`find`](Assignment::find), by the chapter's exact name.
    ///
    /// # Errors
    ///
    /// When its manifest cannot be used.
    pub fn load(course: &Path, name: &str) -> anyhow::Result<Assignment> {
        let folder = course.join("chapters").join(name).join("assignment");
        let path = folder.join("assignment.toml");
        let manifest = Manifest::read(&path)?;
        let rules =
            Rules::new(&manifest.files).with_context(|| format!("{}: `files`", path.display()))?;
        let rules = rules.with_root(manifest.form.root_file()).of_assignment(name);
        Ok(Assignment { name: name.to_owned(), folder, manifest, rules })
    }

    /// The files of a submission that comes with it: `starter`, `solution`, `alternatives/NAME` or `wrong/NAME`.
    ///
    /// # Errors
    ///
    /// When there is none, it cannot be read, or it is a patch that does not apply.
    pub fn sample(&self, name: &str) -> anyhow::Result<Taken> {
        match name.strip_prefix("wrong/") {
            Some(name) => wrong::taken(self, name),
            None => {
                let folder = self.folder.join(name);
                intake::from_folder(&folder, &self.rules)
                    .with_context(|| format!("{} cannot be taken", folder.display()))
            }
        }
    }

    /// The file that a submission cannot do without.
    pub fn root_file(&self) -> &'static str {
        self.manifest.form.root_file()
    }
}

/// No assignment is called as asked.
#[derive(Debug, thiserror::Error)]
#[error("there is no assignment {asked}; there are: {}", known.join(", "))]
pub struct NoSuchAssignment {
    /// What was asked for.
    pub asked: String,
    /// The assignments that there are.
    pub known: Vec<String>,
}

/// The chapters of the course in `course` that have an assignment (`chapters/NAME/assignment`), in order.
///
/// # Errors
///
/// When it is no course.
pub fn names(course: &Path) -> anyhow::Result<Vec<String>> {
    let chapters = course.join("chapters");
    let entries = std::fs::read_dir(&chapters).with_context(|| {
        format!("{} is no course: it has no folder `chapters`", course.display())
    })?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().join("assignment/assignment.toml").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}
