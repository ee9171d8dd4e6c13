//! A student's working copy of an assignment: an ordinary cargo package.

use crate::files;
use crate::grading::assignment::Assignment;
use crate::grading::intake::Taken;
use anyhow::{Context, bail};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A working copy that has been found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingCopy {
    /// Its folder.
    pub folder: PathBuf,
    /// The assignment's name.
    pub assignment: String,
    /// The course that it is of, if it is another than the harness's own.
    pub course: Option<PathBuf>,
}

/// What a new working copy begins with.
#[derive(Debug, Clone, Copy)]
pub enum Contents<'a> {
    /// The assignment's starter.
    Starter,
    /// These files.
    Files(&'a Taken),
}

impl WorkingCopy {
    /// The working copy around `folder`: the nearest whose `Cargo.toml` has `[package.metadata.every-interleaving]`.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn find(folder: &Path) -> anyhow::Result<WorkingCopy> {
        let folder = folder
            .canonicalize()
            .with_context(|| format!("{} cannot be read", folder.display()))?;
        for folder in folder.ancestors() {
            let Ok(text) = std::fs::read_to_string(folder.join("Cargo.toml")) else { continue };
            let Ok(manifest) = text.parse::<toml::Table>() else { continue };
            let manifest = toml::Value::Table(manifest);
            let mark = ["package", "metadata", "every-interleaving"]
                .iter()
                .try_fold(&manifest, |value, key| value.get(key));
            let marked = |key| mark.and_then(|mark| mark.get(key)?.as_str().map(str::to_owned));
            if let Some(assignment) = marked("assignment") {
                let course = marked("course").map(PathBuf::from);
                return Ok(WorkingCopy { folder: folder.to_owned(), assignment, course });
            }
        }
        bail!(
            "{} is in no working copy of an assignment; `harness start NAME` makes one",
            folder.display()
        )
    }

    /// The course that checks this copy: `asked`, or the one that it was made from, or else the harness's `own`.
    ///
    /// # Errors
    ///
    /// When the course that it was made from is no longer there, and no other is asked for.
    pub fn course(&self, asked: Option<PathBuf>, own: PathBuf) -> anyhow::Result<PathBuf> {
        match (asked, &self.course) {
            (Some(asked), _) => Ok(asked),
            (None, None) => Ok(own),
            (None, Some(course)) if course.join("chapters").is_dir() => Ok(course.clone()),
            (None, Some(course)) => bail!(
                "{} was made from the course in {}, which is not there; `--course DIR` says where it is now",
                self.folder.display(),
                course.display()
            ),
        }
    }

    /// Makes a working copy of `assignment` in `folder`: its contents, the task, and a manifest with which any editor and `cargo build` work,
    /// without a network. `workspace` is where the course's crates are; `course`, if the assignment is another course's, is remembered.
    ///
    /// # Errors
    ///
    /// When the folder is there already and not empty, or cannot be written. Nothing is overwritten.
    pub fn make(
        assignment: &Assignment,
        workspace: &Path,
        course: Option<&Path>,
        folder: &Path,
        contents: Contents<'_>,
    ) -> anyhow::Result<WorkingCopy> {
        let taken = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
        if taken || folder.is_file() {
            bail!(
                "{} is there already, and nothing in it is overwritten; name another folder",
                folder.display()
            );
        }
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        std::fs::create_dir_all(parent)
            .with_context(|| format!("{} cannot be made", parent.display()))?;
        // Made aside and then moved: what is there is whole.
        let aside = tempfile::Builder::new()
            .prefix(".start-")
            .tempdir_in(parent)
            .with_context(|| format!("nothing can be written in {}", parent.display()))?;
        match contents {
            Contents::Starter => {
                files::copy_folder(&assignment.folder.join("starter"), aside.path())?;
            }
            Contents::Files(taken) => taken.write(aside.path()).context("the sources")?,
        }
        // A course says in which languages its tasks are.
        for name in ["README.md", "README.zh-CN.md"] {
            let task = assignment.folder.join(name);
            if task.is_file() {
                std::fs::copy(task, aside.path().join(name))
                    .with_context(|| format!("{name} of the assignment cannot be copied"))?;
            }
        }
        std::fs::write(aside.path().join("Cargo.toml"), manifest(assignment, workspace, course)?)?;
        std::fs::write(aside.path().join(".gitignore"), "/target\n")?;
        if !assignment.manifest.uses.is_empty() {
            // The versions that the course was built with are on this machine.
            std::fs::copy(workspace.join("Cargo.lock"), aside.path().join("Cargo.lock"))?;
        }
        // Refuses a folder that has come into being meanwhile, unless it is empty.
        std::fs::rename(aside.path(), folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
        let _ = aside.keep();
        readable(folder)?;
        WorkingCopy::find(folder)
    }
}

/// A temporary folder is its owner's alone; a working copy is an ordinary folder.
fn readable(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755))
}

fn manifest(
    assignment: &Assignment,
    workspace: &Path,
    course: Option<&Path>,
) -> anyhow::Result<String> {
    let mut text = format!(
        "[package]\nname = \"assignment-{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n\
         # By this the harness knows what it checks.\n[package.metadata.every-interleaving]\nassignment = \"{name}\"\n",
        name = assignment.name
    );
    if let Some(course) = course {
        let course = course
            .canonicalize()
            .with_context(|| format!("{} cannot be read", course.display()))?;
        let course = course.to_str().context("the path of the course is not UTF-8")?;
        let _ = writeln!(text, "course = {}", toml::Value::from(course));
    }
    text.push_str("\n[lints.rust]\nunsafe_code = \"forbid\"\n");
    if !assignment.manifest.uses.is_empty() {
        text.push_str("\n[dependencies]\n");
        for package in &assignment.manifest.uses {
            let folder = package.strip_prefix("ch").unwrap_or(package);
            let path = workspace.join("chapters").join(folder);
            let _ = writeln!(text, "{package} = {{ path = {:?} }}", path.display().to_string());
        }
    }
    text.push_str("\n# A package of its own, wherever it lies.\n[workspace]\n");
    Ok(text)
}
