//! A reentrant mutex whose waiters notice that its holder died.
//!
//! The idea is that of a futex mutex (Drepper, "Futexes Are Tricky", 2011,
//! mutex 2), with the holder's name in the word itself instead of a mere
//! "locked". A waiter sleeps for a moment at a time; when it wakes and finds
//! the same holder it asks the system whether that holder still lives, and
//! takes the lock over if not. The kernel's own list of robust futexes would
//! tell at once, but a process has one such list and the C library owns it.

use crate::owner::Owner;
use crate::system::{System, nap};
use std::sync::atomic::{
    AtomicU32, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use std::time::Instant;

/// The lock as it lies in shared memory; all zeros is a free lock.
#[derive(Debug, Default)]
#[repr(C)]
pub struct LockWord {
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

impl Owner {
    pub(crate) fn to_bits(self) -> u64 {
        u64::from(self.started) << 32 | u64::from(self.id)
    }

    pub(crate) fn from_bits(bits: u64) -> Owner {
        Owner { id: (bits & ID) as u32, started: (bits >> 32) as u32 }
    }
}

fn is_free(word: u64) -> bool {
    word & ID == 0
}

impl LockWord {
    /// Takes the lock, once more if the caller has it already. Waits until
    /// `deadline`; `None` waits for ever. False if the time ran out.
    ///
    /// ```
    /// use ch08_sync::{LockWord, model::World};
    /// use std::time::Instant;
    ///
    /// let world = World::default();
    /// let (me, other) = (world.thread(1), world.thread(2));
    /// let lock = LockWord::default();
    /// assert!(lock.acquire(&me, None));
    /// assert!(lock.acquire(&me, None), "the holder may take it again");
    /// assert!(!lock.acquire(&other, Some(Instant::now())), "not in time");
    /// ```
    ///
    /// # Panics
    ///
    /// If the caller holds it 2³² − 1 times already.
    #[inline]
    pub fn acquire(&self, system: &impl System, deadline: Option<Instant>) -> bool {
        let me = system.me().to_bits();
        if self.take_if_free(0, me) {
            self.depth.store(1, Relaxed);
            return true;
        }
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

    /// As [`acquire`](LockWord::acquire), but one who has the lock already
    /// waits for it like everybody else.
    ///
    /// ```
    /// use ch08_sync::{LockWord, model::World};
    /// use std::time::Instant;
    ///
    /// let world = World::default();
    /// let me = world.thread(1);
    /// let lock = LockWord::default();
    /// assert!(lock.acquire_once(&me, None));
    /// assert!(!lock.acquire_once(&me, Some(Instant::now())), "not even the holder");
    /// ```
    pub fn acquire_once(&self, system: &impl System, deadline: Option<Instant>) -> bool {
        let me = system.me().to_bits();
        let word = self.word.load(Relaxed);
        let taken = self.take_if_free(word, me) || self.wait_and_take(system, me, deadline);
        if taken {
            self.depth.store(1, Relaxed);
        }
        taken
    }

    /// Takes the lock `depth` times at once; waits as long as it must.
    pub(crate) fn acquire_levels(&self, system: &impl System, depth: u32) {
        self.acquire_once(system, None);
        self.depth.store(depth, Relaxed);
    }

    #[inline]
    fn take_if_free(&self, word: u64, me: u64) -> bool {
        is_free(word)
            && self.word.compare_exchange(word, word & !OWNER | me, Acquire, Relaxed).is_ok()
    }

    #[cold]
    fn wait_and_take(&self, system: &impl System, me: u64, deadline: Option<Instant>) -> bool {
        // From here on the lock is taken with WAITERS set: others may sleep
        // beside this thread, and it cannot tell.
        let mut slept_at = None;
        loop {
            let word = self.word.load(Relaxed);
            let dead = slept_at == Some(word) && !system.is_alive(Owner::from_bits(word));
            if is_free(word) || dead {
                let died = if dead { DIED } else { word & DIED };
                let mine = me | WAITERS | died;
                if self.word.compare_exchange(word, mine, Acquire, Relaxed).is_ok() {
                    return true;
                }
                continue;
            }
            let nap = nap(deadline);
            if nap.is_zero() && slept_at.is_none() {
                return false;
            }
            let waiting = word | WAITERS;
            if word != waiting
                && self.word.compare_exchange(word, waiting, Relaxed, Relaxed).is_err()
            {
                continue;
            }
            if nap.is_zero() {
                // The wake-up of a release may have been spent on this thread:
                // WAITERS, set again, hands it on to those who still sleep.
                return false;
            }
            system.wait(&self.word, waiting, nap);
            slept_at = Some(waiting);
        }
    }

    /// Gives back one level; false, and nothing happens, if the caller does
    /// not hold the lock.
    ///
    /// ```
    /// use ch08_sync::{LockWord, model::World};
    ///
    /// let world = World::default();
    /// let me = world.thread(1);
    /// let lock = LockWord::default();
    /// assert!(!lock.release(&me), "it is not held");
    /// lock.acquire(&me, None);
    /// lock.acquire(&me, None);
    /// assert!(lock.release(&me));
    /// assert!(lock.is_held(), "one level is left");
    /// ```
    #[inline]
    pub fn release(&self, system: &impl System) -> bool {
        // The most frequent case in one step: the last level, nobody asleep,
        // nothing to tell. It fails for one who does not hold the lock.
        let me = system.me().to_bits();
        if self.depth.load(Relaxed) == 1
            && self.word.compare_exchange(me, 0, Release, Relaxed).is_ok()
        {
            return true;
        }
        if !self.is_held_by_me(system) {
            return false;
        }
        let depth = self.depth.load(Relaxed) - 1;
        self.depth.store(depth, Relaxed);
        if depth == 0 {
            self.free(system);
        }
        true
    }

    /// Gives back all levels of whoever holds it; false, and nothing happens,
    /// if nobody does.
    ///
    /// ```
    /// use ch08_sync::{LockWord, model::World};
    ///
    /// let world = World::default();
    /// let (me, other) = (world.thread(1), world.thread(2));
    /// let lock = LockWord::default();
    /// lock.acquire(&other, None);
    /// assert!(lock.release_anyones(&me));
    /// assert!(!lock.is_held());
    /// ```
    pub fn release_anyones(&self, system: &impl System) -> bool {
        self.free(system)
    }

    /// Gives back all levels of the caller, who must hold it; returns how many.
    pub(crate) fn release_all(&self, system: &impl System) -> u32 {
        let depth = self.depth.load(Relaxed);
        self.free(system);
        depth
    }

    #[inline]
    fn free(&self, system: &impl System) -> bool {
        let word = self.word.fetch_and(DIED, Release);
        if word & WAITERS != 0 {
            system.wake(&self.word, 1);
        }
        !is_free(word)
    }

    /// Whether a holder died since this was last asked. Only the holder may ask.
    ///
    /// ```
    /// use ch08_sync::{LockWord, model::World};
    ///
    /// let world = World::with_deaths();
    /// let (me, other) = (world.thread(1), world.thread(2));
    /// let lock = LockWord::default();
    /// lock.acquire(&other, None);
    /// world.die(other);
    /// assert!(lock.acquire(&me, None), "the dead do not keep it");
    /// assert!(lock.take_notice_of_death());
    /// assert!(!lock.take_notice_of_death(), "one is told once");
    /// ```
    #[inline]
    pub fn take_notice_of_death(&self) -> bool {
        self.word.load(Relaxed) & DIED != 0 && self.word.fetch_and(!DIED, Relaxed) & DIED != 0
    }

    /// Whether the caller holds it.
    ///
    /// ```
    /// use ch08_sync::{LockWord, model::World};
    ///
    /// let world = World::default();
    /// let (me, other) = (world.thread(1), world.thread(2));
    /// let lock = LockWord::default();
    /// lock.acquire(&me, None);
    /// assert!(lock.is_held_by_me(&me));
    /// assert!(!lock.is_held_by_me(&other));
    /// ```
    #[inline]
    pub fn is_held_by_me(&self, system: &impl System) -> bool {
        self.word.load(Relaxed) & OWNER == system.me().to_bits()
    }

    /// Whether anybody holds it. Out of date as soon as it is known.
    ///
    /// ```
    /// use ch08_sync::{LockWord, model::World};
    ///
    /// let world = World::default();
    /// let me = world.thread(1);
    /// let lock = LockWord::default();
    /// assert!(!lock.is_held());
    /// lock.acquire(&me, None);
    /// assert!(lock.is_held());
    /// ```
    pub fn is_held(&self) -> bool {
        !is_free(self.word.load(Relaxed))
    }
}
