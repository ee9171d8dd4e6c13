//! A thread that sleeps until it is woken.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{
    AtomicBool,
    Ordering::{Acquire, Release},
};
use std::thread::{self, Thread};
use std::time::Instant;

/// One wait of one thread: it sleeps, others hold clones, and one of them wakes
/// it. What queues of waiting threads are made of.
///
/// A wake-up is remembered: whoever is woken before it goes to sleep does not
/// sleep. It cannot be taken back.
///
/// Everything that a thread did before it called [`wake`](Waiter::wake) is
/// visible to the one that this wakes.
///
/// ```
/// use ch03_locks::Waiter;
///
/// let waiter = Waiter::new();
/// let other = waiter.clone();
/// std::thread::scope(|scope| {
///     scope.spawn(move || other.wake());
///     waiter.sleep();
/// });
/// ```
#[derive(Clone)]
pub struct Waiter {
    wait: Arc<Wait>,
}

struct Wait {
    thread: Thread,
    woken: AtomicBool,
}

impl Waiter {
    /// A wait of the calling thread, which alone should sleep in it.
    ///
    /// ```
    /// let waiter = ch03_locks::Waiter::new();
    /// waiter.wake();
    /// waiter.sleep(); // it has been woken already
    /// ```
    #[expect(clippy::new_without_default, reason = "it depends on who calls")]
    pub fn new() -> Waiter {
        let wait = Wait { thread: thread::current(), woken: AtomicBool::new(false) };
        Waiter { wait: Arc::new(wait) }
    }

    /// Wakes the thread, now or as soon as it wants to sleep. Never blocks.
    ///
    /// ```
    /// let waiter = ch03_locks::Waiter::new();
    /// waiter.wake();
    /// waiter.sleep();
    /// ```
    pub fn wake(&self) {
        self.wait.woken.store(true, Release);
        self.wait.thread.unpark();
    }

    /// Blocks until woken.
    ///
    /// ```
    /// let waiter = ch03_locks::Waiter::new();
    /// let other = waiter.clone();
    /// std::thread::spawn(move || other.wake());
    /// waiter.sleep();
    /// ```
    pub fn sleep(&self) {
        // Parking may end for no reason, and another's unpark may end it too.
        while !self.wait.woken.load(Acquire) {
            thread::park();
        }
    }

    /// Blocks until woken or until `deadline` has passed; `None` is no deadline.
    /// Says whether it was woken.
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// let waiter = ch03_locks::Waiter::new();
    /// assert!(!waiter.sleep_until(Some(Instant::now())));
    /// ```
    pub fn sleep_until(&self, deadline: Option<Instant>) -> bool {
        let Some(deadline) = deadline else {
            self.sleep();
            return true;
        };
        while !self.wait.woken.load(Acquire) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            thread::park_timeout(left);
        }
        true
    }

    /// Whether the two are clones: the same wait, not only the same thread.
    ///
    /// ```
    /// use ch03_locks::Waiter;
    ///
    /// let waiter = Waiter::new();
    /// assert!(waiter.is(&waiter.clone()));
    /// assert!(!waiter.is(&Waiter::new()));
    /// ```
    pub fn is(&self, other: &Waiter) -> bool {
        Arc::ptr_eq(&self.wait, &other.wait)
    }
}

impl fmt::Debug for Waiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiter")
            .field("thread", &self.wait.thread.id())
            .field("woken", &self.wait.woken.load(Acquire))
            .finish()
    }
}
