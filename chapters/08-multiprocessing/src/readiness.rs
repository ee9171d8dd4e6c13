//! Waiting until a descriptor can be read.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// Blocks until reading `fd` would not block, at most `timeout` (`None`: for
/// ever). False if the time ran out. A pidfd can be read once its process ended.
pub(crate) fn readable(fd: impl AsFd, timeout: Option<Duration>) -> io::Result<bool> {
    // A time-out beyond what a clock can hold is as good as none.
    readable_until(fd, timeout.and_then(|timeout| Instant::now().checked_add(timeout)))
}

/// As [`readable`], until a moment.
pub(crate) fn readable_until(fd: impl AsFd, deadline: Option<Instant>) -> io::Result<bool> {
    loop {
        let left = deadline.map(|deadline| {
            let left = deadline.saturating_duration_since(Instant::now());
            Timespec { tv_sec: left.as_secs() as i64, tv_nsec: left.subsec_nanos().into() }
        });
        match poll(&mut [PollFd::new(&fd, PollFlags::IN)], left.as_ref()) {
            Ok(0) => return Ok(false),
            Ok(_) => return Ok(true),
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
