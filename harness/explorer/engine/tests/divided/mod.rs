//! Programs whose searches are divided: among processes, among machines, and by a signal that ends them.

use std::sync::Arc;

use explore_engine::sync::atomic::{AtomicU32, Ordering::Relaxed};
use explore_engine::sync::{Mutex, RwLock};
use explore_engine::thread;

/// 1 680 executions in one process.
pub fn adders() {
    let number = Arc::new(AtomicU32::new(0));
    let add = |number: Arc<AtomicU32>| {
        move || {
            for _ in 0..3 {
                number.fetch_add(1, Relaxed);
            }
        }
    };
    let others = [(); 2].map(|()| thread::spawn(add(Arc::clone(&number))));
    add(Arc::clone(&number))();
    others.into_iter().for_each(|other| other.join().unwrap());
    assert_eq!(number.load(Relaxed), 9);
}

/// Fails in one order of 1 680, and that is not among the first.
pub fn rare() {
    let number = Arc::new(Mutex::new(1));
    let with = |factor: u32| {
        let number = Arc::clone(&number);
        thread::spawn(move || {
            for add in 0..3 {
                let mut number = number.lock().unwrap();
                *number = (*number * factor + add) % 65_521;
            }
        })
    };
    let others = [with(3), with(7), with(11)];
    others.into_iter().for_each(|other| other.join().unwrap());
    // The last thread first, then the second, then the first.
    let last = [11, 7, 3].iter().fold(1, |number: u32, factor| {
        (0..3).fold(number, |number, add| (number * factor + add) % 65_521)
    });
    assert_ne!(*number.lock().unwrap(), last);
}

/// Whether a writer that waits keeps readers out matters to this program, and only some of its runs show that: then the search begins again.
pub fn readers() {
    let (lock, flag) = (Arc::new(RwLock::new(())), Arc::new(Mutex::new(false)));
    let number = Arc::new(AtomicU32::new(0));
    let others = [(); 2].map(|()| {
        let number = Arc::clone(&number);
        thread::spawn(move || {
            number.fetch_add(1, Relaxed);
            number.fetch_add(1, Relaxed);
        })
    });
    let reader = {
        let (lock, flag, number) = (Arc::clone(&lock), Arc::clone(&flag), Arc::clone(&number));
        thread::spawn(move || {
            let _first = lock.read().unwrap();
            if number.load(Relaxed) == 4 {
                let _flag = flag.lock().unwrap();
                drop(lock.read().unwrap());
            }
        })
    };
    drop(lock.write().unwrap());
    others.into_iter().for_each(|other| other.join().unwrap());
    reader.join().unwrap();
}
