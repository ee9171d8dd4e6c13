//! A test's own executable once more, under valgrind's memcheck.

use std::process::Command;

/// Runs all tests of this executable under valgrind but those whose names
/// contain one of `skipped`; none may fail, and valgrind may find nothing.
///
/// What starts processes has to be skipped: valgrind 3.19 knows no
/// `pidfd_open`. Without valgrind nothing is tested, and a line says so.
///
/// # Panics
///
/// When a test fails, valgrind finds something, or every test is skipped.
pub fn clean(skipped: &[&str]) {
    let mut command = Command::new("valgrind");
    command.args(["--error-exitcode=99", "--trace-children=yes", "--quiet"]);
    command.arg(std::env::current_exe().unwrap()).args(["--skip", "valgrind"]);
    for name in skipped {
        command.args(["--skip", name]);
    }
    match command.env("RUST_BACKTRACE", "0").output() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("skipped: valgrind is not installed");
        }
        output => {
            let output = output.unwrap();
            let text = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "{text}");
            let results = String::from_utf8_lossy(&output.stdout);
            assert!(!results.contains("running 0 tests"), "{results}");
        }
    }
}
