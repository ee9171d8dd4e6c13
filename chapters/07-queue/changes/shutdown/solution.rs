// The end means that no more will come. What is there already is still to be had.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};

#[derive(Default)]
pub struct Queue {
    inside: Mutex<Inside>,
    changed: Condvar,
}

#[derive(Default)]
struct Inside {
    items: VecDeque<u32>,
    ended: bool,
}

impl Queue {
    pub fn put(&self, item: u32) {
        self.inside.lock().unwrap().items.push_back(item);
        self.changed.notify_all();
    }

    pub fn end(&self) {
        self.inside.lock().unwrap().ended = true;
        self.changed.notify_all();
    }

    /// The next item, or `None` when no more will come.
    pub fn get(&self) -> Option<u32> {
        let mut inside = self.inside.lock().unwrap();
        loop {
            if let Some(item) = inside.items.pop_front() {
                return Some(item);
            }
            if inside.ended {
                return None;
            }
            inside = self.changed.wait(inside).unwrap();
        }
    }
}
