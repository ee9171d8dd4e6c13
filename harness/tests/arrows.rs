//! What may depend on what, read from `cargo metadata`: the arrows of ARCHITECTURE.md.

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package, PackageId};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the harness lives in the workspace")
}

fn metadata() -> Metadata {
    let manifest = workspace().join("Cargo.toml");
    // What only other systems need has not been downloaded.
    let here = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let options = ["--offline", "--locked", "--filter-platform", &here].map(str::to_owned);
    MetadataCommand::new().manifest_path(manifest).other_options(options).exec().unwrap()
}

/// The folder of a package of ours, from the top of the repository.
fn folder(package: &Package) -> String {
    let folder = package.manifest_path.parent().expect("a manifest is in a folder");
    let folder = folder.strip_prefix(workspace().to_str().expect("a path in Unicode"));
    folder.expect("a member is in the workspace").to_string()
}

/// The number of a chapter's folder, and of what lies in it.
fn chapter(folder: &str) -> Option<&str> {
    folder.strip_prefix("chapters/")?.get(..2)
}

/// The one exception: Python's types are made of the primitives of these chapters.
const PYTHON: [&str; 8] = ["03", "04", "05", "06", "07", "08", "09", "10"];

/// Whether a package in the folder `from` may depend on one in the folder `to`.
fn may(from: &str, to: &str, kind: DependencyKind) -> bool {
    let for_tests = kind == DependencyKind::Development;
    let explorer = |folder: &str| folder.starts_with("harness/explorer/");
    match (chapter(from), chapter(to)) {
        (Some(from), Some(to)) => to <= from,
        (Some(_), None) => {
            let tests = ["harness/paired", "harness/test-support", "harness/explorer/linearizable"];
            to == "harness/tour" || (for_tests && tests.contains(&to))
        }
        (None, Some(to)) => from == "harness/python" && PYTHON.contains(&to),
        (None, None) if explorer(from) => explorer(to),
        (None, None) => {
            let below = ["harness/jail", "harness/tour", "harness/paired", "harness/test-support"];
            explorer(to) || below.contains(&to)
        }
    }
}

#[test]
fn every_arrow_points_the_right_way() {
    let metadata = metadata();
    let ours = metadata.workspace_packages();
    let folders: BTreeMap<&str, String> =
        ours.iter().map(|package| (package.name.as_str(), folder(package))).collect();
    let (mut wrong, mut seen) = (Vec::new(), 0);
    for package in &ours {
        for dependency in &package.dependencies {
            let Some(to) = folders.get(dependency.name.as_str()) else { continue };
            seen += 1;
            let from = folder(package);
            if !may(&from, to, dependency.kind) {
                wrong.push(format!("{from} depends on {to} ({})", dependency.kind));
            }
        }
    }
    assert!(seen > 30, "only {seen} arrows were looked at");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn who_uses_a_chapter_takes_its_library_and_not_its_programs() {
    let metadata = metadata();
    let packages = metadata.workspace_packages();
    let (mut wrong, mut chapters, mut arrows) = (Vec::new(), 0, 0);
    for package in &packages {
        for dependency in &package.dependencies {
            let to = packages.iter().find(|other| other.name.as_str() == dependency.name);
            if to.is_some_and(|to| to.features.contains_key("programs")) {
                arrows += 1;
                if dependency.uses_default_features {
                    wrong.push(format!(
                        "{} takes the programs of {}",
                        package.name, dependency.name
                    ));
                }
            }
        }
        let Some(of) = folder(package).strip_prefix("chapters/").map(str::to_owned) else {
            continue;
        };
        // The chapter on Rust itself is its programs, and no library.
        if of.contains('/') || of.starts_with("00-") {
            continue;
        }
        chapters += 1;
        let optional =
            |name: &str| package.dependencies.iter().any(|one| one.name == name && one.optional);
        if !optional("tour") {
            wrong.push(format!("{} cannot do without tour", package.name));
        }
        for binary in package.targets.iter().filter(|target| target.is_bin()) {
            if binary.required_features != ["programs"] {
                wrong.push(format!(
                    "{}'s program is built without the feature programs",
                    package.name
                ));
            }
        }
        let has_steps = ["naive.rs", "correct.rs"]
            .iter()
            .any(|file| workspace().join("chapters").join(&of).join("src").join(file).exists());
        if has_steps != package.features.contains_key("steps") {
            wrong.push(format!("{}: the steps stand behind a feature of that name", package.name));
        }
    }
    assert!(
        chapters == 12 && arrows > 10,
        "{chapters} chapters and {arrows} arrows were looked at"
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_wrong_arrow_would_be_seen() {
    use DependencyKind::{Development, Normal};
    assert!(may("chapters/11-thread-pool", "chapters/07-queue", Normal));
    assert!(!may("chapters/07-queue", "chapters/11-thread-pool", Development));
    assert!(!may("chapters/07-queue", "harness/paired", Normal));
    assert!(!may("chapters/07-queue", "harness/explorer/engine", Development));
    assert!(!may("harness", "chapters/07-queue", Development));
    assert!(!may("harness/explorer/engine", "harness/jail", Development));
    assert!(!may("harness/python", "chapters/11-thread-pool", Normal));
    assert!(!may("harness/tour", "harness", Normal));
}

/// What is linked with a program under exploration. The compiler considers all of its implementations in the program's own code, so each
/// name here is one that was looked at.
const BESIDE_PROGRAMS: [&str; 10] = [
    "cfg-if",
    "corosensei",
    "explore-core",
    "explore-engine",
    "explore-protocol",
    "explore-std",
    "explore-test",
    "explore-trace",
    "libc",
    "scopeguard",
];

/// What `roots` are made of on this machine, with the features that their own manifests ask for. Build scripts are not part of it.
fn made_of(metadata: &Metadata, roots: &[&str]) -> BTreeSet<String> {
    let package = |id: &PackageId| &metadata[id];
    let mut left: Vec<&Package> =
        metadata.packages.iter().filter(|package| roots.contains(&package.name.as_str())).collect();
    let mut names = BTreeSet::new();
    let resolve = metadata.resolve.as_ref().expect("cargo resolves");
    while let Some(one) = left.pop() {
        if !names.insert(one.name.to_string()) {
            continue;
        }
        let node = resolve.nodes.iter().find(|node| node.id == one.id).expect("it is resolved");
        for dependency in &node.deps {
            let to = package(&dependency.pkg);
            let declared = one.dependencies.iter().filter(|other| other.name == to.name.as_str());
            // Optional ones are there only where somebody else switches them on.
            let is_linked = declared.into_iter().any(|other| {
                other.kind == DependencyKind::Normal
                    && other.target.is_none()
                    && !(other.optional && one.name.starts_with("explore-"))
            });
            if is_linked {
                left.push(to);
            }
        }
    }
    names
}

#[test]
fn a_program_under_exploration_is_linked_with_nothing_that_changes_its_meaning() {
    let metadata = metadata();
    let names = made_of(&metadata, &["explore-std", "explore-core", "explore-test"]);
    let unknown: Vec<_> =
        names.iter().filter(|name| !BESIDE_PROGRAMS.contains(&name.as_str())).collect();
    assert!(unknown.is_empty(), "{unknown:?} would be visible to explored programs");
    assert!(names.contains("explore-trace") && names.contains("corosensei"), "{names:?}");
    // Switched on, they would be there: the manifests of what is linked must not do it.
    for package in metadata.packages.iter().filter(|package| names.contains(package.name.as_str()))
    {
        for dependency in &package.dependencies {
            let ours = ["explore-trace", "explore-protocol"].contains(&dependency.name.as_str());
            if ours && dependency.kind == DependencyKind::Normal {
                assert!(dependency.features.is_empty(), "{} wants features", package.name);
                let plain = dependency.name != "explore-trace" || !dependency.uses_default_features;
                assert!(plain, "{} wants default features of {}", package.name, dependency.name);
            }
        }
    }
}
