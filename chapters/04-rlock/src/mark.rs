//! A number for each thread, which no other thread ever had or will have.
//!
//! `std` has [`ThreadId`](std::thread::ThreadId), but no atomic can hold one.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// No thread's mark.
pub(crate) const NOBODY: u64 = 0;

thread_local! {
    static MARK: Cell<u64> = const { Cell::new(NOBODY) };
}

/// The calling thread's mark, or `NOBODY` if it has not needed one yet.
#[inline]
pub(crate) fn mark_so_far() -> u64 {
    MARK.get()
}

/// Gives the calling thread its mark. Not to be called twice.
#[cold]
pub(crate) fn first_mark() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(NOBODY);
    // One a nanosecond would last for five hundred years.
    let mark = LAST.fetch_add(1, Relaxed) + 1;
    MARK.set(mark);
    mark
}
