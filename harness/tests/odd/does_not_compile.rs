//! A type that does not fit.

use std::sync::Mutex;

fn adds_to_a_text() {
    let number: Mutex<u32> = Mutex::new("text");
    *number.lock().unwrap() += 1;
}
