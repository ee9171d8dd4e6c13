//! What a program takes along that uses a chapter as a library.

use std::process::Command;

/// All packages that the library needs without its default features.
fn luggage(package: &str) -> Vec<String> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["tree", "--offline", "--prefix", "none", "-e", "normal", "--format", "{p}"]);
    let output = command.args(["--no-default-features", "-p", package]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

fn leaves_out(package: &str, unwanted: &[&str]) {
    let taken = luggage(package);
    assert!(taken.contains(&package.to_owned()), "{taken:?}");
    for name in unwanted.iter().chain(&["tour", "clap", "serde_json"]) {
        assert!(!taken.contains(&(*name).to_owned()), "{package} takes {name} along: {taken:?}");
    }
}

#[test]
fn libraries_take_along_only_what_they_need() {
    leaves_out("ch08-multiprocessing", &[]);
    leaves_out("ch09-shared-data", &["hmac", "sha2", "indexmap", "getrandom"]);
    leaves_out("ch10-pool", &["rusqlite", "libsqlite3-sys", "mysql", "ctrlc", "tempfile"]);
    leaves_out("ch12-coroutines", &["tokio", "rustls", "ring", "httparse", "url"]);
}
