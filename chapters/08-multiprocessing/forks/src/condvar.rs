//! A condition variable that goes with a [`Whole`](crate::Whole).

use crate::WholeGuard;
use rustix::thread::futex;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

/// Where threads wait until what is in a [`Whole`](crate::Whole) has changed.
///
/// Who waits has nothing locked meanwhile, and holds up no fork. A forked copy
/// finds it as if nobody waited.
#[derive(Debug, Default)]
pub struct Condvar {
    notices: AtomicU32,
    /// Counted while the value is locked. In a copy it may be too many.
    waiting: AtomicU32,
}

impl Condvar {
    /// One where nobody waits.
    ///
    /// ```
    /// static CHANGED: ch08_forks::Condvar = ch08_forks::Condvar::new();
    /// CHANGED.notify_all();
    /// ```
    pub const fn new() -> Condvar {
        Condvar { notices: AtomicU32::new(0), waiting: AtomicU32::new(0) }
    }

    /// Unlocks, waits for a notice, and locks again. It may come back without
    /// a notice.
    ///
    /// ```
    /// # use ch08_forks::{Condvar, Whole};
    /// let (ready, changed) = (Whole::new(false), Condvar::new());
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| {
    ///         *ready.lock() = true;
    ///         changed.notify_one();
    ///     });
    ///     let mut is_ready = ready.lock();
    ///     while !*is_ready {
    ///         is_ready = changed.wait(is_ready);
    ///     }
    /// });
    /// ```
    pub fn wait<'a, T>(&self, guard: WholeGuard<'a, T>) -> WholeGuard<'a, T> {
        self.wait_at_most(guard, None)
    }

    /// As [`wait`](Condvar::wait), but waits at most `timeout`.
    ///
    /// ```
    /// # use ch08_forks::{Condvar, Whole};
    /// let (ready, changed) = (Whole::new(false), Condvar::new());
    /// let is_ready = changed.wait_timeout(ready.lock(), std::time::Duration::from_millis(1));
    /// assert!(!*is_ready);
    /// ```
    pub fn wait_timeout<'a, T>(
        &self,
        guard: WholeGuard<'a, T>,
        timeout: Duration,
    ) -> WholeGuard<'a, T> {
        // One that the clock cannot hold is none.
        let tv_sec = timeout.as_secs().try_into().ok();
        let tv_nsec = timeout.subsec_nanos().into();
        self.wait_at_most(guard, tv_sec.map(|tv_sec| futex::Timespec { tv_sec, tv_nsec }))
    }

    fn wait_at_most<'a, T>(
        &self,
        guard: WholeGuard<'a, T>,
        timeout: Option<futex::Timespec>,
    ) -> WholeGuard<'a, T> {
        let notices = self.notices.load(Relaxed);
        self.waiting.fetch_add(1, Relaxed);
        let whole = guard.whole;
        drop(guard);
        // Whatever it returns for, the caller looks again.
        let _ = futex::wait(&self.notices, futex::Flags::PRIVATE, notices, timeout.as_ref());
        let guard = whole.lock();
        self.waiting.fetch_sub(1, Relaxed);
        guard
    }

    /// Wakes one of those who wait, if there is one. Whoever calls it has
    /// changed the value before, with the lock.
    ///
    /// ```
    /// ch08_forks::Condvar::new().notify_one();
    /// ```
    pub fn notify_one(&self) {
        self.notify(1);
    }

    /// Wakes all who wait.
    ///
    /// ```
    /// ch08_forks::Condvar::new().notify_all();
    /// ```
    pub fn notify_all(&self) {
        self.notify(i32::MAX as u32);
    }

    fn notify(&self, count: u32) {
        // Who comes to wait after the change sees that.
        if self.waiting.load(Relaxed) > 0 {
            self.notices.fetch_add(1, Relaxed);
            // It fails only for an address that is none.
            let _ = futex::wake(&self.notices, futex::Flags::PRIVATE, count);
        }
    }
}
