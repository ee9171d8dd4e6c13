//! The one thread in which a pool's callbacks run.
//!
//! One after the other, so that callbacks need no lock among themselves; and
//! not in the threads that tend the workers, so that a slow callback keeps no
//! worker waiting. It starts with the pool: when a callback is due it may be too
//! late to hear that the system has no thread left.

use crate::panics::contain;
use ch08_forks::forks;
use std::io;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};

type Call = Box<dyn FnOnce() + Send>;

pub(crate) struct Callbacks {
    /// Only this process has the thread.
    forks: u32,
    thread: Mutex<Option<(Sender<Call>, JoinHandle<()>)>>,
}

impl Callbacks {
    pub(crate) fn start() -> io::Result<Callbacks> {
        let (sender, calls) = channel::<Call>();
        let (begun, has_begun) = channel();
        let run = move || {
            drop::<Sender<()>>(begun);
            calls.into_iter().for_each(contain);
        };
        let thread = thread::Builder::new().name("pool callbacks".to_owned()).spawn(run)?;
        // A thread that has still to begin when no memory is left would end the process.
        let _ = has_begun.recv();
        Ok(Callbacks { forks: forks(), thread: Mutex::new(Some((sender, thread))) })
    }

    pub(crate) fn are_ours(&self) -> bool {
        self.forks == forks()
    }

    /// Runs `call` after those that came before. A panic in it ends nothing else.
    pub(crate) fn run(&self, call: Call) {
        if !self.are_ours() {
            // What leads to the thread may have been locked when this copy was made.
            return contain(call);
        }
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        match &*thread {
            // The thread ends only once the sender is dropped.
            Some((calls, _)) => drop(calls.send(call)),
            None => {
                // The pool has ended. There is nobody left whom the callback could hold up.
                drop(thread);
                contain(call);
            }
        }
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

impl Drop for Callbacks {
    fn drop(&mut self) {
        if !self.are_ours() {
            // To let go of it would be to lock what the thread had locked, and to detach a thread of the copy's own.
            let thread = self.thread.get_mut().unwrap_or_else(PoisonError::into_inner);
            std::mem::forget(thread.take());
        }
    }
}
