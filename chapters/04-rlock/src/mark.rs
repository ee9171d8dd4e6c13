//! A number for each thread, which no other thread ever had or will have.
//!
//! `std` has [`ThreadId`](std::thread::ThreadId), but no atomic can hold one.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// No thread's mark.
pub(crate) const NOBODY: u64 = 0;

/// The calling thread's mark.
#[inline]
pub(crate) fn my_mark() -> u64 {
    thread_local! {
        static MARK: Cell<u64> = const { Cell::new(NOBODY) };
    }
    match MARK.get() {
        NOBODY => {
            MARK.set(next_mark());
            MARK.get()
        }
        mark => mark,
    }
}

#[cold]
fn next_mark() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(NOBODY);
    // One a nanosecond would last for five hundred years.
    LAST.fetch_add(1, Relaxed) + 1
}
