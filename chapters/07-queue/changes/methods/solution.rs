// `try_get` says what it found, and has taken it already.

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

    /// Takes an item if there is one.
    pub fn try_get(&self) -> Option<u32> {
        self.items.lock().unwrap().pop_front()
    }

    /// Takes all that there is, and waits for nothing.
    pub fn drain(&self) -> Vec<u32> {
        let mut taken = Vec::new();
        while let Some(item) = self.try_get() {
            taken.push(item);
        }
        taken
    }
}
