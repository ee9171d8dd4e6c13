//! Who waits for a condition, in the order of arrival.
//!
//! Each wait has an entry of its own. A notification takes entries out, so it
//! reaches exactly those that it was meant for: a thread that arrives later
//! cannot take it away, and a thread that wakes up for no reason sleeps on.

use ch03_locks::Waiter;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Default)]
pub(crate) struct WaitList {
    /// First come, first served: arrivals at the back, notifications in front.
    waiters: Mutex<VecDeque<Waiter>>,
}

impl WaitList {
    pub(crate) const fn new() -> WaitList {
        WaitList { waiters: Mutex::new(VecDeque::new()) }
    }

    /// Puts the calling thread at the end of the line.
    pub(crate) fn arrive(&self) -> Waiter {
        let waiter = Waiter::new();
        self.waiters().push_back(waiter.clone());
        waiter
    }

    /// Takes `waiter` out of the line. Says whether it still stood there; if
    /// not, a notification has reached it.
    pub(crate) fn leave(&self, waiter: &Waiter) -> bool {
        let mut waiters = self.waiters();
        let place = waiters.iter().position(|other| other.is(waiter));
        place.and_then(|place| waiters.remove(place)).is_some()
    }

    /// Takes the first `n` out, hands each to `wake`, and says how many that
    /// were.
    pub(crate) fn notify(&self, n: usize, mut wake: impl FnMut(Waiter)) -> usize {
        let mut waiters = self.waiters();
        let n = n.min(waiters.len());
        if n == 1 {
            // As nearly always: there is no need for a list of one.
            let first = waiters.pop_front();
            drop(waiters);
            first.into_iter().for_each(wake);
            return 1;
        }
        let mut first = Notified(waiters.drain(..n).collect());
        drop(waiters);
        while let Some(waiter) = first.0.pop_front() {
            wake(waiter);
        }
        n
    }

    pub(crate) fn len(&self) -> usize {
        self.waiters().len()
    }

    fn waiters(&self) -> MutexGuard<'_, VecDeque<Waiter>> {
        // No user code runs under this mutex: even poisoned, the line is good.
        self.waiters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Those who were taken out of the line and are still to be woken.
struct Notified(VecDeque<Waiter>);

impl Drop for Notified {
    /// Only if waking one panics is anybody left. Nobody else knows of them, and
    /// one whose time is up counts on its wake-up: they do not go back to the line.
    fn drop(&mut self) {
        for waiter in &self.0 {
            waiter.wake();
        }
    }
}
