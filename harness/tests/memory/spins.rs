//! Loops that wait, where memory is watched: a round in vain is told as one, whatever the watching leaves on the stack.

use std::hint::spin_loop;
use std::sync::{Arc, Mutex, RwLock};
use std::thread;

/// Must fail: livelock. Each holds a lock and tries to take the other's.
fn each_tries_the_other_s_lock() {
    let (a, b) = (Mutex::new(()), Mutex::new(()));
    thread::scope(|scope| {
        scope.spawn(|| {
            let _held = a.lock().unwrap();
            while b.try_lock().is_err() {
                spin_loop();
            }
        });
        let _held = b.lock().unwrap();
        while a.try_lock().is_err() {
            spin_loop();
        }
    });
}

/// Must fail: livelock. The same without a scope.
fn each_tries_the_other_s_shared_lock() {
    let (a, b) = (Arc::new(Mutex::new(())), Arc::new(Mutex::new(())));
    let (first, second) = (Arc::clone(&a), Arc::clone(&b));
    let other = thread::spawn(move || {
        let _held = first.lock().unwrap();
        while second.try_lock().is_err() {
            spin_loop();
        }
    });
    {
        let _held = b.lock().unwrap();
        while a.try_lock().is_err() {
            spin_loop();
        }
    }
    other.join().unwrap();
}

/// Must fail: livelock. A writer and a reader.
fn a_reader_and_a_writer_try() {
    let (a, b) = (RwLock::new(()), RwLock::new(()));
    thread::scope(|scope| {
        scope.spawn(|| {
            let _held = a.write().unwrap();
            while b.try_write().is_err() {
                spin_loop();
            }
        });
        let _held = b.read().unwrap();
        while a.try_read().is_err() {
            spin_loop();
        }
    });
}

/// It is right: they take the locks in one order.
fn both_try_in_one_order() {
    let (a, b) = (Mutex::new(()), Mutex::new(()));
    let take_both = || {
        let _first = a.lock().unwrap();
        while b.try_lock().is_err() {
            spin_loop();
        }
    };
    thread::scope(|scope| {
        scope.spawn(take_both);
        take_both();
    });
}
