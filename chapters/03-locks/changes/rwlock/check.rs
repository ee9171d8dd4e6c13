use std::sync::RwLock;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

/// Two ask at the same time. The value is made once, and both get it.
fn the_value_is_made_once() {
    let (kept, made) = (RwLock::new(None), AtomicU32::new(0));
    let get = || change::get(&kept, || made.fetch_add(1, SeqCst) + 7);
    thread::scope(|scope| {
        let other = scope.spawn(get);
        assert_eq!([get(), other.join().unwrap()], [7, 7], "what the two have got");
    });
    assert_eq!(made.into_inner(), 1, "how often the value was made");
}
