// A door that is opened once. It has two locks: one for the fact that it is open, one for
// those who sleep. Between looking and sleeping nobody holds either, and at that moment the
// notification is lost. One lock is enough.

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
