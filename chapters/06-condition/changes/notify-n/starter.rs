// A shelf, onto which several things come at once. Two wait for things, two things come, and
// one of the two goes on waiting. Wake as many as can go on.

use std::sync::{Condvar, Mutex};

#[derive(Default)]
pub struct Shelf {
    things: Mutex<u32>,
    more: Condvar,
}

impl Shelf {
    pub fn put(&self, several: u32) {
        *self.things.lock().unwrap() += several;
        self.more.notify_one();
    }

    pub fn take_one(&self) {
        let empty = |things: &mut u32| *things == 0;
        let mut things = self.more.wait_while(self.things.lock().unwrap(), empty).unwrap();
        *things -= 1;
    }
}
