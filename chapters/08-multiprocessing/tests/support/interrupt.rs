//! Ctrl-C in the middle of a program: nothing of it may stay behind.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Stdio};

/// Runs `program` of the chapter at `executable` again and again, and sends
/// SIGINT to its process group after its first line, after its second, and so
/// on, until it ends by itself. Each time: no process that it started is left,
/// and no shared memory with a name.
pub fn leaves_nothing(executable: &str, program: &str, arguments: &[&str]) {
    // Under a shell that ignores SIGINT (`cmd &`) the programs would too.
    // SAFETY: sets the default action; no handler is involved.
    unsafe { libc::signal(libc::SIGINT, libc::SIG_DFL) };
    let shared_memory_before = shared_memory();
    for lines in 0.. {
        let marker = format!("EVERY_INTERLEAVING_TEST={}-{program}-{lines}", std::process::id());
        let (name, value) = marker.split_once('=').unwrap();
        let mut child = Command::new(executable)
            .arg(program)
            .args(arguments)
            .env(name, value)
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
        let left: Vec<String> =
            with_marker(&marker).into_iter().filter(|&pid| outlives(pid)).map(describe).collect();
        assert!(left.is_empty(), "{program}, after {lines} lines: still there: {left:?}");
        let named: Vec<_> = shared_memory().difference(&shared_memory_before).cloned().collect();
        assert!(named.is_empty(), "{program}, after {lines} lines: shared memory left: {named:?}");
        if read < lines {
            assert_eq!(status.signal(), None, "{program} had ended before the signal");
            return;
        }
    }
}

fn shared_memory() -> BTreeSet<OsString> {
    std::fs::read_dir("/dev/shm")
        .map(|entries| entries.flatten().map(|entry| entry.file_name()).collect())
        .unwrap_or_default()
}

/// The processes that have `marker` in their environment, as all have that a
/// marked process started.
fn with_marker(marker: &str) -> Vec<i32> {
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    all.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid: &i32| {
            std::fs::read(format!("/proc/{pid}/environ"))
                .is_ok_and(|environ| environ.split(|&b| b == 0).any(|v| v == marker.as_bytes()))
        })
        .collect()
}

/// Whether the process is still there after a while that is long enough for
/// one that is about to end.
fn outlives(pid: i32) -> bool {
    let Ok(pidfd) = pidfd_open(Pid::from_raw(pid).unwrap(), PidfdFlags::empty()) else {
        return false;
    };
    let patience = Timespec { tv_sec: 10, tv_nsec: 0 };
    poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], Some(&patience)).unwrap() == 0
}

fn describe(pid: i32) -> String {
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    format!("{pid}: {}", String::from_utf8_lossy(&line).replace('\0', " "))
}

/// The names of all programs of the chapter at `executable`.
pub fn programs(executable: &str) -> Vec<String> {
    let listing = Command::new(executable).arg("--list=json").output().unwrap().stdout;
    let listing: tour::Listing = serde_json::from_slice(&listing).unwrap();
    listing.programs.into_iter().map(|program| program.name).collect()
}
