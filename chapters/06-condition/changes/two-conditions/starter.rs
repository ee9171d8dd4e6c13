// A slot for one item. Both reasons to wait, for room and for an item, share one `Condvar`,
// and `notify_one` can wake the wrong one, who goes back to sleep. Give each reason its own.

use std::sync::{Condvar, Mutex};

#[derive(Default)]
pub struct Slot {
    item: Mutex<Option<u32>>,
    changed: Condvar,
}

impl Slot {
    pub fn put(&self, item: u32) {
        let full = |slot: &mut Option<u32>| slot.is_some();
        let mut slot = self.changed.wait_while(self.item.lock().unwrap(), full).unwrap();
        *slot = Some(item);
        self.changed.notify_one();
    }

    pub fn get(&self) -> u32 {
        let empty = |slot: &mut Option<u32>| slot.is_none();
        let mut slot = self.changed.wait_while(self.item.lock().unwrap(), empty).unwrap();
        self.changed.notify_one();
        slot.take().unwrap()
    }
}
