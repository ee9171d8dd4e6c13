// One lock: whoever has looked holds it until asleep, and the door cannot open in between.

use std::sync::{Condvar, Mutex};

#[derive(Default)]
pub struct Door {
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Door {
    pub fn open(&self) {
        *self.is_open.lock().unwrap() = true;
        self.opened.notify_all();
    }

    /// Waits until the door is open.
    pub fn go_through(&self) {
        let mut is_open = self.is_open.lock().unwrap();
        while !*is_open {
            is_open = self.opened.wait(is_open).unwrap();
        }
    }
}
