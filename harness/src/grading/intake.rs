//! What is taken from a submission: the files that the assignment names, and nothing else.
//!
//! A submission is data from a stranger. Only regular files are read, each opened without following links, folder by folder; their
//! number and size are limited. A build script is refused with a reason, and settings of a build are left out with a word, rather than in silence:
//! somebody may have put them there in good faith and wonder why they have no effect.

use super::shape::{self, Shape};
use crate::course::names_chapter;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, fstat, openat, statat};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

pub(crate) use collected::Collected;

mod collected;
mod modules;
mod text;

/// The most files.
pub const FILES: usize = 256;
/// The most bytes of one file.
pub const FILE_BYTES: u64 = 1 << 20;
/// The most bytes of all files together.
pub const ALL_BYTES: u64 = 4 << 20;
/// The most entries of folders that are looked at.
pub const ENTRIES: usize = 10_000;
/// How deep folders may be nested.
pub const DEPTH: usize = 16;
/// The most bytes of a name.
pub const NAME_BYTES: usize = 255;
/// The most bytes of a path in the submission: what is below a folder of the grader's has to fit into the system's 4096.
pub const PATH_BYTES: usize = 1024;

/// The files of a submission.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Path relative to the submission, with `/`, and content; sorted by path.
    pub files: Vec<(String, Vec<u8>)>,
    /// What its author may want to know of how they were found.
    pub notes: Vec<String>,
}

/// Why nothing is taken.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// The submission is at fault.
    #[error("{0}")]
    Refused(String),
    /// The grader could not read it.
    #[error("the submission cannot be read: {0}")]
    Trouble(#[from] io::Error),
}

/// What is taken and what is refused.
#[derive(Debug, Clone)]
pub struct Rules {
    globs: Vec<String>,
    wanted: GlobSet,
    root: &'static str,
    assignment: String,
}

impl Rules {
    /// Takes what one of these globs matches. `*` does not cross a `/`.
    ///
    /// # Errors
    ///
    /// When a glob is none.
    pub fn new(globs: &[String]) -> Result<Rules, globset::Error> {
        let mut wanted = GlobSetBuilder::new();
        for glob in globs {
            wanted.add(GlobBuilder::new(glob).literal_separator(true).build()?);
        }
        Ok(Rules {
            globs: globs.to_vec(),
            wanted: wanted.build()?,
            root: "src/lib.rs",
            assignment: String::new(),
        })
    }

    /// The same for submissions that cannot do without this file, and not without `src/lib.rs`.
    #[must_use]
    pub fn with_root(self, root: &'static str) -> Rules {
        Rules { root, ..self }
    }

    /// The same for submissions to the assignment of this name, which says which of several is meant.
    #[must_use]
    pub fn of_assignment(self, name: &str) -> Rules {
        Rules { assignment: name.to_owned(), ..self }
    }

    /// Where in what has files of these names the submission is.
    pub(crate) fn shape<'n>(&self, names: impl Iterator<Item = &'n str>) -> Result<Shape, String> {
        Shape::of(names, self.root, &self.assignment)
    }

    /// The file that a submission cannot do without.
    pub fn root(&self) -> &'static str {
        self.root
    }

    /// Whether the file at this path is taken.
    pub(crate) fn takes(&self, path: &str) -> bool {
        self.wanted.is_match(path)
    }

    /// Whether a file below this folder could be taken: whether some glob begins with it, or with a pattern.
    pub(crate) fn enters(&self, folder: &str) -> bool {
        self.globs.iter().any(|glob| {
            let fixed = glob.split(['*', '?', '[', '{']).next().unwrap_or_default();
            let fixed = fixed.rsplit_once('/').map_or("", |(folder, _)| folder);
            let below = |outer: &str, inner: &str| {
                outer.is_empty() || inner == outer || inner.starts_with(&format!("{outer}/"))
            };
            below(fixed, folder) || below(folder, fixed)
        })
    }

    /// Why nothing of this name may be in a submission's own folder, if so.
    pub(crate) fn forbids(name: &str) -> Option<&'static str> {
        let name = name.to_lowercase();
        match name.as_str() {
            "build.rs" => Some("a build script would run on the grader's machine"),
            _ => None,
        }
    }

    /// What is said of a setting in a submission's own folder that has no effect here. Many projects have one: for a mirror of crates.io, for instance.
    pub(crate) fn without_effect(name: &str) -> Option<String> {
        let whose = match name.to_lowercase() {
            name if name == ".cargo" => "the settings of the build are",
            name if name.starts_with("rust-toolchain") => "the toolchain is",
            _ => return None,
        };
        Some(format!("{name} was left out, as {whose} the grader's"))
    }
}

/// Reads the submission in `folder`. Where it is one level down, or written otherwise, as it is in an archive: see [`shape`].
///
/// # Errors
///
/// [`IntakeError::Refused`] for what a student has to change; [`IntakeError::Trouble`] for the rest.
pub fn from_folder(folder: &Path, rules: &Rules) -> Result<Taken, IntakeError> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    // The path to the submission is the instructor's; only what is in it is a stranger's.
    let open = || openat(CWD, folder, flags, Mode::empty()).map_err(io::Error::from);
    let plain = |root| {
        let mut walk = Walk::new(rules, None);
        walk.folder(root, "", 0)?;
        walk.finish(Vec::new())
    };
    // One in a folder that is called as the assignment is meant before one that is around it.
    let is_around = std::fs::read_dir(folder)?.flatten().any(|entry| {
        let name = entry.file_name();
        names_chapter(&name.to_string_lossy(), &rules.assignment)
            && entry.path().join(rules.root()).symlink_metadata().is_ok()
    });
    if !is_around {
        let taken = plain(open()?)?;
        if taken.has(rules.root()) {
            return Ok(taken);
        }
    }
    let mut names = Names::default();
    names.folder(open()?, "", 0)?;
    let shape = rules.shape(names.found.iter().map(String::as_str)).map_err(refused)?;
    let mut walk = Walk::new(rules, Some(&shape));
    walk.folder(open()?, "", 0)?;
    walk.finish(shape.notes.clone())
}

/// What is in a folder, apart from what tools leave in it.
#[derive(Default)]
struct Names {
    found: Vec<String>,
    entries: usize,
}

impl Names {
    fn folder(&mut self, folder: OwnedFd, path: &str, depth: usize) -> Result<(), IntakeError> {
        for entry in Dir::read_from(&folder).map_err(io::Error::from)? {
            let entry = entry.map_err(io::Error::from)?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            self.entries += 1;
            if self.entries > ENTRIES {
                return Err(refused(format!("it has more than {ENTRIES} files and folders")));
            }
            let path = format!("{path}{}", shape::decoded(name.to_bytes()));
            if shape::parts(&path).contains(&"..") {
                return Err(refused(shape::leads_out(&path)));
            }
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let inner = match shape::is_litter(&shape::parts(&path)) || depth == DEPTH {
                true => None,
                false => openat(&folder, name, flags, Mode::empty()).ok(),
            };
            match inner {
                Some(inner) => self.folder(inner, &format!("{path}/"), depth + 1)?,
                None => self.found.push(path),
            }
        }
        Ok(())
    }
}

struct Walk<'r> {
    rules: &'r Rules,
    /// How names are to be understood; without it, as they are written.
    shape: Option<&'r Shape>,
    taken: Collected,
    entries: usize,
    left_out: BTreeSet<String>,
}

impl<'r> Walk<'r> {
    fn new(rules: &'r Rules, shape: Option<&'r Shape>) -> Walk<'r> {
        Walk { rules, shape, taken: Collected::default(), entries: 0, left_out: BTreeSet::new() }
    }

    fn finish(self, notes: Vec<String>) -> Result<Taken, IntakeError> {
        let taken = self.taken.finish()?;
        Ok(taken.found_by(notes.into_iter().chain(self.left_out).collect()))
    }

    fn folder(&mut self, folder: OwnedFd, path: &str, depth: usize) -> Result<(), IntakeError> {
        if depth > DEPTH {
            return Err(refused(format!("{path} is nested more than {DEPTH} folders deep")));
        }
        let entries = Dir::read_from(&folder).map_err(io::Error::from)?;
        for entry in entries {
            let entry = entry.map_err(io::Error::from)?;
            let raw = entry.file_name();
            if matches!(raw.to_bytes(), b"." | b"..") {
                continue;
            }
            self.entries += 1;
            if self.entries > ENTRIES {
                return Err(refused(format!("it has more than {ENTRIES} files and folders")));
            }
            let name = match (std::str::from_utf8(raw.to_bytes()), self.shape) {
                (Ok(name), _) => name.to_owned(),
                (Err(_), Some(_)) => shape::decoded(raw.to_bytes()),
                // Whoever unpacks an archive of another system has such names. Rust could name no file of them.
                (Err(_), None) => continue,
            };
            let written = format!("{path}{name}");
            let Some(meant) = self.meant(&written) else {
                continue;
            };
            if let (false, Some(why)) = (meant.contains('/'), Rules::forbids(&meant)) {
                return Err(refused(format!("{meant} may not be in a submission: {why}")));
            }
            if let (false, Some(note)) = (meant.contains('/'), Rules::without_effect(&meant)) {
                self.left_out.insert(note);
                continue;
            }
            self.entry(&folder, raw, (&written, &meant), depth)?;
        }
        Ok(())
    }

    /// The path in the submission of what is written so. Of a folder around it, its own.
    fn meant(&self, written: &str) -> Option<String> {
        let Some(shape) = self.shape else { return Some(written.to_owned()) };
        let parts = shape::parts(written);
        if shape::is_litter(&parts) || parts.contains(&"..") {
            return None;
        }
        match shape.path(&parts) {
            Some(parts) if !parts.is_empty() => Some(parts.join("/")),
            _ => shape.is_around(&parts).then(|| written.to_owned()),
        }
    }

    fn entry(
        &mut self,
        folder: &OwnedFd,
        name: &CStr,
        (written, path): (&str, &str),
        depth: usize,
    ) -> Result<(), IntakeError> {
        // What nobody asks for is not opened: it may be a link, or closed to the grader, and costs nothing.
        let (takes, enters) = (self.rules.takes(path), self.rules.enters(path));
        let look = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).map_err(io::Error::from)?;
        match FileType::from_raw_mode(look.st_mode) {
            FileType::Symlink if takes || enters => return Err(is_link(path)),
            FileType::Directory if self.shape.is_some() || enters => {}
            FileType::RegularFile if takes => {}
            FileType::Symlink | FileType::Directory | FileType::RegularFile => return Ok(()),
            _ => return self.special(path),
        }
        // A pipe that has come in its place would block an open without NONBLOCK for ever.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let opened = match openat(folder, name, flags, Mode::empty()) {
            Ok(opened) => opened,
            Err(rustix::io::Errno::LOOP) => return Err(is_link(path)),
            Err(rustix::io::Errno::NXIO | rustix::io::Errno::NODEV) => {
                return self.special(path);
            }
            Err(rustix::io::Errno::ACCESS | rustix::io::Errno::PERM) => {
                return Err(refused(format!(
                    "{path} cannot be read, as its permissions are {:o}",
                    look.st_mode & 0o777
                )));
            }
            Err(error) => return Err(IntakeError::Trouble(error.into())),
        };
        let stat = fstat(&opened).map_err(io::Error::from)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => self.folder(opened, &format!("{written}/"), depth + 1),
            FileType::RegularFile if takes => self.taken.add(path, File::from(opened)),
            FileType::RegularFile => Ok(()),
            _ => self.special(path),
        }
    }

    /// Neither a file nor a folder: refused where it would be taken.
    fn special(&self, path: &str) -> Result<(), IntakeError> {
        match self.rules.takes(path) {
            true => Err(refused(format!("{path} is no regular file"))),
            false => Ok(()),
        }
    }
}

/// A hash of what was taken: of paths and contents, or of why nothing is. `None` if the grader could not read it.
pub fn digest(taken: &Result<Taken, IntakeError>) -> Option<String> {
    let mut hasher = Sha256::new();
    match taken {
        Ok(taken) => {
            for (path, content) in &taken.files {
                // With their lengths: what ends one file does not begin the next.
                hasher.update(format!("{} {} ", path.len(), content.len()));
                hasher.update(path);
                hasher.update(content);
            }
        }
        Err(IntakeError::Refused(why)) => hasher.update(format!("refused {why}")),
        Err(IntakeError::Trouble(_)) => return None,
    }
    Some(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn is_link(path: &str) -> IntakeError {
    refused(format!("{path} is a symbolic link; a submission holds the files themselves"))
}

pub(crate) fn refused(why: String) -> IntakeError {
    IntakeError::Refused(why)
}

impl Taken {
    /// Writes the files below `folder`.
    ///
    /// # Errors
    ///
    /// When one cannot be written.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        for (path, bytes) in &self.files {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(path, bytes)?;
        }
        Ok(())
    }

    /// With what is to be said of how it was found before what was said of its files.
    pub(crate) fn found_by(self, notes: Vec<String>) -> Taken {
        Taken { notes: notes.into_iter().chain(self.notes).collect(), ..self }
    }

    /// Whether there is a file of this path.
    pub fn has(&self, path: &str) -> bool {
        self.files.iter().any(|(other, _)| other == path)
    }
}

#[cfg(test)]
mod tests;
