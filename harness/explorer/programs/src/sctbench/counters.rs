//! Numbers that are looked at, and have changed when something is done about them; and tests that expect the wrong number.

use explore_engine::sync::atomic::Ordering::SeqCst;
use explore_engine::sync::atomic::{AtomicBool, AtomicUsize};
use explore_engine::sync::{Condvar, Mutex};
use explore_engine::thread;

/// Bug: what is left after a deposit and a withdrawal is expected to be less than it is. Seen only by who looks last.
pub(super) fn account(mended: bool) {
    // The balance, and what was done.
    let account = Mutex::new((10, false, false));
    let expected = if mended { 12 } else { 2 };
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut account = account.lock().unwrap();
            account.0 += 5;
            account.1 = true;
        });
        scope.spawn(|| {
            let mut account = account.lock().unwrap();
            account.0 -= 3;
            account.2 = true;
        });
        scope.spawn(|| {
            let account = account.lock().unwrap();
            assert!(!account.1 || !account.2 || account.0 == expected, "the balance is wrong");
        });
    });
}

/// A driver that counts who is in it, itself included.
struct Driver {
    stopping: AtomicBool,
    inside: AtomicUsize,
    empty: (Mutex<bool>, Condvar),
    stopped: AtomicBool,
}

impl Driver {
    fn leave(&self) {
        if self.inside.fetch_sub(1, SeqCst) == 1 {
            *self.empty.0.lock().unwrap() = true;
            self.empty.1.notify_all();
        }
    }

    /// Bug: between the look and the count the driver may stop.
    fn enter(&self) -> bool {
        if self.stopping.load(SeqCst) {
            return false;
        }
        self.inside.fetch_add(1, SeqCst);
        true
    }

    fn enter_mended(&self) -> bool {
        self.inside.fetch_add(1, SeqCst);
        if self.stopping.load(SeqCst) {
            self.leave();
            return false;
        }
        true
    }

    fn stop(&self) {
        self.stopping.store(true, SeqCst);
        self.leave();
        let empty = self.empty.0.lock().unwrap();
        drop(self.empty.1.wait_while(empty, |empty| !*empty).unwrap());
        self.stopped.store(true, SeqCst);
    }
}

/// Bug: a driver stops while somebody is in it (Qadeer, Wu: "KISS: Keep It Simple and Sequential", PLDI 2004).
pub(super) fn bluetooth_driver(mended: bool) {
    let driver = Driver {
        stopping: AtomicBool::new(false),
        inside: AtomicUsize::new(1),
        empty: (Mutex::new(false), Condvar::new()),
        stopped: AtomicBool::new(false),
    };
    thread::scope(|scope| {
        scope.spawn(|| driver.stop());
        scope.spawn(|| {
            if if mended { driver.enter_mended() } else { driver.enter() } {
                assert!(!driver.stopped.load(SeqCst), "the driver has stopped");
                driver.leave();
            }
        });
    });
}

/// Bug: the sum that must not be exceeded is one that is reached.
pub(super) fn lazy(mended: bool) {
    let sum = Mutex::new(0);
    let most = if mended { 3 } else { 2 };
    thread::scope(|scope| {
        scope.spawn(|| *sum.lock().unwrap() += 1);
        scope.spawn(|| *sum.lock().unwrap() += 2);
        scope.spawn(|| assert!(*sum.lock().unwrap() <= most, "it is too much"));
    });
}
