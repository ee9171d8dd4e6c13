//! Levels of the book that are no page's program, with `std`'s own types: one line, one step.

use std::sync::RwLock;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread;

/// Two read a number as readers and write it back as writers. Readers and writers: several may read, one alone may write.
///
/// Must fail: between the reading and the writing nobody holds the lock, and an update is lost.
fn readers_become_writers() {
    let lock = RwLock::new(());
    let number = AtomicU32::new(0);
    let add = || {
        let reader = lock.read().unwrap();
        let read = number.load(SeqCst);
        drop(reader);
        let _writer = lock.write().unwrap();
        number.store(read + 1, SeqCst);
    };
    thread::scope(|scope| {
        scope.spawn(add);
        scope.spawn(add);
    });
    assert_eq!(number.into_inner(), 2, "an update is lost");
}

/// The same additions, each by a writer from the reading to the writing.
fn writers_from_the_beginning() {
    let lock = RwLock::new(());
    let number = AtomicU32::new(0);
    let add = || {
        let _writer = lock.write().unwrap();
        let read = number.load(SeqCst);
        number.store(read + 1, SeqCst);
    };
    thread::scope(|scope| {
        scope.spawn(add);
        scope.spawn(add);
    });
    assert_eq!(number.into_inner(), 2, "an update is lost");
}
