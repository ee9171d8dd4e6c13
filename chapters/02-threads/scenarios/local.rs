//! A thread-local object has one value for each thread and object.

use ch02_threads::Local;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;

/// What one thread writes, the other never reads.
fn threads_do_not_mix() {
    let number = Local::new(|| Cell::new(0));
    let write_and_read = |mine: u32| {
        assert_eq!(number.get(), 0);
        number.set(mine);
        assert_eq!(number.get(), mine);
    };
    thread::scope(|scope| {
        scope.spawn(|| write_and_read(1));
        write_and_read(2);
    });
    assert_eq!(number.get(), 2);
}

/// Objects that two threads make at the same time are two objects in every thread.
fn objects_do_not_mix() {
    let make = || Local::new(|| RefCell::new(Vec::new()));
    let (one, other) = thread::scope(|scope| {
        let other = scope.spawn(make);
        (make(), other.join().unwrap())
    });
    one.with_borrow_mut(|items| items.push("mine"));
    assert!(other.with_borrow(|items| items.is_empty()));
}

/// A thread's value is dropped by the time the thread is joined, and only that thread's.
fn dropped_with_its_thread() {
    struct Counted(Arc<AtomicU32>);
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    let dropped = Arc::new(AtomicU32::new(0));
    let value = Arc::new(Local::new({
        let dropped = Arc::clone(&dropped);
        move || Counted(Arc::clone(&dropped))
    }));
    value.with(|_| ());
    let other = ch02_threads::spawn({
        let value = Arc::clone(&value);
        move || value.with(|_| ())
    });
    other.join().unwrap();
    assert_eq!(dropped.load(Relaxed), 1);
}
