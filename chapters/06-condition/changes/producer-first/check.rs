use change::Door;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;

/// The door opens before, while or after somebody comes, who gets through in any case.
fn everybody_gets_through() {
    let door = Door::default();
    thread::scope(|scope| {
        scope.spawn(|| door.go_through());
        scope.spawn(|| door.go_through());
        door.open();
    });
}

/// The door stays open.
fn it_stays_open() {
    let door = Door::default();
    door.open();
    door.go_through();
}

/// Nobody gets through before it is opened.
fn it_is_closed_at_first() {
    let (door, opening) = (Door::default(), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            door.go_through();
            assert!(opening.load(SeqCst), "somebody got through before the door was opened");
        });
        opening.store(true, SeqCst);
        door.open();
    });
}
