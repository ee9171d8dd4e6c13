// A value that is made when it is first asked for, and then kept. The first caller waits for
// itself: it asks for `write` while it still has the guard of `read`. When you have mended that,
// two can find nothing, and both of them make the value: look again when you may write.

use std::sync::RwLock;

pub fn get(kept: &RwLock<Option<u32>>, make: impl FnOnce() -> u32) -> u32 {
    let seen = kept.read().unwrap();
    if let Some(value) = *seen {
        return value;
    }
    let mut kept = kept.write().unwrap();
    let value = make();
    *kept = Some(value);
    value
}
