//! What takes too long for every test run: see the README of the scenarios.

use ch03_locks::Lock;
use ch06_condition::Condition;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(60);

/// A waiter that gives up does not take the notification away from one that waits on.
///
/// Time-outs fire at any moment.
fn a_time_out_swallows_no_notification() {
    let condition = Condition::with_lock(Arc::new(Lock::new()));
    let produced = AtomicBool::new(false);
    thread::scope(|scope| {
        // The first in the line is the one that may give up.
        let held = condition.lock();
        scope.spawn(|| condition.lock().wait_for(|| produced.load(Relaxed)));
        scope.spawn(|| {
            let held = condition.lock();
            produced.store(true, Relaxed);
            held.notify(1);
        });
        if held.wait_timeout(LONG) {
            // It was meant for one, and this thread has no use for it.
            held.notify(1);
        }
    });
    assert_eq!(condition.waiters(), 0);
}
