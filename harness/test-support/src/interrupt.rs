//! Ctrl-C in the middle of a program: nothing of it may stay behind.

use crate::left_behind::{self, named_since, processes, shared_memory};
use rustix::process::{Pid, Signal, kill_process_group};
use std::io::{BufRead, BufReader};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Stdio};

/// Runs `program` of the chapter at `executable` again and again, and sends
/// SIGINT to its process group after its first line, after its second, and so
/// on, until it ends by itself. Each time: no process that it started is left,
/// and no shared memory with a name.
///
/// # Panics
///
/// When something is left, or the program cannot be started.
pub fn leaves_nothing(executable: &str, program: &str, arguments: &[&str]) {
    // Under a shell that ignores SIGINT (`cmd &`) the programs would too.
    // SAFETY: sets the default action; no handler is involved.
    unsafe { libc::signal(libc::SIGINT, libc::SIG_DFL) };
    let shared_memory_before = shared_memory();
    for lines in 0.. {
        let marker = format!("{}-{program}-{lines}", std::process::id());
        let mut child = Command::new(executable)
            .arg(program)
            .args(arguments)
            .env(left_behind::MARKER, &marker)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let read = output.by_ref().take(lines).count();
        let group = Pid::from_child(&child);
        let _ = kill_process_group(group, Signal::INT);
        let status = child.wait().unwrap();
        let left = processes(&marker);
        assert!(left.is_empty(), "{program}, after {lines} lines: still there: {left:?}");
        let named = named_since(&shared_memory_before);
        assert!(named.is_empty(), "{program}, after {lines} lines: shared memory left: {named:?}");
        if read < lines {
            assert_eq!(status.signal(), None, "{program} had ended before the signal");
            return;
        }
    }
}

/// The names of all programs of the chapter at `executable`.
///
/// # Panics
///
/// When it does not list them.
pub fn programs(executable: &str) -> Vec<String> {
    let listing = Command::new(executable).arg("--list=json").output().unwrap().stdout;
    let listing: tour::Listing = serde_json::from_slice(&listing).unwrap();
    listing.programs.into_iter().map(|program| program.name).collect()
}
