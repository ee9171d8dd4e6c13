//! Second step: the flag, and how often it went up.

use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A flag that threads wait for, as Python's `threading.Event`.
///
/// The flag is down at first. [`set`](Event::set) puts it up and releases
/// everybody who waits; [`clear`](Event::clear) takes it down. A thread that
/// was blocked when `set` was called is released even if `clear` follows at
/// once: what it waits for is not the flag but the next generation, and
/// generations only grow.
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
    state: Mutex<State>,
    was_set: Condvar,
}

#[derive(Default)]
struct State {
    set: bool,
    /// How often the flag went from down to up.
    generation: u64,
    waiters: usize,
}

impl Event {
    /// An event whose flag is down.
    ///
    /// ```
    /// static EVENT: ch05_event::Event = ch05_event::Event::new();
    /// assert!(!EVENT.is_set());
    /// ```
    pub const fn new() -> Event {
        let state = State { set: false, generation: 0, waiters: 0 };
        Event { state: Mutex::new(state), was_set: Condvar::new() }
    }

    /// Puts the flag up and releases everybody who waits. Never blocks.
    ///
    /// ```
    /// let event = ch05_event::Event::new();
    /// event.set();
    /// assert!(event.is_set());
    /// ```
    pub fn set(&self) {
        let mut state = self.state();
        if state.set {
            return;
        }
        state.set = true;
        state.generation += 1;
        drop(state);
        self.was_set.notify_all();
    }

    /// Takes the flag down: whoever waits from now on, blocks. Never blocks.
    ///
    /// ```
    /// let event = ch05_event::Event::new();
    /// event.set();
    /// event.clear();
    /// assert!(!event.is_set());
    /// ```
    pub fn clear(&self) {
        self.state().set = false;
    }

    /// Whether the flag is up. Never blocks.
    ///
    /// Other threads go on: the answer may be out of date when it arrives.
    ///
    /// ```
    /// assert!(!ch05_event::Event::new().is_set());
    /// ```
    pub fn is_set(&self) -> bool {
        self.state().set
    }

    /// Blocks until the flag is up, or has been up since the call began.
    ///
    /// ```
    /// let event = ch05_event::Event::new();
    /// event.set();
    /// event.wait();
    /// ```
    pub fn wait(&self) {
        let mut state = self.state();
        if state.set {
            return;
        }
        let generation = state.generation;
        state.waiters += 1;
        let mut state = self
            .was_set
            .wait_while(state, |state| state.generation == generation)
            .unwrap_or_else(PoisonError::into_inner);
        state.waiters -= 1;
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
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let mut state = self.state();
        if state.set {
            return true;
        }
        let generation = state.generation;
        state.waiters += 1;
        let (mut state, wait) = self
            .was_set
            .wait_timeout_while(state, timeout, |state| state.generation == generation)
            .unwrap_or_else(PoisonError::into_inner);
        state.waiters -= 1;
        !wait.timed_out()
    }

    /// How many threads are blocked in [`wait`](Event::wait) or
    /// [`wait_timeout`](Event::wait_timeout), or on their way out of it. Never
    /// blocks.
    ///
    /// Meant for tests and for watching a program, not for decisions: the
    /// answer may be out of date when it arrives.
    ///
    /// ```
    /// assert_eq!(ch05_event::Event::new().waiters(), 0);
    /// ```
    pub fn waiters(&self) -> usize {
        self.state().waiters
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No user code runs under this mutex: even poisoned, the state is good.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Event").field("set", &state.set).field("waiters", &state.waiters).finish()
    }
}
