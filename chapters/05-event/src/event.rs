//! Third step: the flag is one word, and each waiter is woken by name.
//!
//! Who waits stands in a list, and the `set` that finds it there takes it out
//! and wakes it: whatever becomes of the flag, it has been released. Nobody
//! needs the list who finds the flag up.

use ch03_locks::Waiter;
use std::fmt;
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A flag that threads wait for, as Python's `threading.Event`.
///
/// The flag is down at first. [`set`](Event::set) puts it up and releases
/// everybody who waits; [`clear`](Event::clear) takes it down. A thread that
/// was blocked when `set` was called is released even if `clear` follows at
/// once.
///
/// Everything that a thread did before it called `set` is visible to the
/// threads that this releases.
///
/// When not to use it: for something that happens only once and carries a
/// value, [`std::sync::OnceLock`] or a channel says more.
///
/// ```
/// use ch05_event::Event;
/// use std::thread;
///
/// let event = Event::new();
/// thread::scope(|scope| {
///     scope.spawn(|| event.wait());
///     event.set();
/// });
/// assert!(event.is_set());
/// ```
#[derive(Default)]
pub struct Event {
    /// Goes up only under the list's mutex.
    set: AtomicBool,
    waiting: Mutex<Vec<Waiter>>,
}

impl Event {
    /// An event whose flag is down.
    ///
    /// ```
    /// static EVENT: ch05_event::Event = ch05_event::Event::new();
    /// assert!(!EVENT.is_set());
    /// ```
    pub const fn new() -> Event {
        Event { set: AtomicBool::new(false), waiting: Mutex::new(Vec::new()) }
    }

    /// Puts the flag up and releases everybody who waits. Never blocks.
    ///
    /// ```
    /// let event = ch05_event::Event::new();
    /// event.set();
    /// assert!(event.is_set());
    /// ```
    pub fn set(&self) {
        let mut waiting = self.waiting();
        // An exchange, not a store, and so in `clear`: each sees all that was done
        // before the other.
        self.set.swap(true, SeqCst);
        let released = mem::take(&mut *waiting);
        drop(waiting);
        for waiter in released {
            waiter.wake();
        }
    }

    /// Takes the flag down: whoever waits from now on, blocks. Never blocks.
    ///
    /// ```
    /// let event = ch05_event::Event::new();
    /// event.set();
    /// event.clear();
    /// assert!(!event.is_set());
    /// ```
    #[inline]
    pub fn clear(&self) {
        self.set.swap(false, SeqCst);
    }

    /// Whether the flag is up. Never blocks.
    ///
    /// Other threads go on: the answer may be out of date when it arrives.
    ///
    /// ```
    /// assert!(!ch05_event::Event::new().is_set());
    /// ```
    #[inline]
    pub fn is_set(&self) -> bool {
        self.set.load(SeqCst)
    }

    /// Blocks until the flag is up, or has been up since the call began.
    ///
    /// ```
    /// let event = ch05_event::Event::new();
    /// event.set();
    /// event.wait();
    /// ```
    #[inline]
    pub fn wait(&self) {
        if !self.is_set() {
            self.sleep_until(None);
        }
    }

    /// As [`wait`](Event::wait), for at most `timeout`. Says whether the flag
    /// was up at the call or went up in time.
    ///
    /// [`Duration::ZERO`] looks without blocking, [`Duration::MAX`] is as good
    /// as no time-out.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// let event = ch05_event::Event::new();
    /// assert!(!event.wait_timeout(Duration::from_millis(1)));
    /// event.set();
    /// assert!(event.wait_timeout(Duration::from_millis(1)));
    /// ```
    #[inline]
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        // Beyond the end of the clock lies no deadline.
        self.is_set() || !timeout.is_zero() && self.sleep_until(Instant::now().checked_add(timeout))
    }

    /// How many threads are blocked in [`wait`](Event::wait) or
    /// [`wait_timeout`](Event::wait_timeout). Never blocks.
    ///
    /// Meant for tests and for watching a program, not for decisions: the
    /// answer may be out of date when it arrives.
    ///
    /// ```
    /// assert_eq!(ch05_event::Event::new().waiters(), 0);
    /// ```
    pub fn waiters(&self) -> usize {
        self.waiting().len()
    }

    /// Blocks until the flag goes up or `deadline` has passed. Says whether it
    /// went up.
    #[cold]
    fn sleep_until(&self, deadline: Option<Instant>) -> bool {
        let mut waiting = self.waiting();
        if self.is_set() {
            return true;
        }
        let waiter = Waiter::new();
        waiting.push(waiter.clone());
        drop(waiting);
        // Too late, but not in the list any more: it went up all the same.
        waiter.sleep_until(deadline) || !self.leave(&waiter)
    }

    /// Takes `waiter` out of the list. Says whether it still stood there.
    fn leave(&self, waiter: &Waiter) -> bool {
        let mut waiting = self.waiting();
        let place = waiting.iter().position(|other| other.is(waiter));
        place.map(|place| waiting.remove(place)).is_some()
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Waiter>> {
        // No user code runs under this mutex: even poisoned, the list is good.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("set", &self.is_set())
            .field("waiters", &self.waiters())
            .finish()
    }
}
