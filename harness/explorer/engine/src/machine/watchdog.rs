//! Notices code that runs on without a visible operation: an endless loop, or a call that blocks where the explorer cannot see it.
//!
//! Nothing can stop such code from inside its process. So the process reports what it knows and ends.

use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::op::{Loc, Tid};

/// What the machine tells the watchdog, in passing.
#[derive(Debug, Default)]
pub struct Watch {
    /// How many operations were announced.
    operations: AtomicU64,
    thread: AtomicU32,
    /// Where the last one was.
    at: AtomicPtr<Location<'static>>,
    /// The search thinks. That can take long, and is not the program's doing.
    paused: AtomicBool,
    ended: Mutex<bool>,
    end: Condvar,
}

/// What is known of code that runs on.
#[derive(Clone, Copy, Debug)]
pub struct Stuck {
    pub thread: u32,
    pub after: Option<Loc>,
    pub since: Duration,
}

impl Watch {
    /// An operation was announced, or a thread goes on after one.
    pub fn tick(&self, thread: Tid, at: Loc) {
        // Only one thread writes, so no read-modify-write is needed.
        self.operations.store(self.operations.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        self.thread.store(thread as u32, Ordering::Relaxed);
        self.at.store(std::ptr::from_ref(at).cast_mut(), Ordering::Relaxed);
    }

    /// Whether the program runs at all.
    pub fn pause(&self, paused: bool) {
        self.operations.store(self.operations.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        self.paused.store(paused, Ordering::Relaxed);
    }

    /// Calls `report`, which does not return, if no operation is announced for so long.
    pub fn start(
        self: &Arc<Self>,
        limit: Duration,
        report: impl FnOnce(Stuck) + Send + 'static,
    ) -> Guard {
        let watch = Arc::clone(self);
        let thread = std::thread::Builder::new()
            .name("watchdog".to_owned())
            .spawn(move || watch.run(limit, report));
        // Without a thread to spare, there is no watchdog; the exploration is not wrong for that.
        Guard { watch: Arc::clone(self), thread: thread.ok() }
    }

    fn run(&self, limit: Duration, report: impl FnOnce(Stuck)) {
        let mut seen = self.operations.load(Ordering::Relaxed);
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let waited = self.end.wait_timeout_while(ended, limit, |ended| !*ended);
            let (guard, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            if !timeout.timed_out() {
                return;
            }
            ended = guard;
            let now = self.operations.load(Ordering::Relaxed);
            if now == seen && !self.paused.load(Ordering::Relaxed) {
                let at = self.at.load(Ordering::Relaxed);
                // SAFETY: `tick` stores nothing but addresses of `'static` locations.
                let after = unsafe { at.as_ref() };
                let thread = self.thread.load(Ordering::Relaxed);
                return report(Stuck { thread, after, since: limit });
            }
            seen = now;
        }
    }
}

/// Ends the watchdog when it is dropped.
#[derive(Debug)]
pub struct Guard {
    watch: Arc<Watch>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        *self.watch.ended.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.watch.end.notify_all();
        if let Some(thread) = self.thread.take() {
            // It only waits for this.
            let _ = thread.join();
        }
    }
}

impl std::fmt::Display for Stuck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self.thread {
            0 => "main".to_owned(),
            tid => format!("thread {tid}"),
        };
        write!(
            f,
            "{name} has run for {:?} without doing anything that others can notice",
            self.since
        )?;
        if let Some(after) = self.after {
            write!(f, ", after {}:{}", after.file(), after.line())?;
        }
        f.write_str(": an endless loop, or a call that blocks where the explorer cannot see it")
    }
}
