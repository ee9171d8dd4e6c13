//! The one thread in which a pool's callbacks run.
//!
//! One after the other, so that callbacks need no lock among themselves; and
//! not in the threads that tend the workers, so that a slow callback keeps no
//! worker waiting.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};

type Call = Box<dyn FnOnce() + Send>;

/// Starts its thread with the first callback.
#[derive(Default)]
pub(crate) struct Callbacks {
    thread: Mutex<Option<(Sender<Call>, JoinHandle<()>)>>,
}

impl Callbacks {
    /// Runs `call` after those that came before. A panic in it ends nothing else.
    pub(crate) fn run(&self, call: Call) {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        let (calls, _) = thread.get_or_insert_with(|| {
            let (sender, calls) = channel::<Call>();
            let thread = thread::spawn(move || {
                for call in calls {
                    // The panic hook has printed it.
                    let _ = catch_unwind(AssertUnwindSafe(call));
                }
            });
            (sender, thread)
        });
        // The thread ends only once `calls` is dropped.
        let _ = calls.send(call);
    }

    /// Waits until all have run. Called from a callback, it does not wait for that one.
    pub(crate) fn finish(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some((calls, thread)) = thread {
            drop(calls);
            if thread.thread().id() != thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}
