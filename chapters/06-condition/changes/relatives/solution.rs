// A permit that comes back is news for one more, whatever there was before.

use std::sync::{Condvar, Mutex};

pub struct Permits {
    left: Mutex<u32>,
    returned: Condvar,
}

impl Permits {
    pub fn new(permits: u32) -> Permits {
        Permits { left: Mutex::new(permits), returned: Condvar::new() }
    }

    /// Takes a permit, and waits until there is one.
    pub fn take(&self) {
        let none = |left: &mut u32| *left == 0;
        let mut left = self.returned.wait_while(self.left.lock().unwrap(), none).unwrap();
        *left -= 1;
    }

    pub fn give_back(&self) {
        *self.left.lock().unwrap() += 1;
        self.returned.notify_one();
    }
}
