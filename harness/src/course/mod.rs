//! The chapters of the workspace: found, built, and asked what they hold. [`begin`], [`check`], [`wrong`] and [`export`] are for
//! those who write assignments, [`new`] for those who write chapters.

pub mod begin;
pub mod check;
pub mod equal;
pub mod export;
pub mod house;
pub mod jplag;
pub mod lint;
pub mod naps;
pub mod new;
pub mod wrong;

use anyhow::{Context, bail};
use cargo_metadata::{Message, MetadataCommand, Package};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tour::{Listed, Listing};

/// The chapters, built and listed.
#[derive(Debug)]
pub struct Course {
    /// The folder of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// In the order of their numbers.
    pub chapters: Vec<Chapter>,
}

/// A chapter with its executable.
#[derive(Debug)]
pub struct Chapter {
    /// `ch07-queue`.
    pub package: String,
    /// `07-queue`: the name of its folder, and how it is called everywhere.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Its executable.
    pub binary: PathBuf,
    /// What it says of itself.
    pub listing: Listing,
}

impl Chapter {
    /// The Python twin of `program`, if it has one.
    pub fn python_twin(&self, program: &Listed) -> Option<PathBuf> {
        let file = self.folder.join("python").join(program.name.replace('-', "_") + ".py");
        file.exists().then_some(file)
    }

    /// Whether a reader who types `name` means this chapter: `7`, `07`,
    /// `queue`, `07-queue` or `ch07-queue`.
    pub fn is_called(&self, name: &str) -> bool {
        is_called(&self.name, name)
    }
}

fn is_called(chapter: &str, name: &str) -> bool {
    let (number, title) = chapter.split_once('-').unwrap_or((chapter, ""));
    let plain = name.strip_prefix("ch").unwrap_or(name);
    plain == chapter || plain == number || name == title || plain == number.trim_start_matches('0')
}

impl Course {
    /// Finds the workspace around `folder`, builds its chapters and asks each
    /// for its programs. Cargo shows its own progress on standard error.
    ///
    /// # Errors
    ///
    /// When `folder` is not inside the workspace, when a chapter does not
    /// compile, or when one does not answer `--list=json`.
    pub fn load(folder: &Path) -> anyhow::Result<Course> {
        Course::load_chapters(folder, |_| true)
    }

    /// As [`load`](Course::load), but only the chapters that `wanted` accepts
    /// by their name (`07-queue`) are built.
    ///
    /// # Errors
    ///
    /// As [`load`](Course::load).
    pub fn load_chapters(folder: &Path, wanted: impl Fn(&str) -> bool) -> anyhow::Result<Course> {
        let metadata = MetadataCommand::new()
            .current_dir(folder)
            .no_deps()
            .exec()
            .context("this is not a cargo workspace; run it inside the course's folder")?;
        let root = metadata.workspace_root.clone().into_std_path_buf();
        let mut packages: Vec<(&Package, PathBuf)> = metadata
            .workspace_packages()
            .into_iter()
            .filter_map(|package| {
                let folder = package.manifest_path.parent()?.as_std_path().to_owned();
                (folder.parent()? == root.join("chapters")).then_some((package, folder))
            })
            .collect();
        packages.sort_by(|a, b| a.1.cmp(&b.1));
        if packages.is_empty() {
            bail!("{} has no chapters; run it inside the course's folder", root.display());
        }
        let names: Vec<String> = packages.iter().map(|(_, folder)| folder_name(folder)).collect();
        let mut chosen =
            packages.into_iter().zip(&names).filter(|(_, name)| wanted(name)).peekable();
        if chosen.peek().is_none() {
            bail!(NoSuchChapter { known: names });
        }
        let chosen: Vec<_> = chosen.map(|(package, _)| package).collect();
        let binaries = build(&root, chosen.iter().map(|(package, _)| package.name.as_str()))?;
        let chapters = chosen
            .into_iter()
            .map(|(package, folder)| {
                let binary = binaries
                    .iter()
                    .find(|(name, _)| *name == package.name.as_str())
                    .with_context(|| format!("{} has no executable", package.name))?;
                Ok(Chapter {
                    package: package.name.to_string(),
                    name: folder_name(&folder),
                    listing: listing(&binary.1)?,
                    binary: binary.1.clone(),
                    folder,
                })
            })
            .collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Course { root, chapters })
    }
}

/// No chapter is called as asked.
#[derive(Debug, thiserror::Error)]
#[error("no such chapter; there are: {}", known.join(", "))]
pub struct NoSuchChapter {
    /// The chapters that there are.
    pub known: Vec<String>,
}

/// Whether `asked` names the chapter called `name`.
pub fn names_chapter(asked: &str, name: &str) -> bool {
    is_called(name, asked)
}

fn folder_name(folder: &Path) -> String {
    folder.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The executables of `packages`, by package name.
fn build<'a>(
    root: &Path,
    packages: impl Iterator<Item = &'a str>,
) -> anyhow::Result<Vec<(String, PathBuf)>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root).args(["build", "--bins", "--message-format=json-render-diagnostics"]);
    for package in packages {
        command.args(["--package", package]);
    }
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cargo could not be started")?;
    if !output.status.success() {
        bail!("the chapters do not compile; cargo says why above");
    }
    let mut binaries = Vec::new();
    for message in Message::parse_stream(&output.stdout[..]) {
        if let Message::CompilerArtifact(artifact) = message.context("cargo's messages")?
            && let Some(binary) = artifact.executable
        {
            binaries.push((artifact.target.name, binary.into_std_path_buf()));
        }
    }
    Ok(binaries)
}

fn listing(binary: &Path) -> anyhow::Result<Listing> {
    let output = Command::new(binary)
        .arg("--list=json")
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} could not be started", binary.display()))?;
    serde_json::from_slice(&output.stdout)
        .with_context(|| format!("{} --list=json printed something else", binary.display()))
}

/// The names of the folders in `folder`, which need not exist.
pub(crate) fn folders(folder: &Path) -> anyhow::Result<BTreeSet<String>> {
    if !folder.exists() {
        return Ok(BTreeSet::new());
    }
    let read = || -> std::io::Result<Vec<PathBuf>> {
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
    };
    let paths = read().with_context(|| format!("{} cannot be read", folder.display()))?;
    let name = |path: PathBuf| Some(path.file_name()?.to_str()?.to_owned());
    Ok(paths.into_iter().filter(|path| path.is_dir()).filter_map(name).collect())
}

#[cfg(test)]
mod tests {
    use super::is_called;

    #[test]
    fn a_chapter_answers_to_its_short_names() {
        for name in ["7", "07", "queue", "07-queue", "ch07-queue", "ch07"] {
            assert!(is_called("07-queue", name), "{name}");
        }
        for name in ["1", "70", "que", "ch", "", "-"] {
            assert!(!is_called("07-queue", name), "{name}");
        }
        assert!(is_called("10-pool", "10") && !is_called("11-thread-pool", "pool"));
    }
}
