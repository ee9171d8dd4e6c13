// A queue that can end. What is in it when it ends is lost sometimes: it depends on whether the
// consumer comes before the end or after it. Let `get` go on until the queue is empty.

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
            if inside.ended {
                return None;
            }
            if let Some(item) = inside.items.pop_front() {
                return Some(item);
            }
            inside = self.changed.wait(inside).unwrap();
        }
    }
}
