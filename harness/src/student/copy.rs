//! A student's working copy of an assignment: an ordinary cargo package.

use crate::files;
use crate::grading::assignment::Assignment;
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
            let marked = ["package", "metadata", "every-interleaving"]
                .iter()
                .try_fold(&toml::Value::Table(manifest), |value, key| value.get(key))
                .and_then(|mark| mark.get("assignment")?.as_str().map(str::to_owned));
            if let Some(assignment) = marked {
                return Ok(WorkingCopy { folder: folder.to_owned(), assignment });
            }
        }
        bail!(
            "{} is in no working copy of an assignment; `harness start NAME` makes one",
            folder.display()
        )
    }

    /// Makes a working copy of `assignment` in `folder`: the starter, the task, and a manifest with which any editor and `cargo build` work,
    /// without a network. `workspace` is where the course's crates are.
    ///
    /// # Errors
    ///
    /// When the folder is there already and not empty, or cannot be written. Nothing is overwritten.
    pub fn make(
        assignment: &Assignment,
        workspace: &Path,
        folder: &Path,
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
        files::copy_folder(&assignment.folder.join("starter"), aside.path())?;
        for name in ["README.md", "README.zh-CN.md"] {
            std::fs::copy(assignment.folder.join(name), aside.path().join(name))
                .with_context(|| format!("{name} of the assignment cannot be copied"))?;
        }
        std::fs::write(aside.path().join("Cargo.toml"), manifest(assignment, workspace))?;
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

fn manifest(assignment: &Assignment, workspace: &Path) -> String {
    let mut text = format!(
        "[package]\nname = \"assignment-{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n\
         # By this the harness knows what it checks.\n[package.metadata.every-interleaving]\nassignment = \"{name}\"\n\n\
         [lints.rust]\nunsafe_code = \"forbid\"\n",
        name = assignment.name
    );
    if !assignment.manifest.uses.is_empty() {
        text.push_str("\n[dependencies]\n");
        for package in &assignment.manifest.uses {
            let folder = package.strip_prefix("ch").unwrap_or(package);
            let path = workspace.join("chapters").join(folder);
            let _ = writeln!(text, "{package} = {{ path = {:?} }}", path.display().to_string());
        }
    }
    text.push_str("\n# A package of its own, wherever it lies.\n[workspace]\n");
    text
}
