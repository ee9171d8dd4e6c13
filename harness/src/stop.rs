//! Work that another thread can stop, with all the processes that it runs.

use std::cell::RefCell;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

thread_local! {
    /// What stops the work that this thread does.
    static CURRENT: RefCell<Option<Stop>> = const { RefCell::new(None) };
}

/// Stops work that was begun [during](Stop::during) it. Clones stop the same work.
///
/// ```
/// use harness::{execution, stop::Stop};
/// use std::{process::Command, thread, time::Duration};
///
/// let stop = Stop::default();
/// let mut sleeps = Command::new("sleep");
/// sleeps.arg("1000");
/// thread::scope(|scope| {
///     scope.spawn(|| {
///         stop.during(|| execution::execute(&mut sleeps, "", Duration::from_secs(1000)))
///     });
///     stop.stop();
/// });
/// ```
#[derive(Clone, Default)]
pub struct Stop(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    stopped: bool,
    next: u64,
    running: Vec<(u64, Box<dyn Fn() + Send>)>,
}

impl fmt::Debug for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stop").field("stopped", &self.is_stopped()).finish_non_exhaustive()
    }
}

impl Stop {
    /// Does `work`, which `self` stops from now on.
    pub fn during<R>(&self, work: impl FnOnce() -> R) -> R {
        /// Puts back what was there, also when the work panics.
        struct Before(Option<Stop>);
        impl Drop for Before {
            fn drop(&mut self) {
                CURRENT.set(self.0.take());
            }
        }
        let _before = Before(CURRENT.replace(Some(self.clone())));
        work()
    }

    /// Does `work` on behalf of a thread whose work `stop` stops, if anything does.
    pub(crate) fn on_behalf<R>(stop: Option<&Stop>, work: impl FnOnce() -> R) -> R {
        match stop {
            Some(stop) => stop.during(work),
            None => work(),
        }
    }

    /// What stops the work of this thread.
    pub(crate) fn current() -> Option<Stop> {
        CURRENT.with_borrow(Clone::clone)
    }

    /// Kills what runs, and whatever is started later at its start. Returns at once.
    pub fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        for (_, kill) in &state.running {
            kill();
        }
    }

    /// Whether it has been stopped.
    pub fn is_stopped(&self) -> bool {
        self.lock().stopped
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something that runs, and can be killed until this is dropped.
pub(crate) struct Running(Option<(Stop, u64)>);

impl Running {
    /// Makes what has just been started known to whoever may stop this thread's work.
    pub fn new(kill: impl Fn() + Send + 'static) -> Running {
        let Some(stop) = Stop::current() else { return Running(None) };
        let mut state = stop.lock();
        // Stopped while it was being started.
        if state.stopped {
            kill();
        }
        let id = state.next;
        state.next += 1;
        state.running.push((id, Box::new(kill)));
        drop(state);
        Running(Some((stop, id)))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some((stop, id)) = &self.0 {
            stop.lock().running.retain(|(other, _)| other != id);
        }
    }
}

/// Whether the work of this thread has been stopped: nothing more need be begun.
pub(crate) fn is_stopped() -> bool {
    Stop::current().is_some_and(|stop| stop.is_stopped())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parallel;
    use std::sync::mpsc;

    #[test]
    fn what_runs_and_what_is_started_later_is_killed() {
        let stop = Stop::default();
        let (killed, kills) = mpsc::channel();
        let start = |name: &'static str| {
            let killed = killed.clone();
            Running::new(move || killed.send(name).unwrap())
        };
        let other = start("of nobody");
        stop.during(|| {
            drop(start("ended"));
            let jobs = 2.try_into().unwrap();
            let running = parallel::map(jobs, &["one", "two"], |name| start(name));
            stop.stop();
            assert!(is_stopped());
            drop(running);
            drop(start("later"));
        });
        assert!(!is_stopped());
        drop(other);
        let mut kills: Vec<&str> = kills.try_iter().collect();
        kills.sort_unstable();
        assert_eq!(kills, ["later", "one", "two"]);
    }
}
