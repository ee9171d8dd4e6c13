//! Nothing is shared by a path that leaves its package: what two packages use is a package. Cargo sees no other way in.

use super::{files, shown, workspace};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// The attributes and macros that bring another file in.
const MARKS: [&str; 4] = ["#[path = \"", "include!(\"", "include_str!(\"", "include_bytes!(\""];

/// What is an attack, and not ours.
const ATTACKS: &str = "harness/tests/attacks";

/// Submissions as students' systems write them: some are no UTF-8.
const ARCHIVES: &str = "harness/tests/archives";

/// The folder of the nearest manifest above.
fn package_of(file: &Path) -> Option<&Path> {
    file.ancestors().skip(1).find(|folder| folder.join("Cargo.toml").is_file())
}

/// The path without `.` and `..`, whether there is such a file or not.
fn canonical(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// The files that `source` brings in by their paths, each relative to where rustc looks for it.
fn brought_in(source: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for line in source.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for mark in MARKS {
            // In a string of a program that is about this, the quotation mark is escaped.
            found.extend(line.split(mark).skip(1).filter_map(|rest| rest.split('"').next()));
        }
    }
    found
}

#[test]
fn no_path_leaves_its_package() {
    let mut sources = files(workspace(), "rs");
    let strange = [ATTACKS, ARCHIVES].map(|folder| workspace().join(folder));
    sources.retain(|file| !strange.iter().any(|folder| file.starts_with(folder)));
    assert!(sources.len() > 500, "only {} files of Rust were found", sources.len());
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for file in &sources {
        let Some(package) = package_of(file) else { continue };
        let text = fs::read_to_string(file).unwrap();
        for path in brought_in(&text) {
            seen += 1;
            // In a module within a file rustc looks one folder further down; `..` then leads less far, not further.
            let target = canonical(&file.with_file_name("").join(path));
            if !target.starts_with(package) {
                wrong.push(format!("{}: {path} is not in its package", shown(file)));
            }
        }
    }
    assert!(seen > 10, "only {seen} files are brought in by a path: are the marks still right?");
    assert!(wrong.is_empty(), "make a package of what is shared:\n{}", wrong.join("\n"));
}

/// A manifest can name a file as well.
#[test]
fn no_target_is_made_of_a_file_outside_of_its_package() {
    let metadata = cargo_metadata::MetadataCommand::new().current_dir(workspace()).no_deps().exec();
    for package in metadata.unwrap().packages {
        let folder = package.manifest_path.parent().unwrap();
        for target in package.targets {
            assert!(target.src_path.starts_with(folder), "{}: {}", package.name, target.src_path);
        }
    }
}

#[test]
fn paths_are_found_and_made_plain() {
    let source = "#[path = \"../../a/b.rs\"]\nmod b;\n// #[path = \"c.rs\"]\nlet d = include_str!(\"d.css\");\n";
    assert_eq!(brought_in(source), ["../../a/b.rs", "d.css"]);
    assert_eq!(canonical(Path::new("/x/tests/../../a/./b.rs")), Path::new("/a/b.rs"));
}
