// `Arc` counts its owners with atomic integers, so it is `Send`.

use std::sync::Arc;
use std::thread;

pub struct Note {
    text: Arc<String>,
}

pub fn note(text: &str) -> Note {
    Note { text: Arc::new(String::from(text)) }
}

pub fn read_in_a_thread(note: Note) -> usize {
    let worker = thread::spawn(move || note.text.len());
    worker.join().expect("the thread does not panic")
}
