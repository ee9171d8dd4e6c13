//! The gate: open while somebody has something locked, shut while somebody forks.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

static FORKS: AtomicU32 = AtomicU32::new(0);
static GATE: RwLock<()> = RwLock::new(());

// Without destructors, so that they are there to the very end of a thread.
thread_local! {
    /// How often this thread goes through.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static INSIDE: Cell<Option<ManuallyDrop<RwLockReadGuard<'static, ()>>>> =
        const { Cell::new(None) };
    /// Of the thread that forks.
    static SHUT: RefCell<Option<ManuallyDrop<RwLockWriteGuard<'static, ()>>>> =
        const { RefCell::new(None) };
}

extern "C" fn before() {
    // Of handlers that two threads have registered at once the second finds it shut. And the handler of a
    // signal that forks amid its own thread's change gets a copy of that: nobody could wait for it.
    if DEPTH.get() == 0 && SHUT.with_borrow(Option::is_none) {
        let gate = GATE.write().unwrap_or_else(PoisonError::into_inner);
        SHUT.set(Some(ManuallyDrop::new(gate)));
    }
}

extern "C" fn in_parent() {
    drop(SHUT.take().map(ManuallyDrop::into_inner));
}

extern "C" fn in_child() {
    FORKS.fetch_add(1, Ordering::Relaxed);
    in_parent();
}

/// A number that differs between a process and its forked copies, and costs no
/// call of the system as the process's own number does.
///
/// ```
/// let here = ch08_forks::forks();
/// assert_eq!(ch08_forks::forks(), here);
/// // SAFETY: the child ends at once.
/// match unsafe { libc::fork() } {
///     0 => unsafe { libc::_exit(i32::from(ch08_forks::forks() != here)) },
///     child => {
///         let mut status = 0;
///         // SAFETY: it is this process's child.
///         unsafe { libc::waitpid(child, &raw mut status, 0) };
///         assert_eq!(libc::WEXITSTATUS(status), 1);
///     }
/// }
/// ```
///
/// # Panics
///
/// When there is no memory left to watch forks with, which this does from the
/// first call on.
pub fn forks() -> u32 {
    // Not a `Once`: a fork while that runs would find it running for ever.
    static WATCHED: AtomicBool = AtomicBool::new(false);
    if !WATCHED.load(Ordering::Acquire) {
        // SAFETY: the first waits for those who have locked, none of whom forks or waits for
        // anything else meanwhile; the others unlock what it has locked, in the same thread.
        let failed = unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
        assert_eq!(failed, 0, "there is no memory left to register a function");
        WATCHED.store(true, Ordering::Release);
    }
    FORKS.load(Ordering::Relaxed)
}

/// Someone goes through. One thread may several times, and a fork that waits stops it at the first only.
pub(crate) struct Open {
    _not_send: PhantomData<*const ()>,
}

impl Open {
    pub(crate) fn new() -> Open {
        forks();
        if DEPTH.get() == 0 {
            let gate = GATE.read().unwrap_or_else(PoisonError::into_inner);
            INSIDE.set(Some(ManuallyDrop::new(gate)));
        }
        DEPTH.set(DEPTH.get() + 1);
        Open { _not_send: PhantomData }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
        if DEPTH.get() == 0 {
            drop(INSIDE.take().map(ManuallyDrop::into_inner));
        }
    }
}

#[cfg(test)]
pub(crate) fn is_shut() -> bool {
    GATE.try_read().is_err()
}
