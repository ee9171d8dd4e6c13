//! What was looked at is no longer so when something is done about it. The compiler sees no mistake in it: each access is synchronised, the two together are not.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

fn by_two<T: Send + 'static>(call: impl Fn() -> T + Send + Sync + 'static) -> [T; 2] {
    let call = Arc::new(call);
    let theirs = Arc::clone(&call);
    let other = thread::spawn(move || theirs());
    let mine = call();
    [mine, other.join().unwrap()]
}

/// Whoever finds the flag down proposes, and both do.
///
/// Must fail: the assertion.
pub fn flag() {
    let proposed = AtomicBool::new(false);
    let who = by_two(move || {
        if proposed.load(Ordering::SeqCst) {
            return false;
        }
        proposed.store(true, Ordering::SeqCst);
        true
    });
    assert!(who[0] != who[1]);
}

/// Looked at and raised in one step.
pub fn flag_mended() {
    let proposed = AtomicBool::new(false);
    let who = by_two(move || !proposed.swap(true, Ordering::SeqCst));
    assert!(who[0] != who[1]);
}

/// A number is read, and the next one is stored.
///
/// Must fail: the assertion.
pub fn load_and_store() {
    let next = AtomicU32::new(0);
    let numbers = by_two(move || {
        let number = next.load(Ordering::SeqCst);
        next.store(number + 1, Ordering::SeqCst);
        number
    });
    assert_ne!(numbers[0], numbers[1]);
}

/// In one step.
pub fn load_and_store_mended() {
    let next = AtomicU32::new(0);
    let numbers = by_two(move || next.fetch_add(1, Ordering::SeqCst));
    assert_ne!(numbers[0], numbers[1]);
}

/// Is there enough? And in another critical section, it is taken.
///
/// Must fail: there is not enough any more.
pub fn two_sections() {
    let balance = Mutex::new(5_u32);
    by_two(move || {
        let enough = *balance.lock().unwrap() >= 3;
        if enough {
            let mut balance = balance.lock().unwrap();
            *balance = balance.checked_sub(3).expect("there was enough");
        }
    });
}

/// In one.
pub fn two_sections_mended() {
    let balance = Mutex::new(5_u32);
    let taken = by_two(move || {
        let mut balance = balance.lock().unwrap();
        let enough = *balance >= 3;
        if enough {
            *balance -= 3;
        }
        enough
    });
    assert!(taken[0] != taken[1]);
}
