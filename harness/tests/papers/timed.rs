//! `.ci/timed` runs the tests of an executable, notes how long each took, and ends one that does not end.

use super::workspace;
use std::fs::Permissions;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn timed(times: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("python3");
    command.arg(workspace().join(".ci/timed")).args(arguments).env("EI_TIMES", times);
    command
}

fn output(command: &mut Command) -> Output {
    command.output().expect("python3 starts; .ci/run needs it")
}

fn python_is_missing() -> bool {
    let missing = Command::new("python3").arg("--version").output().is_err();
    if missing {
        eprintln!("skipped: python3 is not installed");
    }
    missing
}

/// What looks like a test executable of cargo's, and does as `script` says when its tests are to run.
fn executable(folder: &Path, tests: &[&str], script: &str) -> PathBuf {
    let path = folder.join("deps/hangs-0123456789abcdef");
    let listed: String = tests.iter().map(|name| format!("{name}: test\\n")).collect();
    let list = format!("'' if '--ignored' in sys.argv else '{listed}'");
    let text = format!(
        "#!/usr/bin/env python3\nimport subprocess, sys, threading\n\
         if '--list' in sys.argv: print({list}, end=''); sys.exit()\n{script}"
    );
    std::fs::create_dir_all(folder.join("deps")).unwrap();
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn one_that_does_not_end_is_ended_and_says_where_it_stood() {
    if python_is_missing() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = r"
print('test ends ... ok', flush=True)
waits = 'import threading; threading.Event().wait()'
print('child', subprocess.Popen([sys.executable, '-c', waits]).pid, flush=True)
threading.Event().wait()
";
    let hangs = executable(folder.path(), &["ends", "hangs", "later"], script);
    let ended_after = |limit: &str| {
        let mut command = timed(folder.path(), &[hangs.to_str().unwrap(), "--test-threads=1"]);
        let output = output(command.env("EI_TEST_LIMIT", limit));
        assert_eq!(output.status.code(), Some(124), "{output:?}");
        (limit.to_owned(), output)
    };
    // On a busy machine it may not have come far enough.
    let came_far = |(_, output): &(String, Output)| {
        output.stdout.ends_with(b"\n") && output.stdout.windows(6).any(|at| at == b"child ")
    };
    let (limit, output) =
        ["1", "10", "100"].iter().map(|limit| ended_after(limit)).find(came_far).expect("a child");
    let said = String::from_utf8_lossy(&output.stderr);
    for line in [
        &format!("hangs has not ended after {limit} s (EI_TEST_LIMIT)"),
        "these tests had begun and not ended: hangs\n",
        "these tests had not begun: later\n",
        "threading.Event().wait()",
    ] {
        assert!(said.contains(line), "{line} is not in\n{said}");
    }
    // Both processes; without gdb, or where it may not, the kernel says what a thread waits for.
    assert!(said.matches("\n    #0 ").count() + said.matches(": in ").count() >= 2, "{said}");
    let printed = String::from_utf8_lossy(&output.stdout);
    let child =
        printed.lines().find_map(|line| line.strip_prefix("child ")).expect("it started one");
    // It is killed; when the kernel has done so, and whether somebody has asked for its exit code by now, is another matter.
    while runs(child) {
        std::thread::yield_now();
    }
    let report =
        String::from_utf8(self::output(&mut timed(folder.path(), &["--report"])).stdout).unwrap();
    assert!(report.contains("hangs  ends"), "{report}");
}

/// Whether a process of this number still runs.
fn runs(process: &str) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(process).join("stat"));
    // The state follows the name, which stands in parentheses.
    let state = stat.as_deref().ok().and_then(|stat| stat.rsplit(") ").next());
    state.is_some_and(|state| !state.starts_with(['Z', 'X']))
}

#[test]
fn what_an_executable_prints_comes_at_once() {
    if python_is_missing() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = r"
print('test asks ... ', end='', flush=True)
print('ok' if sys.stdin.readline() else 'FAILED')
";
    let asks = executable(folder.path(), &["asks"], script);
    let mut child = timed(folder.path(), &[asks.to_str().unwrap()])
        .env("EI_TEST_LIMIT", "60")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut begins = [0; 14];
    child
        .stdout
        .as_mut()
        .unwrap()
        .read_exact(&mut begins)
        .expect("half a line comes before it is asked for");
    assert_eq!(&begins, b"test asks ... ");
    child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stdout == b"ok\n", "{output:?}");
}

#[test]
fn a_daemon_that_holds_the_output_is_not_waited_for() {
    if python_is_missing() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = r"
daemon = subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()'], stdin=sys.stdin)
print('test leaves ... ok', flush=True)
";
    let leaves = executable(folder.path(), &["leaves"], script);
    let (reads, holds) = std::io::pipe().unwrap();
    let mut command = timed(folder.path(), &[leaves.to_str().unwrap()]);
    // The daemon lives until `holds` is dropped.
    let status = command.env("EI_TEST_LIMIT", "60").stdin(reads).stdout(Stdio::null()).status();
    drop(holds);
    assert!(status.unwrap().success());
}

#[test]
fn a_test_is_run_and_noted_and_a_failure_stays_one() {
    if python_is_missing() {
        return;
    }
    let times = tempfile::tempdir().unwrap();
    let this = std::env::current_exe().unwrap();
    let this = this.to_str().unwrap();
    let name = "named::paths_are_told_from_other_words";
    let output = output(&mut timed(times.path(), &[this, name, "--exact"]));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && text.contains(&format!("test {name} ... ok")), "{text}");
    let report = self::output(&mut timed(times.path(), &["--report"]));
    let text = String::from_utf8_lossy(&report.stdout).into_owned();
    assert!(text.contains("of 1 tests") && text.contains(name), "{text}");
    // What the executable says is what comes of it.
    let refused = self::output(&mut timed(times.path(), &[this, "--no-such-option"]));
    assert!(!refused.status.success());
}
