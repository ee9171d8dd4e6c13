//! What a condition refuses.

use ch03_locks::{Lock, Waiter};
use ch06_condition::{Condition, ConditionLock, NotOwner};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(2);

/// Every raw call that needs the lock, without it.
fn all_are_refused<L: ConditionLock>(condition: &Condition<L>) {
    assert_eq!(condition.wait(), Err(NotOwner));
    assert_eq!(condition.wait_timeout(SHORT), Err(NotOwner));
    assert_eq!(condition.wait_for(|| true), Err(NotOwner));
    assert_eq!(condition.wait_for_timeout(|| true, SHORT), Err(NotOwner));
    assert_eq!(condition.notify(1), Err(NotOwner));
    assert_eq!(condition.notify_all(), Err(NotOwner));
    assert_eq!(condition.release(), Err(NotOwner));
    assert_eq!(condition.waiters(), 0, "a refused thread stands in no line");
}

#[test]
fn the_raw_core_refuses_whoever_does_not_hold_the_lock() {
    all_are_refused(&Condition::new());
    all_are_refused(&Condition::with_lock(Arc::new(Lock::new())));

    let condition = Condition::default();
    let _held = condition.lock();
    thread::scope(|scope| {
        scope.spawn(|| all_are_refused(&condition));
    });
    assert_eq!(condition.notify(1), Ok(0));
}

/// A lock that nobody holds, and that is offended when asked to give it back.
struct Nobodys;

impl ConditionLock for Nobodys {
    type Saved = ();
    fn acquire(&self) {}
    fn try_acquire(&self) -> bool {
        false
    }
    fn acquire_timeout(&self, _: Duration) -> bool {
        false
    }
    fn release(&self) -> Result<(), NotOwner> {
        Err(NotOwner)
    }
    fn is_owned(&self) -> bool {
        false
    }
    fn release_all(&self) -> Result<(), NotOwner> {
        panic!("a stranger came as far as this, and already stands in the line");
    }
    fn restore(&self, (): ()) {}
}

#[test]
fn a_refused_thread_takes_no_notification_away() {
    let condition = Condition::with_lock(Arc::new(Nobodys));
    all_are_refused(&condition);
}

/// A lock that fails at the second thread that it is to wake.
#[derive(Default)]
struct Clumsy {
    lock: Lock,
    woken: AtomicU32,
}

impl ConditionLock for Clumsy {
    type Saved = ();
    fn acquire(&self) {
        self.lock.acquire();
    }
    fn try_acquire(&self) -> bool {
        self.lock.try_acquire()
    }
    fn acquire_timeout(&self, timeout: Duration) -> bool {
        self.lock.acquire_timeout(timeout)
    }
    fn release(&self) -> Result<(), NotOwner> {
        Ok(self.lock.release()?)
    }
    fn is_owned(&self) -> bool {
        self.lock.is_locked()
    }
    fn release_all(&self) -> Result<(), NotOwner> {
        self.release()
    }
    fn restore(&self, (): ()) {
        self.lock.acquire();
    }
    fn wake_on_release(&self, waiter: Waiter) {
        waiter.wake();
        assert_ne!(self.woken.fetch_add(1, Relaxed), 1, "on purpose");
    }
}

#[test]
fn a_lock_that_panics_leaves_nobody_asleep() {
    let condition = Arc::new(Condition::with_lock(Arc::new(Clumsy::default())));
    let (awake, woken) = mpsc::channel();
    for _ in 0..4 {
        let (condition, awake) = (Arc::clone(&condition), awake.clone());
        // Not scoped: one that sleeps on shall not keep the test from its end.
        thread::spawn(move || {
            condition.lock().wait();
            awake.send(()).unwrap();
        });
    }
    while condition.waiters() < 4 {
        thread::yield_now();
    }
    let outcome = catch_unwind(AssertUnwindSafe(|| condition.lock().notify_all()));
    assert!(outcome.is_err());
    for _ in 0..4 {
        woken.recv_timeout(Duration::from_secs(20)).expect("whoever was notified is woken");
    }
    assert_eq!(condition.waiters(), 0);
}

#[test]
#[should_panic(expected = "another lock")]
fn a_condition_on_another_lock_is_not_held() {
    let (left, right) = (Condition::new(), Condition::new());
    left.lock().on(&right).notify(1);
}

#[test]
#[should_panic(expected = "released under its guard")]
fn a_guard_notices_that_the_lock_was_released_underneath() {
    let condition = Condition::new();
    let held = condition.lock();
    condition.release().unwrap();
    held.notify(1);
}
