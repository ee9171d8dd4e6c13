// The meetings are counted, and that a meeting is over cannot be undone.

use std::sync::{Condvar, Mutex};

#[derive(Default)]
pub struct Meeting {
    inside: Mutex<Inside>,
    changed: Condvar,
}

#[derive(Default)]
struct Inside {
    here: u32,
    meetings: u32,
}

impl Meeting {
    /// Waits until both have come.
    pub fn meet(&self) {
        let mut inside = self.inside.lock().unwrap();
        inside.here += 1;
        if inside.here == 2 {
            inside.here = 0;
            inside.meetings += 1;
            self.changed.notify_all();
        } else {
            let before = inside.meetings;
            let waits = |inside: &mut Inside| inside.meetings == before;
            drop(self.changed.wait_while(inside, waits).unwrap());
        }
    }
}
