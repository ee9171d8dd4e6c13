// An inbox, and several clerks who answer what is in it. Each of them holds the lock while
// answering, and so only one works at a time. Let them work at the same time, and make sure that
// each letter is answered once.

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
        let mut letters = self.arrived.wait_while(self.letters.lock().unwrap(), empty).unwrap();
        let letter = letters.pop_front().unwrap();
        answer(letter);
    }
}
