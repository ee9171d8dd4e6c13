// It notifies under the lock of the sleepers, and may still come before one of them has it.

use std::sync::{Condvar, Mutex};

#[derive(Default)]
pub struct Door {
    is_open: Mutex<bool>,
    sleeping: Mutex<()>,
    opened: Condvar,
}

impl Door {
    pub fn open(&self) {
        *self.is_open.lock().unwrap() = true;
        let _sleeping = self.sleeping.lock().unwrap();
        self.opened.notify_all();
    }

    /// Waits until the door is open.
    pub fn go_through(&self) {
        while !*self.is_open.lock().unwrap() {
            let sleeping = self.sleeping.lock().unwrap();
            drop(self.opened.wait(sleeping).unwrap());
        }
    }
}
