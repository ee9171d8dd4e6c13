//! The compiler: the real one, not the shim that rustup puts before it, which costs as much as a small check.

use anyhow::{Context, bail};
use std::ffi::OsString;
use std::io;
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

    /// Puts the toolchain's linker into `folder` under the name by which the C compiler looks for it, and returns the
    /// arguments that make rustc use it.
    ///
    /// By default, rustc on x86-64 (since 1.90) has the linker found by a wrapper that looks for itself in /proc, which
    /// a jail does not have. The system's own linker takes half as long again. Empty where the toolchain has no linker.
    ///
    /// # Errors
    ///
    /// When the link cannot be made.
    pub fn linker_in(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        let host = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
        let linker = self.sysroot.join("lib/rustlib").join(host).join("bin/rust-lld");
        if !linker.exists() {
            return Ok(Vec::new());
        }
        let link = folder.join("ld.lld");
        // The folder may be used by several at the same time, and by another toolchain before.
        if std::fs::read_link(&link).ok().as_ref() != Some(&linker) {
            let new = folder.join(format!("ld.lld-{}", std::process::id()));
            let _ = std::fs::remove_file(&new);
            std::os::unix::fs::symlink(linker, &new)?;
            std::fs::rename(new, link)?;
        }
        let mut here = OsString::from("link-arg=-B");
        here.push(folder);
        let mut arguments = vec!["-C".into(), "link-arg=-fuse-ld=lld".into(), "-C".into(), here];
        if cfg!(target_arch = "x86_64") {
            arguments.extend(["-C", "linker-features=-lld"].map(OsString::from));
        }
        Ok(arguments)
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
