// A list of two numbers, which are meant to be equal. The writer takes the lock and the reader
// does not, so that it can see one new number and one old. Readers need the lock as well.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

#[derive(Default)]
pub struct List {
    lock: Mutex<()>,
    numbers: [AtomicU32; 2],
}

impl List {
    pub fn write(&self, number: u32) {
        let _held = self.lock.lock().unwrap();
        self.numbers[1].store(number, SeqCst);
        self.numbers[0].store(number, SeqCst);
    }

    pub fn read(&self) -> [u32; 2] {
        [self.numbers[0].load(SeqCst), self.numbers[1].load(SeqCst)]
    }
}
