//! Both are an atomic and a list of threads that are parked. Who waits looks again after it has put
//! itself on the list, so that nobody goes to sleep over what has just been set.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

#[derive(Default)]
struct Sleepers(Mutex<VecDeque<Thread>>);

impl Sleepers {
    /// Waits until it is `done`, until `deadline` at most. Whether it is.
    fn until(&self, deadline: Option<Instant>, mut done: impl FnMut() -> bool) -> bool {
        loop {
            if done() {
                return true;
            }
            self.0.lock().unwrap().push_back(thread::current());
            if done() {
                return true;
            }
            match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
                None => thread::park(),
                Some(Duration::ZERO) => return done(),
                Some(left) => thread::park_timeout(left),
            }
        }
    }

    fn wake(&self) {
        for thread in self.0.lock().unwrap().drain(..) {
            thread.unpark();
        }
    }
}

/// A flag to wait for. Each `set` lets exactly one waiter go on, and the flag is down again.
#[derive(Default)]
pub struct AutoResetEvent {
    is_set: AtomicBool,
    sleepers: Sleepers,
}

impl AutoResetEvent {
    /// An event that is not set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets one waiter go on: one that waits now or, if there is none, the next that comes. Setting
    /// an event that is already set changes nothing.
    pub fn set(&self) {
        self.is_set.store(true, SeqCst);
        self.sleepers.wake();
    }

    /// Takes the signal back if nobody has used it.
    pub fn reset(&self) {
        self.is_set.store(false, SeqCst);
    }

    /// Blocks until there is a signal, and uses it up.
    pub fn wait(&self) {
        self.sleepers.until(None, || self.is_set.swap(false, SeqCst));
    }

    /// As [`wait`](AutoResetEvent::wait), for `timeout` at most. Whether there was a signal.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let deadline = Instant::now().checked_add(timeout);
        self.sleepers.until(deadline, || self.is_set.swap(false, SeqCst))
    }
}

/// A gate that opens for good when it has been counted down.
pub struct CountdownLatch {
    missing: AtomicUsize,
    sleepers: Sleepers,
}

impl CountdownLatch {
    /// A latch that opens after `count` calls of [`count_down`](CountdownLatch::count_down).
    pub fn new(count: usize) -> Self {
        CountdownLatch { missing: AtomicUsize::new(count), sleepers: Sleepers::default() }
    }

    /// Counts. At zero already, it does nothing.
    pub fn count_down(&self) {
        if self.missing.fetch_update(SeqCst, SeqCst, |missing| missing.checked_sub(1)) == Ok(1) {
            self.sleepers.wake();
        }
    }

    /// How many are missing.
    pub fn count(&self) -> usize {
        self.missing.load(SeqCst)
    }

    /// Blocks until it is open.
    pub fn wait(&self) {
        self.sleepers.until(None, || self.count() == 0);
    }

    /// As [`wait`](CountdownLatch::wait), for `timeout` at most. Whether it is open.
    pub fn wait_timeout(&self, timeout: Duration) -> bool {
        let deadline = Instant::now().checked_add(timeout);
        self.sleepers.until(deadline, || self.count() == 0)
    }
}
