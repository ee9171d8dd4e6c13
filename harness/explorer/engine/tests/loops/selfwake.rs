use explore_engine::sync::atomic::{AtomicBool, AtomicU32, Ordering::*};
use explore_engine::thread;
use std::sync::Arc;

/// Right: proved. As an executor whose future wakes itself until another is done.
pub fn unparks_itself() {
    let busy = Arc::new(AtomicBool::new(true));
    let b = Arc::clone(&busy);
    let t = thread::spawn(move || b.store(false, Release));
    while busy.load(Acquire) {
        thread::current().unpark();
        thread::park();
    }
    t.join().unwrap();
}
/// Right: proved. As futures' block_on.
pub fn executor_like() {
    let busy = Arc::new(AtomicBool::new(true));
    let woken = AtomicBool::new(false);
    let b = Arc::clone(&busy);
    let t = thread::spawn(move || b.store(false, Release));
    while busy.load(Acquire) {
        if !woken.swap(true, Release) {
            thread::current().unpark();
        }
        while !woken.swap(false, Acquire) {
            thread::park();
        }
    }
    t.join().unwrap();
}
/// Right: proved. A lock that counts its attempts.
pub fn counts_its_attempts() {
    let lock = Arc::new((AtomicBool::new(false), AtomicU32::new(0)));
    let l = Arc::clone(&lock);
    let take = |l: &(AtomicBool, AtomicU32)| {
        while l.0.compare_exchange(false, true, Acquire, Relaxed).is_err() {
            l.1.fetch_add(1, Relaxed);
            thread::yield_now();
        }
        l.0.store(false, Release);
    };
    let t = thread::spawn(move || take(&l));
    take(&lock);
    t.join().unwrap();
}

/// Right: proved. A count that is raised on trial and lowered again, until another thread is done.
pub fn trial_and_back() {
    let n = Arc::new((explore_engine::sync::Mutex::new(true), AtomicU32::new(0)));
    let m = Arc::clone(&n);
    let t = thread::spawn(move || *m.0.lock().unwrap() = false);
    loop {
        let there = n.0.lock().unwrap();
        if !*there {
            break;
        }
        n.1.fetch_add(1, Relaxed);
        n.1.fetch_sub(1, Relaxed);
    }
    t.join().unwrap();
}
