// Each thread adds one to the same number. The compiler refuses it: the first thread
// has taken the only `Arc` with it, and the second finds none. Give each one of its own.

use std::sync::{Arc, Mutex};
use std::thread;

pub fn count(threads: u32) -> u32 {
    let total = Arc::new(Mutex::new(0));
    let mut workers = Vec::new();
    for _ in 0..threads {
        workers.push(thread::spawn(move || *total.lock().unwrap() += 1));
    }
    for worker in workers {
        worker.join().unwrap();
    }
    let total = total.lock().unwrap();
    *total
}
