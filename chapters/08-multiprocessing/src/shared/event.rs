//! An event.

use super::deadline;
use super::linux::Linux;
use super::memory::{Kind, Placed, Shareable};
use ch08_sync::EventWord;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// A flag in shared memory that threads of several processes can wait for
/// (Python's `multiprocessing.Event`).
///
/// Clones, and copies sent to other processes, are the same event. Whoever
/// waits when it is set is released, even if it is cleared again at once.
///
/// ```
/// use std::time::Duration;
/// let event = ch08_multiprocessing::Event::new()?;
/// assert!(!event.wait_timeout(Duration::ZERO));
/// event.set();
/// event.wait();
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Serialize, Deserialize)]
pub struct Event {
    place: Placed<Flag>,
}

#[derive(Debug, Default)]
#[repr(C)]
struct Flag(EventWord);

// SAFETY: an atomic; zero is an event that is not set.
unsafe impl Shareable for Flag {
    const KIND: Kind = Kind::EVENT;
}

impl Event {
    /// An event that is not set, in its own piece of shared memory.
    ///
    /// ```
    /// # use ch08_multiprocessing::Event;
    /// let done = Event::new()?;
    /// assert!(!done.is_set());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the process may open no more descriptors, or there is no memory.
    pub fn new() -> std::io::Result<Event> {
        Ok(Event { place: Placed::new()? })
    }

    /// Whether it is set; out of date as soon as it is known.
    ///
    /// ```
    /// # use ch08_multiprocessing::Event;
    /// let done = Event::new()?;
    /// done.set();
    /// assert!(done.is_set());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_set(&self) -> bool {
        self.place.0.is_set()
    }

    /// Sets it, and releases all who wait.
    ///
    /// ```
    /// # use ch08_multiprocessing::Event;
    /// let done = Event::new()?;
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| done.wait());
    ///     done.set();
    /// });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set(&self) {
        self.place.0.set(&Linux);
    }

    /// Takes the flag back.
    ///
    /// ```
    /// # use ch08_multiprocessing::Event;
    /// let done = Event::new()?;
    /// done.set();
    /// done.clear();
    /// assert!(!done.is_set());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn clear(&self) {
        self.place.0.clear();
    }

    /// Blocks until it is set.
    ///
    /// ```
    /// # use ch08_multiprocessing::Event;
    /// let done = Event::new()?;
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| done.set());
    ///     done.wait();
    ///     assert!(done.is_set());
    /// });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn wait(&self) {
        self.place.0.wait(&Linux, None);
    }

    /// Blocks until it is set, at most `timeout`; false if the time ran out.
    ///
    /// ```
    /// # use ch08_multiprocessing::Event;
    /// use std::time::Duration;
    /// let done = Event::new()?;
    /// assert!(!done.wait_timeout(Duration::from_millis(1)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        self.place.0.wait(&Linux, deadline(timeout))
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event").field("is_set", &self.is_set()).finish()
    }
}
