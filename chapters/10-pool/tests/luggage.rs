//! What a program takes along that uses a chapter as a library.

use std::process::Command;

/// All packages that the libraries need without their default features.
fn luggage(packages: &[&str]) -> Vec<String> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["tree", "--offline", "--prefix", "none", "-e", "normal", "--format", "{p}"]);
    command.arg("--no-default-features").args(packages.iter().flat_map(|name| ["-p", name]));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

fn leave_out(packages: &[&str], unwanted: &[&str]) {
    let taken = luggage(packages);
    assert!(packages.iter().all(|&name| taken.contains(&name.to_owned())), "{taken:?}");
    for name in unwanted.iter().chain(&["tour", "clap", "serde_json"]) {
        assert!(!taken.contains(&(*name).to_owned()), "{packages:?} take {name} along: {taken:?}");
    }
}

#[test]
fn libraries_take_along_only_what_they_need() {
    leave_out(
        &[
            "ch01-processes",
            "ch02-threads",
            "ch03-locks",
            "ch04-rlock",
            "ch05-event",
            "ch06-condition",
            "ch07-queue",
            "ch11-thread-pool",
        ],
        &["crossbeam", "crossbeam-channel", "rayon", "rayon-core", "libc"],
    );
    leave_out(&["ch08-multiprocessing"], &[]);
    leave_out(&["ch09-shared-data"], &["hmac", "sha2", "indexmap", "getrandom"]);
    leave_out(&["ch10-pool"], &["rusqlite", "libsqlite3-sys", "mysql", "ctrlc", "tempfile"]);
    leave_out(&["ch12-coroutines"], &["tokio", "rustls", "ring", "httparse", "url"]);
}
