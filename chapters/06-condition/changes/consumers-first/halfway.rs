// The letter stays in the inbox until it has been answered, and another clerk sees it there.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};

#[derive(Default)]
pub struct Inbox {
    letters: Mutex<VecDeque<u32>>,
    arrived: Condvar,
}

impl Inbox {
    pub fn put(&self, letter: u32) {
        self.letters.lock().unwrap().push_back(letter);
        self.arrived.notify_one();
    }

    /// Waits for a letter, and answers it.
    pub fn work(&self, answer: impl FnOnce(u32)) {
        let empty = |letters: &mut VecDeque<u32>| letters.is_empty();
        let letters = self.arrived.wait_while(self.letters.lock().unwrap(), empty).unwrap();
        let letter = letters[0];
        drop(letters);
        answer(letter);
        self.letters.lock().unwrap().pop_front();
    }
}
