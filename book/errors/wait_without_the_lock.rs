use std::sync::{Condvar, Mutex};

pub fn consume(filled: &Mutex<bool>, changed: &Condvar) {
    let _still_filled = changed.wait(filled);
}
