//! Programs of the system, one by one.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where programs are looked for. What is in both is shown in both.
const FOLDERS: [&str; 4] = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

/// What the loader reads to find libraries.
const LOADER_CACHE: &str = "/etc/ld.so.cache";

/// Some programs of the system, and the libraries that they need.
///
/// ```no_run
/// use jail::{Jail, SystemPrograms};
///
/// let mut system = SystemPrograms::named(["sh", "cat"])?;
/// // Whatever else is executed in there needs its libraries as well.
/// system.libraries_of(&std::env::current_exe()?)?;
/// let ended = Jail::new("/bin/sh").args(["-c", "cat /etc/hosts"]).only(&system).run()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SystemPrograms {
    paths: BTreeSet<PathBuf>,
}

impl SystemPrograms {
    /// The programs of these names, with the libraries that they need.
    ///
    /// # Errors
    ///
    /// When the system has no program of a name, or it cannot be read.
    pub fn named<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> io::Result<SystemPrograms> {
        let mut system = SystemPrograms::default();
        for name in names {
            let name = name.as_ref();
            let there =
                |folder: &&&str| !name.contains('/') && Path::new(folder).join(name).is_file();
            let mut paths =
                FOLDERS.iter().filter(there).map(|folder| Path::new(folder).join(name)).peekable();
            let Some(first) = paths.peek().cloned() else {
                let why = format!("the system has no program `{name}`");
                return Err(io::Error::new(io::ErrorKind::NotFound, why));
            };
            system.paths.extend(paths);
            system.libraries_of(&first)?;
        }
        Ok(system)
    }

    /// Adds the libraries that this executable needs, which has to be trusted: its loader is asked. One that needs none is as good as any.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or its loader does not say it.
    pub fn libraries_of(&mut self, executable: &Path) -> io::Result<()> {
        let Some(loader) = loader_of(executable)? else { return Ok(()) };
        let output = Command::new(&loader).arg("--list").arg(executable).env_clear().output()?;
        if !output.status.success() {
            let why = format!(
                "{} does not say which libraries {} needs",
                loader.display(),
                executable.display()
            );
            return Err(io::Error::other(why));
        }
        // `libc.so.6 => /lib/libc.so.6 (0x…)`, `/lib64/ld-linux.so.2 (0x…)`, `linux-vdso.so.1 (0x…)`.
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let found = line.rsplit("=>").next().unwrap_or_default().trim();
            let path = Path::new(found.split(" (").next().unwrap_or_default());
            if path.is_absolute() && path.is_file() {
                self.paths.insert(path.to_owned());
            }
        }
        self.paths.insert(loader);
        if Path::new(LOADER_CACHE).is_file() {
            self.paths.insert(LOADER_CACHE.into());
        }
        Ok(())
    }

    /// The files, sorted.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.paths.iter().map(PathBuf::as_path)
    }
}

/// The loader that an executable asks for: its interpreter, as ELF calls it. None for one that needs none.
fn loader_of(executable: &Path) -> io::Result<Option<PathBuf>> {
    const HEADERS: u64 = 64 << 10;
    const INTERPRETER: u32 = 3;
    let mut bytes = Vec::new();
    File::open(executable)?.take(HEADERS).read_to_end(&mut bytes)?;
    let number = |at: usize, length: usize| -> Option<usize> {
        let bytes = bytes.get(at..at.checked_add(length)?)?;
        Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | usize::from(*byte)))
    };
    // 64 bits, the low byte first: of all systems that this crate knows.
    if !bytes.starts_with(b"\x7fELF\x02\x01") {
        let why = format!("{} is no executable of this system", executable.display());
        return Err(io::Error::new(io::ErrorKind::InvalidData, why));
    }
    let (Some(table), Some(size), Some(count)) = (number(32, 8), number(54, 2), number(56, 2))
    else {
        return Ok(None);
    };
    for entry in (0..count).filter_map(|i| table.checked_add(i * size)) {
        if number(entry, 4) != Some(INTERPRETER as usize) {
            continue;
        }
        let (Some(at), Some(length)) = (number(entry + 8, 8), number(entry + 32, 8)) else { break };
        let name = at.checked_add(length).and_then(|end| bytes.get(at..end));
        let name = name.and_then(|name| name.split(|byte| *byte == 0).next());
        return Ok(name.map(|name| PathBuf::from(OsStr::from_bytes(name))));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_comes_with_its_libraries_and_nothing_else() {
        let system = SystemPrograms::named(["sh", "sh"]).unwrap();
        let names: Vec<String> =
            system.paths().map(|path| path.file_name().unwrap().display().to_string()).collect();
        assert!(names.iter().any(|name| name == "sh"), "{names:?}");
        assert!(
            names.iter().any(|name| name.starts_with("libc.so") || name.starts_with("ld-")),
            "{names:?}"
        );
        assert!(system.paths().count() < 12, "{names:?}");
        for path in system.paths() {
            assert!(path.is_file(), "{}", path.display());
        }
    }

    #[test]
    fn what_is_not_there_is_named() {
        for name in ["no-such-program", "../bin/sh", "/bin/sh", ""] {
            let error = SystemPrograms::named([name]).unwrap_err().to_string();
            assert!(error.contains(&format!("no program `{name}`")), "{error}");
        }
        let mut system = SystemPrograms::default();
        assert!(system.libraries_of(Path::new("/etc/passwd")).is_err());
    }
}
