//! A flag that tasks can wait for.

use super::wait::{WaitList, moment_in};
use std::cell::Cell;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

/// A flag that is set or not, and a line of tasks that wait until it is set.
///
/// Every task that waits when [`set`](Event::set) is called goes on, also if
/// [`clear`](Event::clear) follows at once. Starts out not set.
///
/// ```
/// use ch12_coroutines::hub;
/// use std::rc::Rc;
///
/// let woken = hub::run(|| {
///     let event = Rc::new(hub::Event::new());
///     let waiters: Vec<_> = (0..3)
///         .map(|_| {
///             let event = event.clone();
///             hub::spawn(move || event.wait())
///         })
///         .collect();
///     hub::sleep(std::time::Duration::ZERO); // everybody waits now
///     event.set();
///     event.clear();
///     hub::join_all(waiters).len()
/// });
/// assert_eq!(woken.unwrap(), 3);
/// ```
pub struct Event {
    set: Cell<bool>,
    waiters: WaitList,
}

impl Event {
    /// An event that is not set.
    ///
    /// ```
    /// let event = ch12_coroutines::hub::Event::new();
    /// assert!(!event.is_set());
    /// ```
    pub const fn new() -> Event {
        Event { set: Cell::new(false), waiters: WaitList::new() }
    }

    /// Is it set?
    ///
    /// ```
    /// let event = ch12_coroutines::hub::Event::new();
    /// event.set();
    /// assert!(event.is_set());
    /// ```
    pub fn is_set(&self) -> bool {
        self.set.get()
    }

    /// Sets it and makes ready everyone who waits.
    ///
    /// ```
    /// # use ch12_coroutines::hub;
    /// hub::run(|| {
    ///     let event = std::rc::Rc::new(hub::Event::new());
    ///     let other = event.clone();
    ///     hub::spawn(move || other.set());
    ///     event.wait();
    /// })?;
    /// # Ok::<(), hub::RunError>(())
    /// ```
    pub fn set(&self) {
        self.set.set(true);
        self.waiters.notify_all();
    }

    /// From now on [`wait`](Event::wait) blocks.
    ///
    /// ```
    /// let event = ch12_coroutines::hub::Event::new();
    /// event.set();
    /// event.clear();
    /// assert!(!event.is_set());
    /// ```
    pub fn clear(&self) {
        self.set.set(false);
    }

    /// Blocks the task until the event is set; not at all if it is.
    ///
    /// # Panics
    ///
    /// Outside tasks, if the event is not set.
    ///
    /// ```
    /// let event = ch12_coroutines::hub::Event::new();
    /// event.set();
    /// event.wait(); // at once
    /// ```
    pub fn wait(&self) {
        if !self.is_set() {
            self.waiters.wait();
        }
    }

    /// As [`wait`](Event::wait) for at most `timeout`; true if the event was set.
    ///
    /// # Panics
    ///
    /// Outside tasks, if the event is not set.
    ///
    /// ```
    /// # use ch12_coroutines::hub;
    /// # use std::time::Duration;
    /// let event = hub::Event::new();
    /// assert!(!hub::run(move || event.wait_timeout(Duration::from_millis(1))).unwrap());
    /// ```
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        self.is_set() || self.waiters.wait_until(moment_in(timeout)) || self.is_set()
    }
}

impl Default for Event {
    fn default() -> Event {
        Event::new()
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("is_set", &self.is_set())
            .field("waiting", &self.waiters.len())
            .finish()
    }
}

// A wait that ends by a panic leaves the line as if it had never been in it.
impl UnwindSafe for Event {}
impl RefUnwindSafe for Event {}
