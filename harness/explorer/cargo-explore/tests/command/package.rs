//! The packaged crates alone: what somebody has who has never seen this repository.

use crate::crates::{Crates, as_a_user};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// The packages that `cargo explore` is published as; the last is the command.
const PACKAGES: [&str; 7] = [
    "explore-trace",
    "explore-protocol",
    "explore-engine",
    "explore-core",
    "explore-std",
    "explore-test",
    "cargo-explore",
];

/// cargo, without the network.
fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap());
    command.current_dir(HERE).args(arguments).arg("--offline");
    as_a_user(&mut command);
    command
}

#[track_caller]
fn succeeds(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// All files below a folder, links followed.
fn below(folder: &Path, found: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            below(&path, found);
        } else {
            found.insert(path.strip_prefix(HERE).unwrap().to_owned());
        }
    }
}

#[test]
fn everything_that_the_command_carries_is_in_its_package() {
    let listed =
        succeeds(&mut cargo(&["package", "--list", "--allow-dirty", "-p", "cargo-explore"]));
    let packaged: BTreeSet<PathBuf> = listed.lines().map(PathBuf::from).collect();
    let mut carried = BTreeSet::new();
    below(&Path::new(HERE).join("stand-ins"), &mut carried);
    assert!(carried.len() > 100, "{carried:?}");
    let missing: Vec<_> = carried.difference(&packaged).collect();
    assert!(missing.is_empty(), "these files are carried, and not in the package: {missing:?}");
    // Every package that a stand-in is made of is there: each that a manifest of ours names.
    for package in ["std", "core", "test", "engine", "protocol", "trace"] {
        let file = Path::new("stand-ins").join(package);
        assert!(packaged.contains(&file.join("package.toml")), "{package}");
        assert!(packaged.contains(&file.join("src/lib.rs")), "{package}");
    }
}

/// Crates that stand on crates of others, each with a real bug: found with one command.
#[test]
#[ignore = "a minute: crossbeam-channel and tokio are compiled anew; .ci/full runs it"]
fn bugs_behind_crates_of_others_are_found() {
    let crates = Crates::new();
    crates.explore("work", &[]).says(
        1,
        &[
            "tests::flushed_is_done  failed: main panics",
            " steps in crossbeam-channel 0.5.",
            "1 test: 1 failed",
        ],
    );
    crates
        .explore("gate", &[])
        .says(1, &["tests::everybody_passes  failed: deadlock: ", " steps in tokio 1."]);
}

/// Installs the command from the packaged crates in a home that has nothing else, and explores a crate with it.
#[test]
#[ignore = "minutes: everything is compiled anew; .ci/full runs it"]
fn the_packaged_crates_alone_are_enough() {
    let home = tempfile::tempdir().unwrap();
    let path = |name: &str| home.path().join(name);
    let named = PACKAGES.iter().flat_map(|package| ["-p", package]);
    succeeds(
        cargo(&["package", "--no-verify", "--allow-dirty"])
            .args(named)
            .arg("--target-dir")
            .arg(path("made")),
    );
    std::fs::create_dir(path("crates")).unwrap();
    let mut patches = Vec::new();
    for package in PACKAGES {
        let name = format!("{package}-{}", env!("CARGO_PKG_VERSION"));
        let archive = path("made/package").join(format!("{name}.crate"));
        let (folder, crates) = (path("crates").join(&name), path("crates"));
        succeeds(Command::new("tar").arg("xzf").arg(archive).arg("-C").arg(crates));
        // They are in no registry yet.
        patches.push(format!("patch.crates-io.{package}.path={folder:?}"));
    }
    let command = path("crates").join(format!("cargo-explore-{}", env!("CARGO_PKG_VERSION")));
    let mut install = cargo(&["install", "--debug"]);
    install.current_dir(home.path()).arg("--path").arg(command);
    install.arg("--root").arg(path("installed")).arg("--target-dir").arg(path("compiled"));
    install.args(patches.iter().flat_map(|patch| ["--config", patch]));
    succeeds(&mut install);

    let mut paths = vec![path("installed/bin")];
    paths.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap()));
    let crates = Crates::new();
    let mut explore = cargo(&["explore"]);
    explore.current_dir(crates.path().join("queue"));
    explore.env("PATH", std::env::join_paths(paths).unwrap());
    explore.env("XDG_CACHE_HOME", path("cache"));
    crate::crates::Seen::from(explore.output().unwrap()).says(
        1,
        &[
            "tests::crowded::two_and_two  failed: deadlock: ",
            "4 tests: 3 proved; 1 failed",
            "compiling the stand-ins for std, only this once",
        ],
    );
    assert!(path("cache/cargo-explore").is_dir());
}
