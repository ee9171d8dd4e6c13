// Two meet, again and again. The last to come raises a flag, wakes the other one, and lowers
// the flag for the next meeting. By the time the other one looks, it is down. Let them wait for
// something that only grows.

use std::sync::{Condvar, Mutex};

#[derive(Default)]
pub struct Meeting {
    inside: Mutex<Inside>,
    changed: Condvar,
}

#[derive(Default)]
struct Inside {
    here: u32,
    complete: bool,
}

impl Meeting {
    /// Waits until both have come.
    pub fn meet(&self) {
        let mut inside = self.inside.lock().unwrap();
        inside.here += 1;
        if inside.here == 2 {
            inside.here = 0;
            inside.complete = true;
            self.changed.notify_all();
            inside.complete = false;
        } else {
            let waits = |inside: &mut Inside| !inside.complete;
            drop(self.changed.wait_while(inside, waits).unwrap());
        }
    }
}
