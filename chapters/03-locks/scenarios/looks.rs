//! The lock for which a thread looks a few times more before it sleeps: what it does is the same.

use ch03_locks::Lock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

/// Steps that must not be mixed: read, add, write. Relaxed, so that the lock alone orders them.
fn add_one(number: &AtomicU32) {
    number.store(number.load(Relaxed) + 1, Relaxed);
}

fn add_in_threads(looks: u32, threads: u32) {
    let (lock, number) = (Lock::with_looks(looks), AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let _held = lock.lock();
                add_one(&number);
            });
        }
    });
    assert_eq!(number.into_inner(), threads);
    assert!(!lock.is_locked());
}

/// Two threads add one, looking once more: nothing is lost.
fn one_look_loses_no_update() {
    add_in_threads(1, 2);
}

/// Two threads add one, looking twice more: nothing is lost.
fn two_looks_lose_no_update() {
    add_in_threads(2, 2);
}

/// Three threads add one, looking once more: nobody is left asleep by those who look.
fn one_look_forgets_nobody() {
    add_in_threads(1, 3);
}

/// Three threads add one, looking twice more: nobody is left asleep by those who look.
fn two_looks_forget_nobody() {
    add_in_threads(2, 3);
}

/// A thread that has waited four times looks ten times more in its fifth wait for a lock like any other, and loses nothing.
fn who_has_waited_often_looks_by_itself() {
    let other = Lock::new();
    other.acquire();
    for _ in 0..4 {
        assert!(!other.acquire_timeout(Duration::from_secs(60)));
    }
    let (lock, number) = (Lock::new(), AtomicU32::new(0));
    let add = || {
        let _held = lock.lock();
        add_one(&number);
    };
    thread::scope(|scope| {
        scope.spawn(add);
        add();
    });
    assert_eq!(number.into_inner(), 2);
    assert!(!lock.is_locked());
}

/// Who looks comes by while another is woken: the one that slept is not forgotten.
fn passed_by_who_looks() {
    let lock = Lock::with_looks(1);
    lock.acquire();
    thread::scope(|scope| {
        scope.spawn(|| drop(lock.lock()));
        lock.release().unwrap();
        drop(lock.lock());
    });
    assert!(!lock.is_locked());
}

/// A wait with a time-out that looks first takes what it reports.
///
/// Time-outs fire at any moment.
fn a_time_out_after_a_look() {
    let lock = Lock::with_looks(1);
    lock.acquire();
    thread::scope(|scope| {
        let waits = scope.spawn(|| lock.acquire_timeout(Duration::from_secs(60)));
        lock.release().unwrap();
        let got = waits.join().unwrap();
        assert_eq!(lock.is_locked(), got);
    });
}
