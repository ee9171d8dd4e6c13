//! The Python twins: the interpreter, and the packages that they need.

use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The interpreter: `$PYTHON`, or `python3`.
pub fn interpreter() -> PathBuf {
    std::env::var_os("PYTHON").map_or_else(|| PathBuf::from("python3"), PathBuf::from)
}

/// Checks that the interpreter runs and has every package of
/// `chapters/requirements.txt`.
///
/// # Errors
///
/// Names what is missing and how to get it.
pub fn require(python: &Path, root: &Path) -> anyhow::Result<()> {
    let file = root.join("chapters/requirements.txt");
    let requirements = std::fs::read_to_string(&file)
        .with_context(|| format!("{} cannot be read", file.display()))?;
    let wanted: Vec<&str> = distributions(&requirements).collect();
    let script = "import sys, importlib.metadata as m\n\
        have = {d.metadata['Name'].lower().replace('_', '-') for d in m.distributions()}\n\
        print(*[n for n in sys.argv[1:] if n.lower().replace('_', '-') not in have])";
    let output =
        Command::new(python).args(["-c", script]).args(&wanted).output().with_context(|| {
            format!("{} could not be started; the twins need Python 3", python.display())
        })?;
    if !output.status.success() {
        bail!("{}: {}", python.display(), String::from_utf8_lossy(&output.stderr).trim());
    }
    let missing = String::from_utf8_lossy(&output.stdout);
    let missing: Vec<&str> = missing.split_whitespace().collect();
    if !missing.is_empty() {
        bail!(
            "{} lacks {}; `{} -m pip install -r chapters/requirements.txt` installs them",
            python.display(),
            missing.join(", "),
            python.display()
        );
    }
    Ok(())
}

/// The names in a requirements file, without versions and comments.
fn distributions(requirements: &str) -> impl Iterator<Item = &str> {
    requirements.lines().filter_map(|line| {
        let line = line.split('#').next()?.trim();
        let end = line.find(|c: char| !(c.is_alphanumeric() || "-_.".contains(c)));
        Some(&line[..end.unwrap_or(line.len())]).filter(|name| !name.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_versions() {
        let file = "# twins\ngreenlet==3.1\nPyMySQL>=1 # sql\n\ngevent\n";
        assert_eq!(distributions(file).collect::<Vec<_>>(), ["greenlet", "PyMySQL", "gevent"]);
    }
}
