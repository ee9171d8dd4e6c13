//! Waiting for tasks to end.

use super::error::Outcome;
use super::scheduler::with;
use super::task::{Claim, Interrupt};
use super::wait::moment_in;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::{Duration, Instant};

/// What [`spawn`](super::spawn) returns: the task, and the claim to its result.
pub struct JoinHandle<R> {
    claim: Claim<R>,
}

impl<R: 'static> JoinHandle<R> {
    pub(super) fn new(claim: Claim<R>) -> JoinHandle<R> {
        JoinHandle { claim }
    }

    /// Blocks the calling task until this one ends; returns how it ended.
    ///
    /// # Errors
    ///
    /// The task was killed, panicked, or could not be started.
    ///
    /// # Panics
    ///
    /// Outside tasks, unless the task has ended.
    ///
    /// ```
    /// # use ch12_coroutines::hub;
    /// let answer = hub::run(|| hub::spawn(|| 42).join().unwrap());
    /// assert_eq!(answer.unwrap(), 42);
    /// ```
    pub fn join(self) -> Outcome<R> {
        while !self.claim.task().has_ended() {
            self.claim.task().more().joiners.wait();
        }
        self.claim.take()
    }

    /// As [`join`](JoinHandle::join) for at most `timeout`; then returns the handle.
    ///
    /// ```
    /// # use ch12_coroutines::hub;
    /// # use std::time::Duration;
    /// hub::run(|| {
    ///     let asleep = hub::spawn(|| hub::sleep(Duration::from_secs(3600)));
    ///     let asleep = asleep.join_timeout(Duration::from_millis(1)).unwrap_err();
    ///     asleep.kill();
    ///     assert!(matches!(asleep.join(), Err(hub::JoinError::Killed)));
    /// });
    /// ```
    ///
    /// # Errors
    ///
    /// The handle, if the task has not ended by then.
    ///
    /// # Panics
    ///
    /// Outside tasks, unless the task has ended.
    pub fn join_timeout(self, timeout: Duration) -> Result<Outcome<R>, JoinHandle<R>> {
        self.join_until(moment_in(timeout))
    }

    fn join_until(self, due: Option<Instant>) -> Result<Outcome<R>, JoinHandle<R>> {
        while !self.claim.task().has_ended() {
            if !self.claim.task().more().joiners.wait_until(due) && !self.claim.task().has_ended() {
                return Err(self);
            }
        }
        Ok(self.claim.take())
    }

    /// Has the task ended? Its result waits to be joined.
    ///
    /// ```
    /// # use ch12_coroutines::hub;
    /// # use std::time::Duration;
    /// hub::run(|| {
    ///     let task = hub::spawn(|| ());
    ///     assert!(!task.is_finished(), "it has not had a turn");
    ///     hub::sleep(Duration::ZERO);
    ///     assert!(task.is_finished());
    /// })?;
    /// # Ok::<(), hub::RunError>(())
    /// ```
    pub fn is_finished(&self) -> bool {
        self.claim.task().has_ended()
    }

    /// Ends the task: it unwinds from where it waits, at its next turn. One that
    /// has not started never runs; one that has ended is left as it is. What one that never
    /// runs has captured is dropped by the hub, and no destructor can wait there.
    ///
    /// Does not block; [`join`](JoinHandle::join) to wait until it is gone. A task that
    /// kills itself unwinds when it next waits.
    ///
    /// ```
    /// # use ch12_coroutines::hub;
    /// hub::run(|| {
    ///     let waits = hub::spawn(|| hub::Event::new().wait());
    ///     waits.kill();
    ///     assert!(matches!(waits.join(), Err(hub::JoinError::Killed)));
    /// })?;
    /// # Ok::<(), hub::RunError>(())
    /// ```
    pub fn kill(&self) {
        if !self.claim.task().has_ended() {
            let task = self.claim.task().clone();
            task.interrupt(Interrupt::Kill);
            with(|hub| hub.make_ready(task));
        }
    }
}

impl<R> fmt::Debug for JoinHandle<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("is_finished", &self.claim.task().has_ended()).finish()
    }
}

/// Blocks the calling task until all of `tasks` have ended; returns how, in the
/// same order.
///
/// # Panics
///
/// Outside tasks, unless all have ended.
///
/// ```
/// # use ch12_coroutines::hub;
/// let outcomes = hub::run(|| hub::join_all([hub::spawn(|| 1), hub::spawn(|| panic!("no"))]));
/// let outcomes = outcomes.unwrap();
/// assert_eq!(*outcomes[0].as_ref().unwrap(), 1);
/// assert_eq!(outcomes[1].as_ref().unwrap_err().to_string(), "the task panicked: no");
/// ```
pub fn join_all<R: 'static>(tasks: impl IntoIterator<Item = JoinHandle<R>>) -> Vec<Outcome<R>> {
    // All first: an iterator that spawns as it goes must not wait in between.
    let tasks: Vec<_> = tasks.into_iter().collect();
    tasks.into_iter().map(JoinHandle::join).collect()
}

/// As [`join_all`], for at most `timeout` in all. In the place of a task that has not
/// ended by then stands its handle.
///
/// # Panics
///
/// Outside tasks, unless all have ended.
///
/// ```
/// # use ch12_coroutines::hub;
/// # use std::time::Duration;
/// hub::run(|| {
///     let tasks = [0, 3600].map(|s| hub::spawn(move || hub::sleep(Duration::from_secs(s))));
///     let joined = hub::join_all_timeout(tasks, Duration::from_millis(5));
///     assert!(joined[0].is_ok() && joined[1].is_err());
/// });
/// ```
pub fn join_all_timeout<R: 'static>(
    tasks: impl IntoIterator<Item = JoinHandle<R>>,
    timeout: Duration,
) -> Vec<Result<Outcome<R>, JoinHandle<R>>> {
    let tasks: Vec<_> = tasks.into_iter().collect();
    let due = moment_in(timeout);
    tasks.into_iter().map(|task| task.join_until(due)).collect()
}

// The outcome is there or not; a join that ends by a panic takes nothing.
impl<R> UnwindSafe for JoinHandle<R> {}
impl<R> RefUnwindSafe for JoinHandle<R> {}
