//! arc-swap: a value is replaced and dropped while somebody has borrowed it.
//!
//! Who loads notes the pointer as a debt. Who stores looks for such debts, and counts the value up for each before it gives it away. To find
//! one it tries a compare-exchange, and one that fails read its value `Acquire`, not `SeqCst`: it could miss a debt that was noted in time,
//! and drop the value that the other thread reads.
//!
//! <https://github.com/vorner/arc-swap/issues/204>, mended in 1.9.1.
//!
//! Expected of arc-swap 1.9.0: a use after free or a data race with a free. Of 1.9.5: proved, if the search gets that far.

use arc_swap::ArcSwap;
use std::sync::Arc;
use std::thread;

/// A borrowed value stays.
pub fn load_beside_store() {
    let shared = Arc::new(ArcSwap::from_pointee(1));
    let theirs = Arc::clone(&shared);
    let other = thread::spawn(move || theirs.store(Arc::new(2)));
    let seen = **shared.load();
    assert!(seen == 1 || seen == 2);
    other.join().unwrap();
}

/// And so does an owned one.
pub fn load_full_beside_store() {
    let shared = Arc::new(ArcSwap::from_pointee(1));
    let theirs = Arc::clone(&shared);
    let other = thread::spawn(move || theirs.store(Arc::new(2)));
    let seen = *shared.load_full();
    assert!(seen == 1 || seen == 2);
    other.join().unwrap();
}
