//! crossbeam-utils: `WaitGroup`, `Parker`, `ShardedLock`, scoped threads.

use crossbeam_utils::sync::{Parker, ShardedLock, WaitGroup};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

/// Who waits for a group sees what its members did.
pub fn wait_group() {
    let group = WaitGroup::new();
    let done = Arc::new(AtomicU32::new(0));
    let members = [(); 2].map(|()| {
        let (group, done) = (group.clone(), Arc::clone(&done));
        thread::spawn(move || {
            done.fetch_add(1, Ordering::Relaxed);
            drop(group);
        })
    });
    group.wait();
    assert_eq!(done.load(Ordering::Relaxed), 2);
    for member in members {
        member.join().unwrap();
    }
}

/// An `unpark` is never lost, and passes on what was written before it.
pub fn parker() {
    let parker = Parker::new();
    let unparker = parker.unparker().clone();
    let written = Arc::new(AtomicU32::new(0));
    let writer = thread::spawn({
        let written = Arc::clone(&written);
        move || {
            written.store(7, Ordering::Relaxed);
            unparker.unpark();
        }
    });
    parker.park();
    assert_eq!(written.load(Ordering::Relaxed), 7);
    writer.join().unwrap();
}

/// A token that comes when the time is up is not lost: it lets the next `park` through.
pub fn parker_with_time_out() {
    let parker = Parker::new();
    let unparker = parker.unparker().clone();
    let other = thread::spawn(move || {
        unparker.unpark();
        unparker.unpark();
    });
    parker.park_timeout(std::time::Duration::from_millis(1));
    other.join().unwrap();
    parker.unparker().unpark();
    parker.park();
}

/// A reader sees both halves of what a writer changes, or neither.
pub fn sharded_lock() {
    let pair = Arc::new(ShardedLock::new((0, 0)));
    let writer = thread::spawn({
        let pair = Arc::clone(&pair);
        move || {
            let mut both = pair.write().unwrap();
            both.0 = 1;
            both.1 = 1;
        }
    });
    {
        let both = pair.read().unwrap();
        assert_eq!(both.0, both.1);
    }
    writer.join().unwrap();
    assert_eq!(*pair.read().unwrap(), (1, 1));
}

/// A scope ends when its threads have ended.
pub fn scope() {
    let count = AtomicU32::new(0);
    crossbeam_utils::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|_| count.fetch_add(1, Ordering::Relaxed));
        }
    })
    .unwrap();
    assert_eq!(count.load(Ordering::Relaxed), 2);
}
