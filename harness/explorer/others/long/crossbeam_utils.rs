//! crossbeam-utils: `AtomicCell`, a search that takes long.

use crossbeam_utils::atomic::AtomicCell;
use std::sync::Arc;
use std::thread;

/// No addition to a cell is lost.
pub fn atomic_cell() {
    let cell = Arc::new(AtomicCell::new(0_u64));
    let other = thread::spawn({
        let cell = Arc::clone(&cell);
        move || cell.fetch_add(1)
    });
    cell.fetch_add(2);
    other.join().unwrap();
    assert_eq!(cell.load(), 3);
}
