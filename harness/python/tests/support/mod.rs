//! The Python that is installed, and our module where it finds it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};
use tempfile::TempDir;

/// The one that is named, or the first.
pub fn python() -> PathBuf {
    env::var_os("PYTHON").map_or_else(|| PathBuf::from("python3"), PathBuf::from)
}

/// Why `python` cannot run a script that begins with `check`, if it cannot.
pub fn lacks(python: &Path, check: &str) -> Option<String> {
    match Command::new(python).args(["-c", check]).output() {
        Err(error) => Some(error.to_string()),
        Ok(output) if output.status.success() => None,
        Ok(output) => {
            let error = String::from_utf8_lossy(&output.stderr).into_owned();
            Some(error.lines().last().unwrap_or("it does not run").to_owned())
        }
    }
}

/// A folder that holds the module, built beside this test, under the name that Python knows.
pub fn module() -> TempDir {
    let built = env::current_exe().expect("the test is a file").with_file_name("");
    let built = built.join(format!(
        "{}every_interleaving{}",
        env::consts::DLL_PREFIX,
        env::consts::DLL_SUFFIX
    ));
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().join("every_interleaving.abi3.so");
    fs::copy(built, here).expect("cargo builds the module with its test");
    folder
}

/// A script of this package.
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}
