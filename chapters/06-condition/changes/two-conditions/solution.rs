// Each notification goes to somebody who can use it.

use std::sync::{Condvar, Mutex};

#[derive(Default)]
pub struct Slot {
    item: Mutex<Option<u32>>,
    emptied: Condvar,
    filled: Condvar,
}

impl Slot {
    pub fn put(&self, item: u32) {
        let full = |slot: &mut Option<u32>| slot.is_some();
        let mut slot = self.emptied.wait_while(self.item.lock().unwrap(), full).unwrap();
        *slot = Some(item);
        self.filled.notify_one();
    }

    pub fn get(&self) -> u32 {
        let empty = |slot: &mut Option<u32>| slot.is_none();
        let mut slot = self.filled.wait_while(self.item.lock().unwrap(), empty).unwrap();
        self.emptied.notify_one();
        slot.take().unwrap()
    }
}
