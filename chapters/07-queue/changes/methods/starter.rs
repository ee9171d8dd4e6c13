// Two threads empty a queue. Each asks whether there is something left, and then gets it. The
// other one can take the last item in between, and then `get` waits for ever. Give the queue a
// method that looks and takes in one step, and use it in `drain`. `get` has to wait as before.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};

#[derive(Default)]
pub struct Queue {
    items: Mutex<VecDeque<u32>>,
    arrived: Condvar,
}

impl Queue {
    pub fn put(&self, item: u32) {
        self.items.lock().unwrap().push_back(item);
        self.arrived.notify_one();
    }

    /// Takes an item, and waits until there is one.
    pub fn get(&self) -> u32 {
        let empty = |items: &mut VecDeque<u32>| items.is_empty();
        let mut items = self.arrived.wait_while(self.items.lock().unwrap(), empty).unwrap();
        items.pop_front().unwrap()
    }

    pub fn len(&self) -> usize {
        self.items.lock().unwrap().len()
    }

    /// Takes all that there is, and waits for nothing.
    pub fn drain(&self) -> Vec<u32> {
        let mut taken = Vec::new();
        while self.len() > 0 {
            taken.push(self.get());
        }
        taken
    }
}
