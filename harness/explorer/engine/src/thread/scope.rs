//! `scope`: threads that may borrow, because they are joined before the scope ends.

use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::spawn::{self, Builder, JoinHandle};
use super::{Result, Thread};
use crate::machine::context;
use crate::machine::op::{Loc, Op, Tid};
use crate::machine::plain;
use crate::machine::policies::rest;

/// A scope to spawn threads in, as `std::thread::Scope`.
pub struct Scope<'scope, 'env: 'scope> {
    state: std::sync::Arc<State>,
    scope: PhantomData<&'scope mut &'scope ()>,
    env: PhantomData<&'env mut &'env ()>,
}

struct State {
    /// The explored threads that the scope waits for.
    explored: Mutex<Vec<Tid>>,
    /// How many real threads still run.
    running: AtomicUsize,
    panicked: AtomicBool,
    /// Whom the last real thread wakes. Under exploration nobody: `std` itself, which is precompiled, would count its references beside the engine, which
    /// counts those that explored code lets go of.
    owner: Option<std::thread::Thread>,
}

/// Owns the permission to join a scoped thread, as `std::thread::ScopedJoinHandle`.
pub struct ScopedJoinHandle<'scope, T> {
    handle: JoinHandle<T>,
    /// std's handle shares the result with its thread: it may go where the result may.
    scope: PhantomData<(&'scope (), Mutex<T>)>,
}

impl<T> ScopedJoinHandle<'_, T> {
    /// Waits for the thread to end.
    ///
    /// # Errors
    ///
    /// The payload of the panic that ended the thread.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        self.handle.join()
    }

    /// The thread's handle.
    pub fn thread(&self) -> &Thread {
        self.handle.thread()
    }

    /// Whether the thread has ended.
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        self.handle.is_finished()
    }
}

impl<'scope> Scope<'scope, '_> {
    /// Spawns a thread that may borrow from outside the scope.
    ///
    /// # Panics
    ///
    /// If the operating system has no thread to give.
    #[track_caller]
    pub fn spawn<F, T>(&'scope self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        plain::taken(&f);
        self.start(Builder::new(), f, Location::caller()).expect("failed to spawn thread")
    }

    pub(super) fn start<F, T>(
        &'scope self,
        builder: Builder,
        f: F,
        at: Loc,
    ) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.state.running.fetch_add(1, Ordering::Relaxed);
        let leave = Leave { state: std::sync::Arc::clone(&self.state), panicked: false };
        // SAFETY: the scope does not end before the thread has, see `scope`.
        let handle = unsafe { spawn::start(builder, f, Some(leave), at) }?;
        if let Some(tid) = handle.tid() {
            self.state.explored.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(tid);
        }
        Ok(ScopedJoinHandle { handle, scope: PhantomData })
    }
}

/// Tells the scope that a thread is done with what it borrowed, also if the thread never began.
pub(super) struct Leave {
    state: std::sync::Arc<State>,
    /// The thread has panicked, and nobody has received that from `join`.
    pub(super) panicked: bool,
}

impl Drop for Leave {
    fn drop(&mut self) {
        if self.panicked {
            self.state.panicked.store(true, Ordering::Relaxed);
        }
        if self.state.running.fetch_sub(1, Ordering::Release) == 1
            && let Some(owner) = &self.state.owner
        {
            owner.unpark();
        }
    }
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for ScopedJoinHandle<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedJoinHandle").finish_non_exhaustive()
    }
}

/// Calls a closure that may spawn threads which borrow, and waits for them, as `std::thread::scope`.
///
/// # Panics
///
/// If the closure panics, or a thread whose panic nobody received from `join`.
#[track_caller]
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    let at = Location::caller();
    let exploring = context::is_exploring();
    let state = std::sync::Arc::new(State {
        explored: Mutex::new(Vec::new()),
        running: AtomicUsize::new(0),
        panicked: AtomicBool::new(false),
        owner: (!exploring).then(std::thread::current),
    });
    let scope =
        Scope { state: std::sync::Arc::clone(&state), scope: PhantomData, env: PhantomData };
    let result = crate::panic::catch(|| f(&scope));
    if exploring {
        let mut first = None;
        loop {
            let next =
                state.explored.lock().unwrap_or_else(std::sync::PoisonError::into_inner).pop();
            let Some(tid) = next else { break };
            rest(Op::RestScope(tid), at);
            context::visible(Op::JoinScoped(tid), at);
            // What became of it is the scope's: it panics in its place.
            context::with(|machine| machine.receive_in_scope(tid, &mut first));
        }
        // std counts a thread as running until its result is let go of, by the handle as well. All threads have returned, so a
        // handle that is still there has been forgotten, and nobody will ever let go of it.
        while state.running.load(Ordering::Acquire) != 0 {
            context::visible_as(Op::Park { timeout: None }, "scope", at);
        }
    } else {
        while state.running.load(Ordering::Acquire) != 0 {
            std::thread::park();
        }
    }
    match result {
        Err(payload) => crate::panic::go_on(payload),
        Ok(_) if state.panicked.load(Ordering::Relaxed) => panic!("a scoped thread panicked"),
        Ok(value) => value,
    }
}
