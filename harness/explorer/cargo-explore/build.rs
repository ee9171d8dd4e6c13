//! Lists the sources of the stand-ins, so that the command can carry them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The folder of this package that shows them: links, which `cargo package` puts files in the place of. A manifest has another name there, as a folder with a
/// `Cargo.toml` is no part of the package around it.
const FOLDER: &str = "stand-ins";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_CARRIED").is_none() {
        return;
    }
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where"));
    let root = here.join(FOLDER);
    let mut files = Vec::new();
    add(&mut files, &root);
    files.sort();
    let mut list = String::from("&[\n");
    for file in &files {
        println!("cargo::rerun-if-changed={}", file.display());
        let name = file.strip_prefix(&root).expect("the files are in the folder");
        let _ = writeln!(list, "    ({:?}, include_bytes!({:?})),", in_workspace(name), file);
    }
    list.push(']');
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo says where to"));
    std::fs::write(out.join("carried.rs"), list).expect("cargo's own folder can be written");
}

/// Where a file is in the workspace that is made of them, by whose paths its manifest names the packages.
fn in_workspace(file: &Path) -> PathBuf {
    match file.to_str() {
        Some("workspace.toml") => return "Cargo.toml".into(),
        Some("workspace.lock") => return "Cargo.lock".into(),
        _ => {}
    }
    let file = Path::new("harness/explorer").join(file);
    if file.ends_with("package.toml") { file.with_file_name("Cargo.toml") } else { file }
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
