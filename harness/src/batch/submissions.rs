//! What is graded: folders and archives, each a submission, or folders full of them.

use super::archive;
use crate::grading::assignment::Assignment;
use crate::grading::intake::{self, IntakeError, Taken};
use anyhow::{Context, bail};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A submission that has been found, and not been looked into yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// What it is called in results: the name of its folder, or of its archive without the ending.
    pub name: String,
    path: PathBuf,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Folder,
    Zip,
    TarGz,
}

impl Submission {
    /// Reads its files.
    ///
    /// # Errors
    ///
    /// As [`intake::from_folder`].
    pub fn take(&self, assignment: &Assignment) -> Result<Taken, IntakeError> {
        match self.form {
            Form::Folder => intake::from_folder(&self.path, &assignment.rules),
            Form::Zip => archive::from_zip(&self.path, &assignment.rules),
            Form::TarGz => archive::from_tar_gz(&self.path, &assignment.rules),
        }
    }
}

/// The submissions at `paths`, sorted by name. A folder that holds the file that a submission cannot do without is one; any other is a
/// folder of submissions. In such a folder, files that are no archives are no submissions.
///
/// # Errors
///
/// When there is none, or two have the same name, or a name is no text.
pub fn find(assignment: &Assignment, paths: &[PathBuf]) -> anyhow::Result<Vec<Submission>> {
    let mut found = Vec::new();
    for path in paths {
        if let Some(one) = archive_at(path)? {
            found.push(one);
        } else if path.join(assignment.root_file()).symlink_metadata().is_ok() {
            found.push(folder_at(path)?);
        } else {
            let before = found.len();
            let entries = std::fs::read_dir(path)
                .with_context(|| format!("{} cannot be read", path.display()))?;
            for entry in entries {
                let path = entry?.path();
                match archive_at(&path)? {
                    Some(one) => found.push(one),
                    // A link to a folder is a folder that a student has, perhaps, in mind; the intake says what it is.
                    None if path.is_dir() => found.push(folder_at(&path)?),
                    None => {}
                }
            }
            if found.len() == before {
                bail!(
                    "{} holds no {}, and no folders or archives of submissions",
                    path.display(),
                    assignment.root_file()
                );
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    let mut names: HashMap<&str, &Path> = HashMap::new();
    for submission in &found {
        if let Some(other) = names.insert(&submission.name, &submission.path) {
            bail!(
                "two submissions are called {}: {} and {}",
                submission.name,
                other.display(),
                submission.path.display()
            );
        }
    }
    Ok(found)
}

fn folder_at(path: &Path) -> anyhow::Result<Submission> {
    let whole =
        path.canonicalize().with_context(|| format!("{} cannot be read", path.display()))?;
    // The name is that of the path as it was given; `.` has none of its own.
    let name =
        path.file_name().or(whole.file_name()).context("a submission's folder has a name")?;
    Ok(Submission { name: as_text(name, path)?, path: path.to_owned(), form: Form::Folder })
}

fn archive_at(path: &Path) -> anyhow::Result<Option<Submission>> {
    if !path.is_file() {
        return Ok(None);
    }
    let Some(name) = path.file_name() else { return Ok(None) };
    let lower = name.to_string_lossy().to_lowercase();
    let forms = [(".zip", Form::Zip), (".tar.gz", Form::TarGz), (".tgz", Form::TarGz)];
    let Some((ending, form)) = forms.into_iter().find(|(ending, _)| lower.ends_with(ending)) else {
        return Ok(None);
    };
    let name = as_text(name, path)?;
    let name = name[..name.len() - ending.len()].to_owned();
    if name.is_empty() {
        bail!("{} has no name before its ending", path.display());
    }
    Ok(Some(Submission { name, path: path.to_owned(), form }))
}

fn as_text(name: &std::ffi::OsStr, path: &Path) -> anyhow::Result<String> {
    let name = name.to_str();
    let name = name.with_context(|| format!("the name of {} is not UTF-8", path.display()))?;
    Ok(name.to_owned())
}
