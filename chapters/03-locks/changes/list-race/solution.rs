// Whoever reads holds the lock for as long as the reading takes.

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
        let _held = self.lock.lock().unwrap();
        [self.numbers[0].load(SeqCst), self.numbers[1].load(SeqCst)]
    }
}
