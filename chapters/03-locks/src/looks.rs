//! How often a thread looks again before it goes to the queue of a lock.

use std::cell::Cell;
use std::hint;
use std::thread;

/// How often to look.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Looks {
    /// So often in each wait.
    Always(u32),
    /// Not in the first waits of a thread, and then [`MANY`].
    ByPractice,
}

/// They take about as long as the way into a sleep and out of it.
const MANY: u32 = 10;
/// How many waits of a thread, for any lock, go by before it looks. A program of few waits gains nothing by it, and whoever
/// explores one would have every look to order. Nobody else sees the count, so it orders nothing either.
const BEFORE: u32 = 4;

thread_local! {
    /// How many waits of this thread are still without a look.
    static WAITS: Cell<u32> = const { Cell::new(BEFORE) };
}

impl Looks {
    /// The number for the wait that begins now, which is counted.
    pub(crate) fn now(self) -> u32 {
        match self {
            Looks::Always(looks) => looks,
            Looks::ByPractice => match WAITS.get() {
                0 => MANY,
                left => {
                    WAITS.set(left - 1);
                    0
                }
            },
        }
    }
}

/// Lets a little time pass: first by doing nothing, twice as long each time, and then by letting another thread run, who may be the one
/// that holds the lock. `parking_lot` waits in this way.
pub(crate) fn pause(look: u32) {
    if look < 3 {
        for _ in 0..2 << look {
            hint::spin_loop();
        }
    } else {
        thread::yield_now();
    }
}

#[cfg(test)]
mod tests {
    use super::{BEFORE, Looks, MANY};

    #[test]
    fn a_thread_looks_once_it_has_waited_a_few_times() {
        let first = || (0..=BEFORE).map(|_| Looks::ByPractice.now()).collect::<Vec<_>>();
        assert_eq!(first(), [0, 0, 0, 0, MANY]);
        assert_eq!(Looks::ByPractice.now(), MANY);
        // Each thread for itself.
        assert_eq!(std::thread::spawn(first).join().unwrap(), [0, 0, 0, 0, MANY]);
    }

    #[test]
    fn a_number_that_was_asked_for_stays() {
        assert_eq!(
            [0, 3].map(|looks| [(); 9].map(|()| Looks::Always(looks).now())),
            [[0; 9], [3; 9]]
        );
    }
}
