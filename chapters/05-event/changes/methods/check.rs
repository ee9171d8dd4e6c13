use std::sync::atomic::AtomicBool;
use std::thread;

/// Two come at the same time: one of them opens the gate.
fn one_of_two_opens_it() {
    let is_open = AtomicBool::new(false);
    let opened = thread::scope(|scope| {
        let other = scope.spawn(|| change::opens_it(&is_open));
        [change::opens_it(&is_open), other.join().unwrap()]
    });
    assert_ne!(opened[0], opened[1], "one of the two was the first, and the other was not");
    assert!(is_open.into_inner(), "the gate is open at the end");
}
