// With `move` the word belongs to the closure, and goes to the thread with it.

use std::thread::{self, JoinHandle};

pub fn shout(word: String) -> JoinHandle<String> {
    thread::spawn(move || word.to_uppercase())
}
