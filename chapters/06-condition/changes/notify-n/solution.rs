// `Condvar` has no `notify(n)`. To wake all is never wrong, for each of them looks again.

use std::sync::{Condvar, Mutex};

#[derive(Default)]
pub struct Shelf {
    things: Mutex<u32>,
    more: Condvar,
}

impl Shelf {
    pub fn put(&self, several: u32) {
        *self.things.lock().unwrap() += several;
        self.more.notify_all();
    }

    pub fn take_one(&self) {
        let empty = |things: &mut u32| *things == 0;
        let mut things = self.more.wait_while(self.things.lock().unwrap(), empty).unwrap();
        *things -= 1;
    }
}
