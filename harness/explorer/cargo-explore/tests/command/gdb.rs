//! A debugger at the failing step.

use crate::crates::Crates;
use std::process::Command;

/// Where gdb stands after its script: the line that its last frame names, with the function.
fn stands(crates: &Crates, krate: &str, arguments: &[&str]) -> String {
    let arguments = [&["--offline", "--gdb"], arguments].concat();
    let seen = crates.explore(krate, &arguments);
    let command = seen.stdout.lines().find_map(|line| line.strip_prefix("gdb: "));
    let command = command.unwrap_or_else(|| panic!("{}\n{}", seen.stdout, seen.stderr));
    let script = command.strip_prefix("gdb -q -x ").unwrap().trim_matches('\'');
    let output = Command::new("gdb").args(["-q", "-nx", "-batch", "-x", script]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let frame = said.lines().rev().find(|line| line.starts_with('#'));
    frame
        .unwrap_or_else(|| panic!("{said}\n{}", String::from_utf8_lossy(&output.stderr)))
        .to_owned()
}

#[test]
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
fn gdb_stands_in_the_users_line_at_the_failing_step() {
    // What ptrace forbids to gdb it forbids to itself.
    let may = Command::new("gdb").args(["-q", "-nx", "-batch", "-ex", "run", "/bin/true"]).output();
    if !may.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("exited normally"))
    {
        eprintln!("skipped: there is no gdb here that may start a program");
        return;
    }
    let crates = Crates::new();
    for (krate, test, function, line) in [
        // A deadlock: the last one that waits.
        ("queue", "two_and_two", "queue", "src/lib.rs:"),
        // A data race: the access that completes it.
        ("bare", "both_add", "bare::", "src/lib.rs:16"),
        // A panic: where it is raised.
        ("bare", "the_other_may_be_gone", "bare::", "src/lib.rs:"),
    ] {
        let frame = stands(&crates, krate, &["--lib", test]);
        assert!(frame.contains(function) && frame.contains(line), "{test}: {frame}");
    }
}
