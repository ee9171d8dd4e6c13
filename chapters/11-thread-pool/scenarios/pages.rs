//! What the book's pages step through, with `std`'s own types: one line, one step.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

/// Three tasks look for a free slot, and then take it. There are two.
///
/// Must fail: the last slot is taken twice. To look and to take must be one step.
fn looked_and_took_a_slot() {
    let free = AtomicU32::new(2);
    let start = || {
        if free.load(SeqCst) > 0 {
            let before = free.fetch_sub(1, SeqCst);
            assert_ne!(before, 0, "more tasks than slots");
        }
    };
    thread::scope(|scope| {
        scope.spawn(start);
        scope.spawn(start);
        start();
    });
}
