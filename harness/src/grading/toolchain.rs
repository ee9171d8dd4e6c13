//! The compiler: the real one, not the shim that rustup puts before it, which costs as much as a small check.

use anyhow::{Context, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// An installed compiler.
#[derive(Debug, Clone)]
pub struct Toolchain {
    /// The folder of the toolchain.
    pub sysroot: PathBuf,
    /// The compiler's executable in it.
    pub rustc: PathBuf,
    /// `rustc 1.95.0 (59807616e 2026-04-14)`
    pub version: String,
}

impl Toolchain {
    /// The toolchain that applies in `folder`.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn find(folder: &Path) -> anyhow::Result<Toolchain> {
        let sysroot = PathBuf::from(ask(Path::new("rustc"), folder, &["--print", "sysroot"])?);
        let rustc = sysroot.join("bin").join("rustc");
        let version = ask(&rustc, folder, &["--version"])?;
        Ok(Toolchain { sysroot, rustc, version })
    }
}

fn ask(rustc: &Path, folder: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(rustc)
        .args(arguments)
        .current_dir(folder)
        .output()
        .with_context(|| format!("{} could not be started", rustc.display()))?;
    if !output.status.success() {
        bail!("rustc {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
