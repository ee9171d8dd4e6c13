// Of several swaps only one gives back `false`.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

pub fn opens_it(is_open: &AtomicBool) -> bool {
    !is_open.swap(true, SeqCst)
}
