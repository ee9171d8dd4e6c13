//! How the fast lock works: a word, and a queue for those who must wait.
//!
//! The word says whether the lock is held, and whether anybody stands in the
//! queue. Whoever finds the lock free takes it with one exchange of the word,
//! and gives it back with another. Only the others come to the queue, whose
//! mutex is held for a few instructions and never while a thread sleeps.
//!
//! - `WAITING` is set if and only if the queue is not empty. Both change
//!   together, under the queue's mutex.
//! - A release wakes the first in the queue and takes it out, but does not keep
//!   the lock for it: a thread that runs may be faster. The one that was woken then goes back to the head of the
//!   queue. One that `wake_on_release` put there comes to the lock as a newcomer, and goes to the end if it is overtaken.
//! - No wake-up is lost: one that was taken out of the queue always tries for
//!   the lock, even if its time is up. If it does not get it, another thread
//!   has it, finds `WAITING` set when it releases, and wakes the next.
//!
//! Who has to wait may look a few times more before going to the queue. A look is
//! what `try_acquire` does, so nothing is new in it but the time that passes. Nobody
//! looks on once somebody stands in the queue, who was there before. How many looks
//! there are is said in `looks`.
//!
//! The word-and-queue division is that of `parking_lot`, which has one table of
//! queues for all locks.

use crate::looks::{Looks, pause};
use crate::{NotLocked, Waiter};
use std::collections::VecDeque;
use std::sync::atomic::{
    AtomicU32,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

const FREE: u32 = 0;
const HELD: u32 = 1;
const WAITING: u32 = 2;

pub(crate) struct QueueLock {
    word: AtomicU32,
    /// How often to look again before going to the queue.
    looks: Looks,
    queue: Mutex<VecDeque<Waiter>>,
}

impl QueueLock {
    pub(crate) const fn new(looks: Looks) -> QueueLock {
        QueueLock { word: AtomicU32::new(FREE), looks, queue: Mutex::new(VecDeque::new()) }
    }

    #[inline]
    pub(crate) fn held(&self) -> bool {
        self.word.load(Acquire) & HELD != 0
    }

    #[inline]
    pub(crate) fn try_acquire(&self) -> bool {
        match self.word.compare_exchange(FREE, HELD, Acquire, Relaxed) {
            Ok(_) => true,
            Err(word) => word & HELD == 0 && self.try_acquire_from(word).is_ok(),
        }
    }

    #[inline]
    pub(crate) fn acquire(&self) {
        if self.word.compare_exchange(FREE, HELD, Acquire, Relaxed).is_err() {
            self.acquire_or_sleep(None);
        }
    }

    #[inline]
    pub(crate) fn release(&self) -> Result<(), NotLocked> {
        match self.word.compare_exchange(HELD, FREE, Release, Relaxed) {
            Ok(_) => Ok(()),
            Err(_) => self.release_and_wake(),
        }
    }

    /// Blocks until the lock is acquired or `deadline` has passed. Says whether
    /// it was acquired.
    #[cold]
    pub(crate) fn acquire_or_sleep(&self, deadline: Option<Instant>) -> bool {
        if self.acquire_by_looking() {
            return true;
        }
        let mut first_time = true;
        loop {
            let waiter = Waiter::new();
            if self.acquire_or_join(&waiter, first_time) {
                return true;
            }
            if !waiter.sleep_until(deadline) && self.leave(&waiter) {
                return false;
            }
            // Taken out of the queue by a release: see the third rule above.
            first_time = false;
        }
    }

    /// Has `waiter` woken when the lock is next released, or at once if it is
    /// free.
    pub(crate) fn wake_on_release(&self, waiter: Waiter) {
        let mut queue = self.queue();
        let mut word = self.word.load(Relaxed);
        while word & HELD != 0 {
            match self.announce(word) {
                Ok(()) => return queue.push_back(waiter),
                Err(now) => word = now,
            }
        }
        drop(queue);
        waiter.wake();
    }

    /// Takes the lock, which was free when `word` was read.
    fn try_acquire_from(&self, mut word: u32) -> Result<(), u32> {
        while word & HELD == 0 {
            match self.word.compare_exchange(word, word | HELD, Acquire, Relaxed) {
                Ok(_) => return Ok(()),
                Err(now) => word = now,
            }
        }
        Err(word)
    }

    /// Looks whether the lock becomes free soon, and takes it. Gives up as soon as others sleep: they were here before.
    fn acquire_by_looking(&self) -> bool {
        for look in 0..self.looks.now() {
            pause(look);
            let word = self.word.load(Relaxed);
            if word & WAITING != 0 {
                return false;
            }
            if self.try_acquire_from(word).is_ok() {
                return true;
            }
        }
        false
    }

    /// Acquires the lock if it is free, and says so; else puts `waiter` into the
    /// queue, at its end or, if it has been there before, at its head.
    fn acquire_or_join(&self, waiter: &Waiter, at_the_end: bool) -> bool {
        let mut queue = self.queue();
        let mut word = self.word.load(Relaxed);
        loop {
            word = match self.try_acquire_from(word) {
                Ok(()) => return true,
                Err(held) => held,
            };
            match self.announce(word) {
                Ok(()) => break,
                Err(now) => word = now,
            }
        }
        if at_the_end {
            queue.push_back(waiter.clone());
        } else {
            queue.push_front(waiter.clone());
        }
        false
    }

    /// Sets `WAITING` on a word that is held, or fails with what it has become.
    /// To be called with the queue's mutex held.
    fn announce(&self, word: u32) -> Result<(), u32> {
        if word & WAITING != 0 {
            return Ok(());
        }
        self.word.compare_exchange(word, word | WAITING, Relaxed, Relaxed).map(drop)
    }

    /// Takes `waiter` out of the queue. Says whether it still stood there.
    fn leave(&self, waiter: &Waiter) -> bool {
        let mut queue = self.queue();
        let Some(place) = queue.iter().position(|other| other.is(waiter)) else {
            return false;
        };
        queue.remove(place);
        if queue.is_empty() {
            self.word.fetch_and(!WAITING, Relaxed);
        }
        true
    }

    #[cold]
    fn release_and_wake(&self) -> Result<(), NotLocked> {
        let mut queue = self.queue();
        let mut word = self.word.load(Relaxed);
        loop {
            if word & HELD == 0 {
                return Err(NotLocked);
            }
            let next = if queue.len() > 1 { WAITING } else { FREE };
            match self.word.compare_exchange(word, next, Release, Relaxed) {
                Ok(_) => break,
                Err(now) => word = now,
            }
        }
        let first = queue.pop_front();
        drop(queue);
        if let Some(first) = first {
            first.wake();
        }
        Ok(())
    }

    fn queue(&self) -> MutexGuard<'_, VecDeque<Waiter>> {
        // No user code runs under this mutex: even poisoned, the queue is good.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
