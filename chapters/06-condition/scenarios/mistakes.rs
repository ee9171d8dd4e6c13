//! What goes wrong with conditions. With `std`'s `Condvar` where the mistake
//! is the same there, with the chapter's own where that makes a difference.

use ch03_locks::Lock;
use ch06_condition::{Barrier, Condition, Semaphore};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

/// The document's consumers wait for the notification itself, not for what it stands for.
///
/// Must fail: the producer notifies before the consumer waits, and the consumer waits for ever.
fn notified_before_the_wait() {
    let condition = Condition::new();
    thread::scope(|scope| {
        scope.spawn(|| condition.lock().wait());
        condition.lock().notify_all();
    });
}

/// A consumer that looks with `if` and not with `while`.
///
/// Must fail: between the notification and the wake-up another consumer takes the item. Who was
/// woken takes from an empty queue.
fn if_instead_of_while() {
    let (items, not_empty) = (Mutex::new(VecDeque::new()), Condvar::new());
    let consume = || {
        let mut items = items.lock().unwrap();
        if items.is_empty() {
            items = not_empty.wait(items).unwrap();
        }
        let item: Option<u32> = items.pop_front();
        item.expect("somebody was notified, so there is an item");
    };
    let produce = || {
        items.lock().unwrap().push_back(1);
        not_empty.notify_one();
    };
    thread::scope(|scope| {
        scope.spawn(consume);
        scope.spawn(consume);
        produce();
        produce();
    });
}

/// The same mistake with the chapter's condition. It has no spurious wake-ups, and that is no help.
///
/// Must fail: the item may be gone all the same.
fn if_instead_of_while_without_spurious_wake_ups() {
    let condition = Condition::with_lock(Arc::new(Lock::new()));
    let items = AtomicU32::new(0);
    let consume = || {
        let held = condition.lock();
        if items.load(SeqCst) == 0 {
            held.wait();
        }
        assert!(items.load(SeqCst) > 0, "somebody was notified, so there is an item");
        items.fetch_sub(1, SeqCst);
    };
    thread::scope(|scope| {
        scope.spawn(consume);
        scope.spawn(consume);
        for _ in 0..2 {
            let held = condition.lock();
            items.fetch_add(1, SeqCst);
            held.notify(1);
        }
    });
}

/// A slot for one item, and one condition for both reasons to wait.
///
/// Must fail: a consumer's notification wakes the other consumer instead of the producer. All wait,
/// and nothing moves. The program `two-conditions` is the mend.
fn one_condition_for_two_facts() {
    let (slot, changed) = (Mutex::new(None), Condvar::new());
    let consume = || {
        let mut slot = changed.wait_while(slot.lock().unwrap(), |slot| slot.is_none()).unwrap();
        *slot = None;
        changed.notify_one();
    };
    thread::scope(|scope| {
        scope.spawn(consume);
        scope.spawn(consume);
        for item in 1..=2 {
            let mut slot = changed.wait_while(slot.lock().unwrap(), |slot| slot.is_some()).unwrap();
            *slot = Some(item);
            changed.notify_one();
        }
    });
}

/// The same with `notify_all`: everybody is woken, and whoever can go on does.
fn one_condition_and_notify_all() {
    let (slot, changed) = (Mutex::new(None), Condvar::new());
    let consume = || {
        let mut slot = changed.wait_while(slot.lock().unwrap(), |slot| slot.is_none()).unwrap();
        *slot = None;
        changed.notify_all();
    };
    thread::scope(|scope| {
        scope.spawn(consume);
        scope.spawn(consume);
        for item in 1..=2 {
            let mut slot = changed.wait_while(slot.lock().unwrap(), |slot| slot.is_some()).unwrap();
            *slot = Some(item);
            changed.notify_all();
        }
    });
}

/// A fact that concerns two, announced with `notify_one`.
///
/// Must fail: the second waits for ever.
fn notify_one_where_two_wait() {
    let (open, opened) = (Mutex::new(false), Condvar::new());
    let pass = || {
        let is_open = open.lock().unwrap();
        drop(opened.wait_while(is_open, |is_open| !*is_open).unwrap());
    };
    thread::scope(|scope| {
        scope.spawn(pass);
        scope.spawn(pass);
        *open.lock().unwrap() = true;
        opened.notify_one();
    });
}

/// A fact that is made true without the lock.
///
/// Must fail: it becomes true, and the notification comes, after the waiter's look and before its
/// sleep.
fn changed_without_the_lock() {
    let (open, door, opened) = (AtomicBool::new(false), Mutex::new(()), Condvar::new());
    thread::scope(|scope| {
        scope.spawn(|| {
            drop(opened.wait_while(door.lock().unwrap(), |()| !open.load(SeqCst)).unwrap());
        });
        open.store(true, SeqCst);
        opened.notify_one();
    });
}

/// A permit that is given back as the last line of the work.
///
/// Must fail: work that panics never gets there, and the next one waits for ever. `permit` is the
/// mend.
fn a_permit_lost_in_a_panic() {
    let semaphore = Semaphore::new(1);
    thread::scope(|scope| {
        scope.spawn(|| {
            let work = || {
                semaphore.acquire();
                let failed = true;
                assert!(!failed, "on purpose");
                semaphore.release(1);
            };
            let _ = catch_unwind(AssertUnwindSafe(work));
        });
        semaphore.acquire();
    });
}

/// A permit that is given back and was never taken.
///
/// Must fail: a semaphore of one lets two in. A bounded one refuses.
fn a_permit_too_many() {
    let (semaphore, inside) = (Semaphore::new(1), AtomicU32::new(0));
    semaphore.release(1);
    let visit = || {
        let _permit = semaphore.permit();
        assert_eq!(inside.fetch_add(1, SeqCst), 0, "two are inside");
        inside.fetch_sub(1, SeqCst);
    };
    thread::scope(|scope| {
        scope.spawn(visit);
        visit();
    });
}

/// A barrier for three at which only two arrive.
///
/// Must fail: they wait for ever. A time-out would break it.
fn one_does_not_come() {
    let barrier = Barrier::new(3);
    thread::scope(|scope| {
        scope.spawn(|| barrier.wait().is_ok());
        barrier.wait().is_ok()
    });
}
