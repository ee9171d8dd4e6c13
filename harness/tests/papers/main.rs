//! What the papers of the repository say is so: nothing is shared by a path, every package has a README, what a paper names is there, and
//! every command in a README or in the book is run by a test.

mod commands;
mod named;
mod paths;
mod timed;

use std::fs;
use std::path::{Path, PathBuf};

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the harness lives in the workspace")
}

/// The files with this extension below `folder` that are kept with the course, not made by a build.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                let made = ["target", "node_modules", "out"].contains(&&*name);
                if !made && !name.starts_with('.') {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|other| other == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The path as it is called in messages.
fn shown(path: &Path) -> String {
    path.strip_prefix(workspace()).unwrap_or(path).display().to_string()
}
