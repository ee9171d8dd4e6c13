// One more owner for each thread; all of them lead to the same number.

use std::sync::{Arc, Mutex};
use std::thread;

pub fn count(threads: u32) -> u32 {
    let total = Arc::new(Mutex::new(0));
    let mut workers = Vec::new();
    for _ in 0..threads {
        let total = Arc::clone(&total);
        workers.push(thread::spawn(move || *total.lock().unwrap() += 1));
    }
    for worker in workers {
        worker.join().unwrap();
    }
    let total = total.lock().unwrap();
    *total
}
