//! Looking again a few times before going to sleep, where that helps.

use crate::ring::Refusal;
use std::cell::Cell;
use std::hint;
use std::thread;

/// How many looks there are, and how long the pause before each is. Who looks all the time finds an item or two, where a whole batch
/// was on its way.
const LOOKS: u32 = 32;
const PAUSE: u32 = 8;
/// Then another thread may go first so many times: the other side may be on its way, and need this CPU.
const YIELDS: u32 = 8;
/// How many waits of a thread go by before it spins. A program of few waits gains nothing by it, and whoever explores one
/// would have every look to order.
const BEFORE: u32 = 4;
/// How many waits go by before the number of CPUs is asked for again, where there is one.
const ALONE: u32 = 16_384;

thread_local! {
    /// How many waits of this thread will not spin.
    static WAITS: Cell<u32> = const { Cell::new(BEFORE) };
    /// Whether this thread has seen that there are several CPUs.
    static PARALLEL: Cell<bool> = const { Cell::new(false) };
}

/// Calls `look` a few times with pauses in between, and returns what it found.
/// Gives up at once if a gate is shut.
///
/// It pays if the other side is running on another CPU now, which nobody says. Where it does not pay, it costs some
/// microseconds before a sleep that costs as much. With one CPU it never pays.
///
/// A caller could do the same with `try_put` and `try_get`, so nothing rests
/// on it; what may go wrong comes after it.
pub(crate) fn spin<T>(mut look: impl FnMut() -> Result<T, Refusal>) -> Option<T> {
    let left = WAITS.get();
    if left > 0 {
        WAITS.set(left - 1);
        return None;
    }
    if !PARALLEL.get() {
        if thread::available_parallelism().is_ok_and(|cpus| cpus.get() == 1) {
            WAITS.set(ALONE);
            return None;
        }
        PARALLEL.set(true);
    }
    for step in 0..LOOKS + YIELDS {
        if step < LOOKS {
            (0..PAUSE).for_each(|_| hint::spin_loop());
        } else {
            thread::yield_now();
        }
        match look() {
            Ok(found) => return Some(found),
            Err(Refusal::Shut) => return None,
            Err(Refusal::NothingFree | Refusal::OthersWait) => {}
        }
    }
    None
}
