//! Copies of this process that a bare `fork` makes, amid whatever its threads do.

use crate::limits::PATIENCE;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, WaitOptions, kill_process, pidfd_open, waitpid};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `scene` in a copy, which ends with it.
///
/// # Panics
///
/// If the scene does, or hangs.
pub fn in_a_copy(scene: impl FnOnce()) {
    // SAFETY: the caller's: what the scene uses must be whole in a copy, which is what it is there to show.
    let copied = unsafe { libc::fork() };
    if copied == 0 {
        let code = i32::from(catch_unwind(AssertUnwindSafe(scene)).is_err());
        // SAFETY: it ends the process.
        unsafe { libc::_exit(code) };
    }
    let copy = Pid::from_raw(copied).expect("a copy is made");
    let end = pidfd_open(copy, PidfdFlags::empty()).unwrap();
    let patience = Timespec { tv_sec: PATIENCE.as_secs() as i64, tv_nsec: 0 };
    let ended = poll(&mut [PollFd::new(&end, PollFlags::IN)], Some(&patience)).unwrap() > 0;
    if !ended {
        kill_process(copy, Signal::KILL).unwrap();
    }
    let (_, status) = waitpid(Some(copy), WaitOptions::empty()).unwrap().unwrap();
    assert!(ended, "the copy hangs");
    assert_eq!(status.exit_status(), Some(0), "the copy says why");
}
