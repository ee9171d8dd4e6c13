//! Where what is compiled goes: folders that cannot be written, disks that are full, two at once.

use crate::crates::{Crates, Seen, as_a_user};
use std::process::Command;

/// A checkout that can only be read. The tests may run as root, who can write everywhere: so there is a file where the folder should be.
#[test]
fn where_the_target_folder_cannot_be_written_the_cache_is_used() {
    let crates = Crates::new();
    std::fs::write(crates.path().join("slot/target"), "").unwrap();
    crates.explore("slot", &["--offline"]).says(0, &["no tests"]);
    assert!(crates.path().join("slot/target").is_file());
    // The cache cannot be written either.
    let mut command = crates.command("slot", &["--offline"]);
    command.env("XDG_CACHE_HOME", crates.path().join("slot/Cargo.toml"));
    Seen::from(command.output().unwrap()).says(
        4,
        &["the stand-ins for std are kept in the user's cache, which XDG_CACHE_HOME can name: "],
    );
    let mut command = crates.command("slot", &["--offline"]);
    command.env_remove("XDG_CACHE_HOME").env_remove("HOME").env("CARGO_HOME", "/nonexistent");
    Seen::from(command.output().unwrap())
        .says(4, &["neither XDG_CACHE_HOME nor HOME says where the stand-ins for std can be kept"]);
}

/// A disk of the test's own, in a namespace of its own.
#[test]
fn a_full_disk_is_told_with_its_place() {
    const APART: [&str; 3] = ["--user", "--map-root-user", "--mount"];
    let may = Command::new("unshare").args(APART).arg("true").output();
    if !may.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: nobody may have a disk of their own here (unshare --user --mount)");
        return;
    }
    let crates = Crates::new();
    let cache = crates.path().join("small");
    std::fs::create_dir(&cache).unwrap();
    for (size, says) in [
        // Not even the sources have room.
        ("300k", "cannot be written: No space left on device"),
        ("3m", "which is too little to compile"),
    ] {
        let mut command = Command::new("unshare");
        let script = format!("mount -t tmpfs -o size={size} none \"$1\" && shift && exec \"$@\"");
        command.args(APART).args(["sh", "-c", &script, "sh"]);
        command.arg(&cache).args([env!("CARGO_BIN_EXE_cargo-explore"), "explore", "--offline"]);
        command.current_dir(crates.path().join("slot")).env("XDG_CACHE_HOME", &cache);
        as_a_user(&mut command);
        let seen = Seen::from(command.output().unwrap());
        seen.says(4, &[says, &cache.display().to_string()]);
    }
}
