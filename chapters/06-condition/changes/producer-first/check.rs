use change::Door;
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
