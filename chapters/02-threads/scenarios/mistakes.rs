//! What goes wrong with threads that nobody waits for, and with those that
//! wait for each other.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};

/// A `main` that joins nobody: in Rust it may end before its threads have done anything.
///
/// Must fail: `main` is at its end, and nothing is done. `main_scope` is the mend.
fn nobody_waits() {
    let done = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&done);
    thread::spawn(move || count.fetch_add(1, SeqCst));
    assert_eq!(done.load(SeqCst), 1);
}

/// Each of two threads waits for the other's end, and `main` for both.
///
/// Must fail: a deadlock. The chapter's `join` refuses only a thread that joins itself.
fn two_join_each_other() {
    let (give_one, take_one) = mpsc::channel::<JoinHandle<()>>();
    let (give_other, take_other) = mpsc::channel::<JoinHandle<()>>();
    let (alive, all_ended) = mpsc::channel::<()>();
    let join = |whom: mpsc::Receiver<JoinHandle<()>>| {
        let alive = alive.clone();
        thread::spawn(move || {
            let _alive = alive;
            whom.recv().unwrap().join().unwrap();
        })
    };
    let one = join(take_one);
    let other = join(take_other);
    give_one.send(other).unwrap();
    give_other.send(one).unwrap();
    drop(alive);
    assert!(all_ended.recv().is_err());
}

/// A timer whose cancellation is a flag that its thread looks at before the call.
///
/// Must fail: `cancel` says that it came in time, and the function is called all the same. To look
/// and to begin must be one step.
fn a_timer_with_a_flag() {
    let cancelled = AtomicBool::new(false);
    let called = AtomicBool::new(false);
    let in_time = thread::scope(|scope| {
        scope.spawn(|| {
            if !cancelled.load(SeqCst) {
                called.store(true, SeqCst);
            }
        });
        cancelled.store(true, SeqCst);
        !called.load(SeqCst)
    });
    assert!(!(in_time && called.into_inner()), "cancelled in time, and called");
}

/// Threads that count themselves in when they run are not yet counted when `start` returns.
///
/// Must fail: whoever looks right after the start may see nobody. So the registry is told by the
/// thread that starts another.
fn counted_by_the_thread_itself() {
    let alive = AtomicU32::new(1);
    thread::scope(|scope| {
        scope.spawn(|| alive.fetch_add(1, SeqCst));
        assert_eq!(alive.load(SeqCst), 2);
    });
}
