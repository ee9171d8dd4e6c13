// The one who is woken lowers the flag, and until then the next meeting begins with a flag that
// is up.

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
        } else {
            let waits = |inside: &mut Inside| !inside.complete;
            let mut inside = self.changed.wait_while(inside, waits).unwrap();
            inside.complete = false;
        }
    }
}
