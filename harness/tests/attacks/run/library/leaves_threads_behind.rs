//! Threads that go on when the check has ended.
use std::thread;

pub fn attack() {
    for _ in 0..8 {
        thread::spawn(|| {
            loop {
                thread::yield_now();
            }
        });
    }
}
