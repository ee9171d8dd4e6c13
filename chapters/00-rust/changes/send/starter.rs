// A note that is read in another thread. The compiler refuses it: `Rc` counts its
// owners in a way that only one thread may use. Use the pointer that is made for threads.

use std::rc::Rc;
use std::thread;

pub struct Note {
    text: Rc<String>,
}

pub fn note(text: &str) -> Note {
    Note { text: Rc::new(String::from(text)) }
}

pub fn read_in_a_thread(note: Note) -> usize {
    let worker = thread::spawn(move || note.text.len());
    worker.join().expect("the thread does not panic")
}
