//! Limits of this process, lowered: descriptors, threads, memory. What runs out says so.

use rustix::process::{Pid, Resource, Rlimit, WaitId, WaitIdOptions, getrlimit, setrlimit, waitid};
use std::error::Error;
use std::fs::File;
use std::time::Duration;

/// After this long without its outcome a scene fails rather than hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// This process may have `count` descriptors from now on.
pub fn lower_descriptors(count: u64) {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: Some(count), ..limit }).unwrap();
}

/// Opens files until there is no descriptor left.
pub fn fill_descriptors() -> Vec<File> {
    std::iter::from_fn(|| File::open("/dev/null").ok()).collect()
}

/// An error with all of its sources.
pub fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text = format!("{text}: {error}");
        next = error.source();
    }
    text
}

/// Whether the lack of descriptors is the reason, and is said.
pub fn is_out_of_descriptors(error: &dyn Error) -> bool {
    causes(error).contains("Too many open files")
}

/// How many descriptors this process has.
pub fn descriptors() -> usize {
    // One of them is the directory's.
    std::fs::read_dir("/proc/self/fd").unwrap().count() - 1
}

/// Makes this process one of a user who has no other. False if only root could do so.
pub fn become_nobody() -> bool {
    let user = 1_000_000 + std::process::id();
    // SAFETY: these only change who this process is, and whether it may look at itself.
    rustix::process::getuid().is_root()
        && unsafe {
            libc::setresuid(user, user, user) == 0 && libc::prctl(libc::PR_SET_DUMPABLE, 1) == 0
        }
}

/// This process may have no further thread or process but `extra`; for that it becomes that of a user who has no other. False if only
/// root could do so.
pub fn lower_threads(extra: u64) -> bool {
    // Others of a user come and go.
    if !become_nobody() && (rustix::process::getuid().is_root() || extra > 0) {
        return false;
    }
    let now = std::fs::read_dir("/proc/self/task").unwrap().count() as u64;
    let limit = getrlimit(Resource::Nproc);
    setrlimit(Resource::Nproc, Rlimit { current: Some(now + extra), ..limit }).unwrap();
    true
}

/// This process may have so many bytes of addresses more than it has now. Returns the limit that it had.
pub fn lower_memory(more: u64) -> Rlimit {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = status.split_whitespace().next().unwrap().parse().unwrap();
    let limit = getrlimit(Resource::As);
    let current = pages * rustix::param::page_size() as u64 + more;
    setrlimit(Resource::As, Rlimit { current: Some(current), ..limit }).unwrap();
    limit
}

/// Waits until these children have ended, and collects none of them.
pub fn until_ended(children: &[u32]) {
    for &child in children {
        let id = WaitId::Pid(Pid::from_raw(child as i32).unwrap());
        waitid(id, WaitIdOptions::EXITED | WaitIdOptions::NOWAIT).unwrap();
    }
}
