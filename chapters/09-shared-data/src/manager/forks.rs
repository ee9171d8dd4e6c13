//! What a fork copies is whole.
//!
//! A forked child has one thread. What another held locked at that moment is locked in the child for ever, and perhaps half
//! written. So whoever looks at what this process knows of managers holds a gate open meanwhile, and a fork, whoever makes it,
//! waits until nobody does.

use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, Once, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

static FORKS: AtomicU32 = AtomicU32::new(0);
static GATE: RwLock<()> = RwLock::new(());

thread_local! {
    /// Of the thread that forks.
    static SHUT: Cell<Option<RwLockWriteGuard<'static, ()>>> = const { Cell::new(None) };
}

extern "C" fn before() {
    let gate = GATE.write().unwrap_or_else(PoisonError::into_inner);
    // A fork while the thread's own values are destroyed is copied as it comes.
    let _ = SHUT.try_with(|shut| shut.set(Some(gate)));
}

extern "C" fn in_parent() {
    let _ = SHUT.try_with(Cell::take);
}

extern "C" fn in_child() {
    FORKS.fetch_add(1, Ordering::Relaxed);
    in_parent();
}

/// Differs between a process and its forked copies, and costs no call of the
/// kernel as `getpid` does.
pub(super) fn forks() -> u32 {
    static WATCHED: Once = Once::new();
    WATCHED.call_once(|| {
        // SAFETY: the first locks and waits for those who have locked, none of whom forks or waits
        // for anything else meanwhile; the others unlock what it has locked, in the same thread.
        let failed = unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
        assert_eq!(failed, 0, "there is no memory left to register a function");
    });
    FORKS.load(Ordering::Relaxed)
}

/// What no fork finds locked. While it is locked, nothing else of the kind may be, and no process be started.
#[derive(Debug, Default)]
pub(super) struct Whole<T>(Mutex<T>);

/// Unlocks first, and then leaves the gate.
pub(super) struct WholeGuard<'a, T> {
    value: MutexGuard<'a, T>,
    _gate: RwLockReadGuard<'static, ()>,
}

impl<T> Whole<T> {
    pub(super) const fn new(value: T) -> Whole<T> {
        Whole(Mutex::new(value))
    }

    pub(super) fn lock(&self) -> WholeGuard<'_, T> {
        forks();
        let gate = GATE.read().unwrap_or_else(PoisonError::into_inner);
        WholeGuard { value: self.0.lock().unwrap_or_else(PoisonError::into_inner), _gate: gate }
    }
}

impl<T> Deref for WholeGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for WholeGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::mpsc::channel;
    use std::thread;

    #[test]
    fn a_fork_waits_for_who_has_locked() {
        let whole = Arc::new(Whole::new(0));
        let before = forks();
        let (locked, is_locked) = channel();
        let (go_on, may_go_on) = channel::<()>();
        let other = Arc::clone(&whole);
        let holder = thread::spawn(move || {
            let mut guard = other.lock();
            *guard = 1;
            locked.send(()).unwrap();
            may_go_on.recv().unwrap();
            *guard = 2;
        });
        is_locked.recv().unwrap();
        // The child finds it unlocked, and what the holder did in the end.
        let forker = thread::spawn(move || {
            // SAFETY: the child only looks at this module, and ends.
            match unsafe { libc::fork() } {
                0 => {
                    let seen = *whole.lock();
                    // SAFETY: it ends the process.
                    unsafe { libc::_exit(seen + forks().wrapping_sub(before) as i32) }
                }
                child => {
                    let mut status = 0;
                    // SAFETY: it is this process's child.
                    assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
                    (libc::WIFEXITED(status), libc::WEXITSTATUS(status))
                }
            }
        });
        while GATE.try_read().is_ok() {
            // The fork has not come to the gate yet.
            thread::yield_now();
        }
        go_on.send(()).unwrap();
        holder.join().unwrap();
        assert_eq!(forker.join().unwrap(), (true, 3));
        assert_eq!(forks(), before);
    }
}
