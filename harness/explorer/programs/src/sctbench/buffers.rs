//! Places for several items, under one lock, and what is wrong in spite of it.

use explore_engine::sync::Mutex;
use explore_engine::thread;

/// Bug: one end of a ring turns back a place too late, which only the second filling shows.
pub(super) fn circular_buffer(mended: bool) {
    const SIZE: usize = 4;
    const ITEMS: u8 = 3;
    struct Ring {
        places: [u8; SIZE],
        first: usize,
        next: usize,
        filled: bool,
    }
    let ring = Mutex::new(Ring { places: [0; SIZE], first: 0, next: 0, filled: false });
    let last = if mended { SIZE - 1 } else { SIZE };
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..2 {
                let mut ring = ring.lock().unwrap();
                if ring.filled {
                    continue;
                }
                for item in 0..ITEMS {
                    let next = ring.next;
                    ring.places[next] = item;
                    ring.next = if next == last { 0 } else { next + 1 };
                }
                ring.filled = true;
            }
        });
        scope.spawn(|| {
            for _ in 0..2 {
                let mut ring = ring.lock().unwrap();
                if !ring.filled {
                    continue;
                }
                for item in 0..ITEMS {
                    assert_eq!(ring.places[ring.first], item);
                    ring.first = (ring.first + 1) % SIZE;
                }
                ring.filled = false;
            }
        });
    });
}

/// Bug: who finds nothing in the queue counts it as a round, and so expects another item later.
pub(super) fn queue(mended: bool) {
    const ITEMS: usize = 3;
    // What is in the queue, and what was put into it.
    let queue = Mutex::new((None, Vec::new()));
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..ITEMS {
                let mut queue = queue.lock().unwrap();
                if queue.0.is_none() {
                    let item = 10 * (queue.1.len() + 1);
                    queue.0 = Some(item);
                    queue.1.push(item);
                }
            }
        });
        scope.spawn(|| {
            let mut taken = 0;
            for round in 0..ITEMS {
                let mut queue = queue.lock().unwrap();
                if let Some(item) = queue.0.take() {
                    let expected = queue.1.get(if mended { taken } else { round });
                    assert_eq!(Some(&item), expected, "another one was put in");
                    taken += 1;
                }
            }
        });
    });
}

/// Bug: that something was put on the stack once is taken for that something is there.
pub(super) fn stack(mended: bool) {
    // What is there, and whether something was put on it.
    let stack = Mutex::new((Vec::new(), false));
    thread::scope(|scope| {
        scope.spawn(|| {
            for item in 0..3 {
                let mut stack = stack.lock().unwrap();
                stack.0.push(item);
                stack.1 = true;
            }
        });
        scope.spawn(|| {
            for _ in 0..3 {
                let mut stack = stack.lock().unwrap();
                if if mended { !stack.0.is_empty() } else { stack.1 } {
                    assert!(stack.0.pop().is_some(), "nothing is on the stack");
                }
            }
        });
    });
}
