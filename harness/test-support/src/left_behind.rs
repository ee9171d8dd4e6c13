//! What a test left behind: processes, and shared memory with a name.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::time::{Duration, Instant};

/// A variable of the environment: all have it that a marked process started.
pub const MARKER: &str = "EVERY_INTERLEAVING_TEST";

/// Long enough for what is about to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// The names in `/dev/shm`.
pub fn shared_memory() -> BTreeSet<OsString> {
    std::fs::read_dir("/dev/shm")
        .map(|entries| entries.flatten().map(|entry| entry.file_name()).collect())
        .unwrap_or_default()
}

/// The names in `/dev/shm` that were not there before, and stay: other programs
/// of the machine may have some for a moment.
pub fn named_since(before: &BTreeSet<OsString>) -> Vec<OsString> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let new: Vec<_> = shared_memory().difference(before).cloned().collect();
        if new.is_empty() || Instant::now() >= deadline {
            return new;
        }
        std::thread::yield_now();
    }
}

/// The processes with this value of [`MARKER`] that do not come to their end.
///
/// # Panics
///
/// When the processes cannot be listed.
pub fn processes(marker: &str) -> Vec<String> {
    with_marker(marker).into_iter().filter(|&pid| outlives(pid)).map(describe).collect()
}

fn with_marker(marker: &str) -> Vec<i32> {
    let marker = format!("{MARKER}={marker}");
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    all.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid: &i32| {
            std::fs::read(format!("/proc/{pid}/environ"))
                .is_ok_and(|environ| environ.split(|&b| b == 0).any(|v| v == marker.as_bytes()))
        })
        .collect()
}

/// Whether the process is still there after a while.
fn outlives(pid: i32) -> bool {
    let Ok(pidfd) = pidfd_open(Pid::from_raw(pid).unwrap(), PidfdFlags::empty()) else {
        return false;
    };
    let patience = Timespec { tv_sec: PATIENCE.as_secs() as i64, tv_nsec: 0 };
    poll(&mut [PollFd::new(&pidfd, PollFlags::IN)], Some(&patience)).unwrap() == 0
}

fn describe(pid: i32) -> String {
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    format!("{pid}: {}", String::from_utf8_lossy(&line).replace('\0', " "))
}
