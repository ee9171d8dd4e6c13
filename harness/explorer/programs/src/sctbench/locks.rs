//! Locks that are taken in a wrong order, not given back, or not the right ones.

use explore_engine::sync::atomic::AtomicUsize;
use explore_engine::sync::atomic::Ordering::SeqCst;
use explore_engine::sync::{Mutex, MutexGuard};
use explore_engine::thread;

/// Bug: the first of a group takes a lock, its last gives it back; the counts of both groups are under one lock, which who waits for the other group keeps.
pub(super) fn carter(mended: bool) {
    let counts = [Mutex::new(0), Mutex::new(0)];
    let room = Mutex::new(());
    thread::scope(|scope| {
        for group in 0..2 {
            let count = &counts[if mended { group } else { 0 }];
            let room = &room;
            // How many of a group there are, if both groups are counted under one lock.
            let mine = AtomicUsize::new(0);
            scope.spawn(move || {
                let mut held: Option<MutexGuard<'_, ()>> = None;
                {
                    let _count = count.lock().unwrap();
                    if mine.fetch_add(1, SeqCst) == 0 {
                        held = Some(room.lock().unwrap());
                    }
                }
                let _count = count.lock().unwrap();
                if mine.fetch_sub(1, SeqCst) == 1 {
                    drop(held.take());
                }
            });
        }
    });
}

/// Bug: two locks, taken in two orders.
pub(super) fn deadlock(mended: bool) {
    let [left, right] = [Mutex::new(0), Mutex::new(0)];
    thread::scope(|scope| {
        scope.spawn(|| {
            let _left = left.lock().unwrap();
            *right.lock().unwrap() += 1;
        });
        scope.spawn(|| {
            let [first, second] = if mended { [&left, &right] } else { [&right, &left] };
            let _first = first.lock().unwrap();
            *second.lock().unwrap() += 1;
        });
    });
}

/// Bug: each has its left fork and wants the right one.
pub(super) fn philosophers(number: usize, mended: bool) {
    let forks: Vec<Mutex<()>> = (0..number).map(|_| Mutex::new(())).collect();
    let forks = &forks;
    thread::scope(|scope| {
        for me in 0..number {
            scope.spawn(move || {
                let [left, right] = [me, (me + 1) % number];
                let order = if mended { [left.min(right), left.max(right)] } else { [left, right] };
                let _forks = order.map(|fork| forks[fork].lock().unwrap());
            });
        }
    });
}

/// Bug: a lock is not given back after its last use.
pub(super) fn phase(mended: bool) {
    let [first, second] = [Mutex::new(0), Mutex::new(0)];
    thread::scope(|scope| {
        scope.spawn(|| {
            *first.lock().unwrap() += 1;
            let mut second = second.lock().unwrap();
            *second += 1;
            if !mended {
                std::mem::forget(second);
            }
        });
        scope.spawn(|| {
            let mut first = first.lock().unwrap();
            *second.lock().unwrap() += *first;
            *first = 0;
        });
    });
}

/// Bug: one thread has the lock of a number, all others have another one.
pub(super) fn wrong_lock(others: usize, mended: bool) {
    let [right, wrong] = [Mutex::new(()), Mutex::new(())];
    let number = AtomicUsize::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _lock = right.lock().unwrap();
            let before = number.load(SeqCst);
            number.store(before + 1, SeqCst);
            assert_eq!(number.load(SeqCst), before + 1, "somebody else has changed it");
        });
        for _ in 0..others {
            scope.spawn(|| {
                let _lock = if mended { &right } else { &wrong }.lock().unwrap();
                let before = number.load(SeqCst);
                number.store(before + 1, SeqCst);
            });
        }
    });
}
