//! What goes wrong with threads that nobody waits for, and with those that
//! wait for each other.

use ch02_threads::{JoinHandle, main_scope, spawn};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::thread;

/// The document's `main` joins nobody: in Rust it may end before its threads have printed.
///
/// Must fail: a thread is still there at the end. `main_scope` is the mend.
fn nobody_waits() {
    let done = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&done);
    thread::spawn(move || count.fetch_add(1, SeqCst));
}

/// Each of two threads waits for the other's end.
///
/// Must fail: a deadlock. The library refuses only a thread that joins itself.
fn two_join_each_other() {
    let (give_one, take_one) = mpsc::channel::<JoinHandle<()>>();
    let (give_other, take_other) = mpsc::channel::<JoinHandle<()>>();
    main_scope(|| {
        let one = spawn(move || take_one.recv().unwrap().join().unwrap());
        let other = spawn(move || take_other.recv().unwrap().join().unwrap());
        give_one.send(other).unwrap();
        give_other.send(one).unwrap();
    });
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
