//! What runs between the launcher and the program, in a process of its own.
//!
//! | process | module | does |
//! |---|---|---|
//! | keeper | [`keeper`] | leaves the launcher's namespaces; watches the clock and the launcher; accounts |
//! | first | [`first`] | process 1 of the jail: builds its file system ([`root`]), reaps |
//! | program | [`program`] | gives up everything that it can do without, then executes the program |
//!
//! The launcher may have threads, so it cannot fork: it executes itself again
//! and [`keeper::keep`] begins in a process with one thread, which can.

mod filter;
mod first;
mod identity;
mod keeper;
mod memory;
mod paths;
mod prepared;
mod program;
mod root;

pub(crate) use filter::landlock_version;
pub(crate) use keeper::keep;

use std::io;

/// The child gets `None`.
///
/// Only for processes with one thread: the child goes on with locks and the
/// allocator as this thread left them.
fn fork() -> io::Result<Option<rustix::process::Pid>> {
    // SAFETY: the inner stage never starts a thread, so the child has all the threads of its parent.
    match unsafe { libc::fork() } {
        0 => Ok(None),
        pid => rustix::process::Pid::from_raw(pid)
            .filter(|_| pid > 0)
            .map(Some)
            .ok_or_else(io::Error::last_os_error),
    }
}
