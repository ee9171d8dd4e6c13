//! A reentrant mutex whose waiters notice that its holder died.
//!
//! The idea is that of a futex mutex (Drepper, "Futexes Are Tricky", 2011,
//! mutex 2), with the holder's name in the word itself instead of a mere
//! "locked". A waiter sleeps for a moment at a time; when it wakes and finds
//! the same holder it asks the system whether that holder still lives, and
//! takes the lock over if not. The kernel's own list of robust futexes would
//! tell at once, but a process has one such list and the C library owns it.
//!
//! The algorithm knows the system through the trait [`System`] only, and
//! `std`'s atomics otherwise.

use super::owner::Owner;
use std::sync::atomic::{
    AtomicU32, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use std::time::{Duration, Instant};

/// What the algorithm asks of the system.
pub(crate) trait System {
    /// The calling thread.
    fn me(&self) -> Owner;
    /// False once `owner` has ended.
    fn is_alive(&self, owner: Owner) -> bool;
    /// Sleeps until [`wake_one`](System::wake_one), at most `at_most`; returns at once if
    /// the low half of `word` is no longer that of `expected`; may return for
    /// no reason.
    fn wait(&self, word: &AtomicU64, expected: u64, at_most: Duration);
    /// Wakes one of those who wait on `word`, if any.
    fn wake_one(&self, word: &AtomicU64);
}

/// The lock as it lies in shared memory; all zeros is a free lock.
#[derive(Debug, Default)]
#[repr(C)]
pub(crate) struct LockWord {
    /// From the low bits up: the holder's id (30 bits, 0 = free), [`DIED`],
    /// [`WAITERS`], the holder's start time (32 bits).
    word: AtomicU64,
    /// How often the holder holds it. Touched by the holder only.
    depth: AtomicU32,
    _reserved: AtomicU32,
}

/// Somebody may be asleep: whoever releases must wake one.
const WAITERS: u64 = 1 << 31;
/// A holder died, and nobody has been told yet.
const DIED: u64 = 1 << 30;
const ID: u64 = DIED - 1;
const OWNER: u64 = (u32::MAX as u64) << 32 | ID;

/// How long a waiter sleeps before it looks whether the holder still lives.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// A short critical section on another core ends sooner than a sleep begins.
const SPINS: u32 = 100;

fn name(owner: Owner) -> u64 {
    u64::from(owner.started) << 32 | u64::from(owner.id)
}

fn owner(word: u64) -> Owner {
    Owner { id: (word & ID) as u32, started: (word >> 32) as u32 }
}

fn is_free(word: u64) -> bool {
    word & ID == 0
}

impl LockWord {
    /// Takes the lock, once more if the caller has it already. Waits until
    /// `deadline`; `None` waits for ever. False if the time ran out.
    ///
    /// # Panics
    ///
    /// If the caller holds it 2³² − 1 times already.
    pub(crate) fn acquire(&self, system: &impl System, deadline: Option<Instant>) -> bool {
        let me = name(system.me());
        let word = self.word.load(Relaxed);
        if word & OWNER == me {
            let depth = self.depth.load(Relaxed).checked_add(1);
            self.depth.store(depth.expect("a lock is held 2^32 times"), Relaxed);
            return true;
        }
        let taken = self.take_if_free(word, me) || self.wait_and_take(system, me, deadline);
        if taken {
            self.depth.store(1, Relaxed);
        }
        taken
    }

    fn take_if_free(&self, word: u64, me: u64) -> bool {
        is_free(word)
            && self.word.compare_exchange(word, word & !OWNER | me, Acquire, Relaxed).is_ok()
    }

    fn wait_and_take(&self, system: &impl System, me: u64, deadline: Option<Instant>) -> bool {
        for _ in 0..SPINS {
            let word = self.word.load(Relaxed);
            if self.take_if_free(word, me) {
                return true;
            }
            if word & WAITERS != 0 {
                break;
            }
            std::hint::spin_loop();
        }
        // From here on the lock is taken with WAITERS set: others may sleep
        // beside this thread, and it cannot tell.
        let mut slept_at = None;
        loop {
            let word = self.word.load(Relaxed);
            let dead = slept_at == Some(word) && !system.is_alive(owner(word));
            if is_free(word) || dead {
                let died = if dead { DIED } else { word & DIED };
                let mine = me | WAITERS | died;
                if self.word.compare_exchange(word, mine, Acquire, Relaxed).is_ok() {
                    return true;
                }
                continue;
            }
            let left = match deadline {
                None => LOOK_EVERY,
                Some(deadline) => deadline.saturating_duration_since(Instant::now()),
            };
            if left.is_zero() && slept_at.is_none() {
                return false;
            }
            let waiting = word | WAITERS;
            if word != waiting
                && self.word.compare_exchange(word, waiting, Relaxed, Relaxed).is_err()
            {
                continue;
            }
            if left.is_zero() {
                // The wake-up of a release may have been spent on this thread:
                // WAITERS, set again, hands it on to those who still sleep.
                return false;
            }
            system.wait(&self.word, waiting, left.min(LOOK_EVERY));
            slept_at = Some(waiting);
        }
    }

    /// Gives back one level; false, and nothing happens, if the caller does
    /// not hold the lock.
    pub(crate) fn release(&self, system: &impl System) -> bool {
        if !self.is_held_by_me(system) {
            return false;
        }
        let depth = self.depth.load(Relaxed) - 1;
        self.depth.store(depth, Relaxed);
        if depth == 0 {
            let word = self.word.fetch_and(DIED, Release);
            if word & WAITERS != 0 {
                system.wake_one(&self.word);
            }
        }
        true
    }

    /// Whether a holder died since this was last asked. Only the holder may ask.
    pub(crate) fn take_notice_of_death(&self) -> bool {
        self.word.load(Relaxed) & DIED != 0 && self.word.fetch_and(!DIED, Relaxed) & DIED != 0
    }

    pub(crate) fn is_held_by_me(&self, system: &impl System) -> bool {
        self.word.load(Relaxed) & OWNER == name(system.me())
    }

    /// Whether anybody holds it. Out of date as soon as it is known.
    pub(crate) fn is_held(&self) -> bool {
        !is_free(self.word.load(Relaxed))
    }
}
