//! The descriptors of an explored program: what each leads to.

use std::cell::RefCell;
use std::ffi::{CString, c_int, c_long};
use std::sync::atomic::AtomicUsize;

use super::found;
use crate::machine::{arena, chance};

/// What an explored program has opened.
#[derive(Clone, PartialEq)]
pub(super) enum What {
    /// A device that gives random numbers.
    Random,
    /// The device that has nothing to read and keeps nothing.
    Null,
    /// A file that it reads, which execution's file that is, and its path.
    File(usize, CString),
    /// What it waits by, or for.
    Waits(Kept),
}

#[derive(Default)]
struct Opened {
    /// The descriptors.
    has: Vec<(c_int, What)>,
    /// How many files it has opened in this execution.
    files: usize,
}

thread_local! {
    static OPENED: RefCell<Opened> = const { RefCell::new(Opened { has: Vec::new(), files: 0 }) };
}

/// What the explored program has by this descriptor. A thread-local that is destroyed already knows nothing.
pub(super) fn what_is(descriptor: c_int) -> Option<What> {
    if !arena::is_explored() {
        return None;
    }
    let find = |opened: &RefCell<Opened>| {
        let opened = opened.borrow();
        opened.has.iter().find(|(other, _)| *other == descriptor).map(|(_, what)| what.clone())
    };
    arena::outside(|| OPENED.try_with(find).ok().flatten())
}

/// By what, or for what, the explored program waits by this descriptor.
pub(super) fn waits(descriptor: c_int) -> Option<Kept> {
    if !arena::is_explored() {
        return None;
    }
    let find = |opened: &RefCell<Opened>| {
        let opened = opened.borrow();
        opened.has.iter().find_map(|(other, what)| match what {
            What::Waits(kept) if *other == descriptor => Some(*kept),
            _ => None,
        })
    };
    arena::outside(|| OPENED.try_with(find).ok().flatten())
}

/// By what, or for what, an explored program waits: by its number in [`crate::machine::reactor`].
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kept {
    Poller(usize),
    Number(usize),
    /// One of two.
    Socket(usize),
}

/// From here on the explored program has this descriptor, by a number that does not depend on what other threads have opened before.
pub(super) fn keeps(descriptor: c_int, what: What) -> c_int {
    let tid = chance::current().unwrap_or(0);
    let first = FIRST_OF_A_THREAD + tid as c_long * EACH_THREAD;
    // SAFETY: the descriptor is open, and this one's own. Where there are no such numbers, it keeps the one that it has.
    let (cloexec, own) = unsafe {
        let flags = libc::fcntl(descriptor, libc::F_GETFD);
        (flags & libc::FD_CLOEXEC != 0, real_fcntl(descriptor, libc::F_DUPFD_CLOEXEC, first))
    };
    let descriptor = if own < 0 {
        descriptor
    } else {
        // SAFETY: both are open, and nobody else has them.
        unsafe {
            real_close(descriptor);
            if !cloexec {
                libc::fcntl(own, libc::F_SETFD, 0);
            }
        }
        own
    };
    arena::outside(|| OPENED.with_borrow_mut(|opened| opened.has.push((descriptor, what))));
    descriptor
}

/// Where the numbers of a thread's descriptors begin, and how many are its own. All together stay below the usual limit of 1024.
const FIRST_OF_A_THREAD: c_long = 64;
const EACH_THREAD: c_long = 14;

/// The number of another file that this execution opens.
pub(super) fn next_file() -> usize {
    OPENED.with_borrow_mut(|opened| {
        opened.files += 1;
        opened.files
    })
}

/// Closes what the last execution left open.
pub(super) fn close_all() {
    let opened = OPENED.with_borrow_mut(std::mem::take);
    for (descriptor, _) in opened.has {
        // SAFETY: the execution has opened it, and nobody has it any more.
        unsafe { libc::close(descriptor) };
    }
}

/// The explored program has this descriptor no more; whether there is no other of the same.
pub(super) fn forget(descriptor: c_int) -> bool {
    let forget = |opened: &RefCell<Opened>| {
        let has = &mut opened.borrow_mut().has;
        let Some(at) = has.iter().position(|(other, _)| *other == descriptor) else { return false };
        let (_, what) = has.remove(at);
        has.iter().all(|(_, other)| *other != what)
    };
    // A thread-local that is destroyed already has nothing to forget.
    arena::outside(|| OPENED.try_with(forget).unwrap_or(false))
}

/// The C library's `fcntl`, past the one here.
///
/// # Safety
///
/// As for the function of the C library.
pub(super) unsafe fn real_fcntl(descriptor: c_int, command: c_int, argument: c_long) -> c_int {
    // SAFETY: the caller's promise.
    real!(c"fcntl", fn(c_int, c_int, c_long) -> c_int)
        .map_or(-1, |real| unsafe { real(descriptor, command, argument) })
}

/// The C library's `close`, past the one here.
///
/// # Safety
///
/// As for the function of the C library.
pub(super) unsafe fn real_close(descriptor: c_int) -> c_int {
    // SAFETY: the caller's promise.
    real!(c"close", fn(c_int) -> c_int).map_or(-1, |real| unsafe { real(descriptor) })
}
