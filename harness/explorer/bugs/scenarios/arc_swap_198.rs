//! arc-swap: the slow way to load a value reads an old pointer.
//!
//! A thread has eight notes for values that it has borrowed. When they are used up it goes a slower way: it says which pointer it is about to
//! read, reads it, and notes the value. It read the pointer `Acquire`, not `SeqCst`: so it could read one that had been replaced before the
//! note was made, and whose value was dropped by a writer that had looked for notes and seen none.
//!
//! <https://github.com/vorner/arc-swap/issues/198>, mended in 1.9.0.
//!
//! Expected of arc-swap 1.7.1: a use after free. Of 1.9.5: proved, if the search gets that far.

use arc_swap::ArcSwap;
use std::sync::Arc;
use std::thread;

/// A value that is loaded when the quick notes are used up stays.
pub fn load_with_all_slots_taken_beside_store() {
    let other_values: Vec<ArcSwap<u32>> = (0..8).map(ArcSwap::from_pointee).collect();
    let borrowed: Vec<_> = other_values.iter().map(|value| value.load()).collect();
    let shared = Arc::new(ArcSwap::from_pointee(1));
    let theirs = Arc::clone(&shared);
    let other = thread::spawn(move || theirs.store(Arc::new(2)));
    let seen = **shared.load();
    assert!(seen == 1 || seen == 2);
    other.join().unwrap();
    drop(borrowed);
}
