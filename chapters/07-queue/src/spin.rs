//! Looking again a few times before going to sleep, where that helps.

use crate::ring::Refusal;
use std::cell::Cell;
use std::hint;
use std::thread;

/// With each look the pause before it doubles, up to the last of these.
const PAUSES: u32 = 7;
/// Then another thread may go first: the other side may be on its way, and need this CPU.
const YIELDS: u32 = 8;
/// How many waits of a thread go by between two that spin, at first and at
/// most.
const FIRST: u32 = 16;
const MOST: u32 = 64;
/// How many waits go by before the number of CPUs is asked for again, where there is one.
const ALONE: u32 = 16_384;

thread_local! {
    /// How many waits of this thread will not spin, and how many did not before.
    static PATIENCE: Cell<(u32, u32)> = const { Cell::new((FIRST, FIRST)) };
    /// Whether this thread has seen that there are several CPUs.
    static PARALLEL: Cell<bool> = const { Cell::new(false) };
}

/// Calls `look` a few times with pauses in between, and returns what it found.
/// Gives up at once if a gate is shut.
///
/// Whether that pays depends on whether the other side is running on another
/// CPU now, which nobody says. So each thread learns it: as long as spinning
/// helps it goes on, and when it did not, it is tried more seldom. With one CPU
/// it never pays.
///
/// A caller could do the same with `try_put` and `try_get`, so nothing rests
/// on it; what may go wrong comes after it.
pub(crate) fn spin<T>(mut look: impl FnMut() -> Result<T, Refusal>) -> Option<T> {
    let (left, before) = PATIENCE.get();
    if left > 0 {
        PATIENCE.set((left - 1, before));
        return None;
    }
    if !PARALLEL.get() {
        if thread::available_parallelism().is_ok_and(|cpus| cpus.get() == 1) {
            PATIENCE.set((ALONE, FIRST));
            return None;
        }
        PARALLEL.set(true);
    }
    for step in 0..PAUSES + YIELDS {
        if step < PAUSES {
            (0..1 << step).for_each(|_| hint::spin_loop());
        } else {
            thread::yield_now();
        }
        match look() {
            Ok(found) => {
                PATIENCE.set((0, FIRST));
                return Some(found);
            }
            Err(Refusal::Shut) => return None,
            Err(Refusal::NothingFree) => {}
        }
    }
    let now = (before * 2).min(MOST);
    PATIENCE.set((now, now));
    None
}
