// The guard of `read` goes first, and nobody looks again.

use std::sync::RwLock;

pub fn get(kept: &RwLock<Option<u32>>, make: impl FnOnce() -> u32) -> u32 {
    let seen = kept.read().unwrap();
    if let Some(value) = *seen {
        return value;
    }
    drop(seen);
    let mut kept = kept.write().unwrap();
    let value = make();
    *kept = Some(value);
    value
}
