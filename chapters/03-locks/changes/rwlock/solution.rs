// The guard of `read` goes first; and what was seen through it may have changed by then.

use std::sync::RwLock;

pub fn get(kept: &RwLock<Option<u32>>, make: impl FnOnce() -> u32) -> u32 {
    let seen = kept.read().unwrap();
    if let Some(value) = *seen {
        return value;
    }
    drop(seen);
    let mut kept = kept.write().unwrap();
    if let Some(value) = *kept {
        return value;
    }
    let value = make();
    *kept = Some(value);
    value
}
