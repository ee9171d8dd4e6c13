//! Lists the sources of the stand-ins, so that the command can carry them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The packages that stand in for Rust's own, and what they are made of.
const PACKAGES: &[&str] = &["std", "core", "test", "engine", "protocol", "trace"];

fn main() {
    if std::env::var_os("CARGO_FEATURE_CARRIED").is_none() {
        println!("cargo::rerun-if-changed=build.rs");
        return;
    }
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where"));
    let root = here.ancestors().nth(3).expect("the package is in its workspace");
    let mut files = vec![root.join("Cargo.toml"), root.join("Cargo.lock")];
    for package in PACKAGES {
        let folder = root.join("harness/explorer").join(package);
        files.push(folder.join("Cargo.toml"));
        add(&mut files, &folder.join("src"));
    }
    files.sort();
    let mut list = String::from("&[\n");
    for file in &files {
        println!("cargo::rerun-if-changed={}", file.display());
        let name = file.strip_prefix(root).expect("the files are in the workspace");
        let _ = writeln!(list, "    ({:?}, include_bytes!({:?})),", name, file);
    }
    list.push(']');
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo says where to"));
    std::fs::write(out.join("carried.rs"), list).expect("cargo's own folder can be written");
}

/// Adds all files below a folder. A new one makes the folder newer.
fn add(files: &mut Vec<PathBuf>, folder: &Path) {
    println!("cargo::rerun-if-changed={}", folder.display());
    let entries = std::fs::read_dir(folder).expect("a package has sources");
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            add(files, &path);
        } else {
            files.push(path);
        }
    }
}
