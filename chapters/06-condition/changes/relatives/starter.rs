// A semaphore of our own. It notifies only when there was no permit left. When two come back one
// right after the other, one of two who wait sleeps on, although there is a permit. Mend it.

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
        let mut left = self.left.lock().unwrap();
        *left += 1;
        if *left == 1 {
            self.returned.notify_one();
        }
    }
}
