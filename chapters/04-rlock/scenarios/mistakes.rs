//! What goes wrong with a lock that is taken twice, and with reentrant locks
//! that forget something.

use ch03_locks::Lock;
use ch04_rlock::{CheckedLock, RLock};
use forgetful::OwnerlessRLock;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

/// A thread acquires a plain lock that it already holds.
///
/// Must fail: it waits for itself, and prints nothing.
fn plain_lock_twice() {
    let lock = Lock::new();
    lock.acquire();
    lock.acquire();
    let _ = lock.release();
    let _ = lock.release();
}

/// The same with the reentrant lock, while another thread does it too.
fn reentrant_lock_twice() {
    let lock = RLock::new();
    let twice = || {
        lock.acquire();
        lock.acquire();
        lock.release().unwrap();
        lock.release().unwrap();
    };
    thread::scope(|scope| {
        scope.spawn(twice);
        twice();
    });
}

/// The owner of a reentrant lock releases it once too seldom.
///
/// Must fail: the lock stays shut, and the other thread waits for ever.
fn released_too_seldom() {
    let lock = RLock::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            lock.acquire();
            lock.acquire();
            lock.release().unwrap();
        });
        lock.acquire();
    });
}

/// Two threads take two locks in opposite orders. Each lock knows its owner, and it does not help.
///
/// Must fail: a circle of two is a deadlock that no lock sees by itself.
fn opposite_orders() {
    let (a, b) = (CheckedLock::new(), CheckedLock::new());
    thread::scope(|scope| {
        scope.spawn(|| {
            let _a = a.lock().unwrap();
            let _b = b.lock().unwrap();
        });
        let _b = b.lock().unwrap();
        let _a = a.lock().unwrap();
    });
}

/// The same with reentrant locks: being allowed to come in again is no help against others.
///
/// Must fail: a deadlock.
fn opposite_orders_reentrant() {
    let (a, b) = (RLock::new(), RLock::new());
    thread::scope(|scope| {
        scope.spawn(|| {
            let _a = a.lock();
            let _b = b.lock();
        });
        let _b = b.lock();
        let _a = a.lock();
    });
}

/// A reentrant lock that does not ask who releases it.
///
/// Must fail: a stranger lets a third thread in beside the owner, and an update is lost.
fn released_by_a_stranger() {
    let (lock, number) = (OwnerlessRLock::default(), AtomicU32::new(0));
    let add = || {
        lock.acquire();
        number.store(number.load(SeqCst) + 1, SeqCst);
        lock.release();
    };
    thread::scope(|scope| {
        scope.spawn(add);
        scope.spawn(|| lock.release());
        add();
    });
    assert_eq!(number.into_inner(), 2);
}

mod forgetful {
    use std::sync::{Condvar, Mutex};
    use std::thread::{self, ThreadId};

    /// Knows its owner when it is acquired, and forgets to ask when it is released.
    #[derive(Default)]
    pub struct OwnerlessRLock {
        holding: Mutex<(Option<ThreadId>, usize)>,
        released: Condvar,
    }

    impl OwnerlessRLock {
        pub fn acquire(&self) {
            let me = thread::current().id();
            let mut holding = self
                .released
                .wait_while(self.holding.lock().unwrap(), |(owner, _)| {
                    owner.is_some_and(|owner| owner != me)
                })
                .unwrap();
            *holding = (Some(me), holding.1 + 1);
        }

        pub fn release(&self) {
            let mut holding = self.holding.lock().unwrap();
            holding.1 = holding.1.saturating_sub(1);
            if holding.1 == 0 {
                holding.0 = None;
                self.released.notify_one();
            }
        }
    }
}
