//! Two threads take two locks, each in its own order.

use std::sync::{Arc, Mutex};
use std::thread;

type Shelves = Arc<(Mutex<Vec<u32>>, Mutex<Vec<u32>>)>;

fn shelves() -> Shelves {
    Arc::new((Mutex::new(vec![1]), Mutex::new(vec![2])))
}

/// From the left to the right, and from the right to the left.
///
/// Must fail: a deadlock.
pub fn each_locks_its_own_first() {
    let shelves = shelves();
    let theirs = Arc::clone(&shelves);
    let other = thread::spawn(move || {
        let mut right = theirs.1.lock().unwrap();
        theirs.0.lock().unwrap().extend(right.pop());
    });
    {
        let mut left = shelves.0.lock().unwrap();
        shelves.1.lock().unwrap().extend(left.pop());
    }
    other.join().unwrap();
}

/// The left one is always first.
pub fn each_locks_its_own_first_mended() {
    let shelves = shelves();
    let theirs = Arc::clone(&shelves);
    let other = thread::spawn(move || {
        let mut left = theirs.0.lock().unwrap();
        left.extend(theirs.1.lock().unwrap().pop());
    });
    {
        let mut left = shelves.0.lock().unwrap();
        shelves.1.lock().unwrap().extend(left.pop());
    }
    other.join().unwrap();
    let all = shelves.0.lock().unwrap().len() + shelves.1.lock().unwrap().len();
    assert_eq!(all, 2);
}
