//! Several threads that all do the same two steps, and one that must not come in between. Only who is first could be disturbed: the more there are, the
//! fewer of all orders show it.

use explore_engine::sync::atomic::AtomicI8;
use explore_engine::sync::atomic::Ordering::SeqCst;
use explore_engine::sync::{Mutex, OnceLock};
use explore_engine::thread;

/// Bug: two values belong together, and are stored one after the other.
pub(super) fn reorder(threads: usize, mended: bool) {
    let cells = [AtomicI8::new(0), AtomicI8::new(0)];
    let both = OnceLock::new();
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| {
                if mended {
                    both.get_or_init(|| [1, -1]);
                } else {
                    cells[0].store(1, SeqCst);
                    cells[1].store(-1, SeqCst);
                }
            });
        }
        scope.spawn(|| {
            let seen = match mended {
                true => both.get().copied().unwrap_or_default(),
                false => [cells[0].load(SeqCst), cells[1].load(SeqCst)],
            };
            assert_eq!(seen[0] + seen[1], 0, "half of it is there");
        });
    });
}

/// Bug: the second number follows from the first, and each is changed under its own lock.
pub(super) fn two_stages(threads: usize, mended: bool) {
    let stages = [Mutex::new(0), Mutex::new(0)];
    let both = OnceLock::new();
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| {
                if mended {
                    both.get_or_init(|| [1, 2]);
                } else {
                    *stages[0].lock().unwrap() = 1;
                    *stages[1].lock().unwrap() = 2;
                }
            });
        }
        scope.spawn(|| {
            let seen = match mended {
                true => both.get().copied().unwrap_or_default(),
                false => {
                    let first = *stages[0].lock().unwrap();
                    [first, if first == 0 { 0 } else { *stages[1].lock().unwrap() }]
                }
            };
            assert_eq!(seen[0] * 2, seen[1], "one stage has come without the other");
        });
    });
}
