// A thread that shouts a word. The compiler refuses it, because the closure borrows
// the word from a function that will have ended by then. One word is missing.

use std::thread::{self, JoinHandle};

pub fn shout(word: String) -> JoinHandle<String> {
    thread::spawn(|| word.to_uppercase())
}
