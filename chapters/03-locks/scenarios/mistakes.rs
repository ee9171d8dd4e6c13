//! What goes wrong without the lock, and with it.

use ch03_locks::Lock;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;
// ANCHOR: lost_update
/// The program `lost-update`: `n += 1` in two threads is read, add, write.
///
/// Must fail: both read before either writes, and one update is lost.
fn lost_update() {
    let number = AtomicU32::new(0);
    let add = || number.store(number.load(SeqCst) + 1, SeqCst);
    thread::scope(|scope| {
        scope.spawn(add);
        scope.spawn(add);
    });
    assert_eq!(number.into_inner(), 2);
}
// ANCHOR_END: lost_update
/// The program `list-race`: a list is read forwards while it is written backwards.
///
/// Must fail: the reader sees the old front and the new back, a list that never was.
fn list_read_while_written() {
    let list = <[AtomicU32; 2]>::default();
    thread::scope(|scope| {
        scope.spawn(|| list.iter().rev().for_each(|item| item.store(1, SeqCst)));
        let seen = list.each_ref().map(|item| item.load(SeqCst));
        assert!(seen == [0, 0] || seen == [1, 1], "read {seen:?}");
    });
}

/// The same list with the lock around the reading and the writing.
fn list_read_under_the_lock() {
    let (lock, list) = (Lock::new(), <[AtomicU32; 2]>::default());
    thread::scope(|scope| {
        scope.spawn(|| {
            let _held = lock.lock();
            list.iter().rev().for_each(|item| item.store(1, SeqCst));
        });
        let _held = lock.lock();
        let seen = list.each_ref().map(|item| item.load(SeqCst));
        assert!(seen == [0, 0] || seen == [1, 1], "read {seen:?}");
    });
}

/// Two threads take the same two locks in opposite orders.
///
/// Must fail: each holds one and waits for the other. A deadlock.
fn opposite_orders() {
    let (a, b) = (Lock::new(), Lock::new());
    thread::scope(|scope| {
        scope.spawn(|| {
            let _a = a.lock();
            let _b = b.lock();
        });
        let _b = b.lock();
        let _a = a.lock();
    });
}

/// Two threads take the same two locks in the same order, and both come through.
fn one_order() {
    let (a, b) = (Lock::new(), Lock::new());
    let both = || {
        let _a = a.lock();
        let _b = b.lock();
    };
    thread::scope(|scope| {
        scope.spawn(both);
        both();
    });
}

/// Three threads take three locks in a circle, as the philosophers their forks.
///
/// Must fail: each holds its left fork and waits for its right one. A deadlock.
fn three_philosophers() {
    let forks = [Lock::new(), Lock::new(), Lock::new()];
    let eat = |seat: usize| {
        let _left = forks[seat].lock();
        let _right = forks[(seat + 1) % 3].lock();
    };
    thread::scope(|scope| {
        scope.spawn(|| eat(0));
        scope.spawn(|| eat(1));
        eat(2);
    });
}

/// A thread acquires the lock that it holds already.
///
/// Must fail: it waits for itself. Chapter 4 has the locks that help.
fn acquired_twice() {
    let lock = Lock::new();
    let _outer = lock.lock();
    let _inner = lock.lock();
}

/// A thread ends with the raw lock still acquired.
///
/// Must fail: whoever comes next waits for ever. The guard is the mend.
fn never_released() {
    let lock = Lock::new();
    thread::scope(|scope| {
        scope.spawn(|| lock.acquire());
        lock.acquire();
    });
}

/// A thread releases a lock that it could not take.
///
/// Must fail: it lets a third one in beside the owner, and an update is lost.
fn released_without_having_it() {
    let (lock, number) = (Lock::new(), AtomicU32::new(0));
    let add = || {
        lock.acquire();
        number.store(number.load(SeqCst) + 1, SeqCst);
        let _ = lock.release();
    };
    thread::scope(|scope| {
        scope.spawn(add);
        scope.spawn(add);
        // The answer is thrown away.
        lock.try_acquire();
        let _ = lock.release();
    });
    assert_eq!(number.into_inner(), 2);
}

/// Each of the two steps holds the lock, but not the time between them.
///
/// Must fail: what was looked at is no longer so when it is acted upon. Two take the last ticket.
fn looked_and_then_acted() {
    let (lock, tickets) = (Lock::new(), AtomicU32::new(1));
    let buy = || {
        let held = lock.lock();
        let some_left = tickets.load(SeqCst) > 0;
        drop(held);
        if some_left {
            let _held = lock.lock();
            let left = tickets.load(SeqCst).checked_sub(1);
            tickets.store(left.expect("there was a ticket left"), SeqCst);
        }
    };
    thread::scope(|scope| {
        scope.spawn(buy);
        buy();
    });
}
