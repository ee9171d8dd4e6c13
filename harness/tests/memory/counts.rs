//! The counters of `Arc` and `Weak`: looked at, they are steps like all others; not looked at, they are none.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use std::sync::{Arc, Mutex, Weak, mpsc};
use std::thread;

/// Nobody looks at the counter, and whoever is last frees. One execution covers that.
fn cloned_and_dropped() {
    let shared = Arc::new(7);
    let others: Vec<_> = (0..3)
        .map(|_| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || assert_eq!(*shared, 7))
        })
        .collect();
    drop(shared);
    others.into_iter().for_each(|other| other.join().unwrap());
}

/// Must fail: panic. The other's clone may be gone already.
fn counted_beside_a_drop() {
    let shared = Arc::new(7);
    let theirs = Arc::clone(&shared);
    let other = thread::spawn(move || drop(theirs));
    assert_eq!(Arc::strong_count(&shared), 2);
    other.join().unwrap();
}

/// Must fail: panic. Nobody may get the value, if both give up before the other has let go.
fn both_try_to_unwrap() {
    let shared = Arc::new(7);
    let theirs = Arc::clone(&shared);
    let other = thread::spawn(move || Arc::try_unwrap(theirs).is_ok());
    let mine = Arc::try_unwrap(shared).is_ok();
    assert!(other.join().unwrap() || mine);
}

/// Of `into_inner`, exactly one gets the value.
fn both_take_what_is_inside() {
    let shared = Arc::new(7);
    let theirs = Arc::clone(&shared);
    let other = thread::spawn(move || Arc::into_inner(theirs).is_some());
    let mine = Arc::into_inner(shared).is_some();
    assert!(other.join().unwrap() ^ mine);
}

/// Must fail: panic. It is not always this thread that gets the value.
fn always_me() {
    let shared = Arc::new(7);
    let theirs = Arc::clone(&shared);
    let other = thread::spawn(move || drop(Arc::into_inner(theirs)));
    assert!(Arc::into_inner(shared).is_some());
    other.join().unwrap();
}

/// Must fail: panic. What is left may be gone.
fn upgraded_beside_the_last_drop() {
    let shared = Arc::new(7);
    let weak = Arc::downgrade(&shared);
    let other = thread::spawn(move || drop(shared));
    assert!(weak.upgrade().is_some());
    other.join().unwrap();
}

/// Whoever gets it keeps it.
fn upgraded_and_used() {
    let shared = Arc::new(7);
    let weak: Weak<i32> = Arc::downgrade(&shared);
    let other = thread::spawn(move || drop(shared));
    if let Some(shared) = weak.upgrade() {
        assert_eq!(*shared, 7);
    }
    other.join().unwrap();
}

struct SaysSo<'a>(&'a AtomicBool);

impl Drop for SaysSo<'_> {
    fn drop(&mut self) {
        self.0.store(true, Release);
    }
}

/// Must fail: panic. The destructor runs where the last is dropped, and that may be later.
fn dropped_here() {
    let gone = Box::leak(Box::new(AtomicBool::new(false)));
    let shared = Arc::new(SaysSo(gone));
    let theirs = Arc::clone(&shared);
    let other = thread::spawn(move || drop(theirs));
    drop(shared);
    assert!(gone.load(Acquire));
    other.join().unwrap();
}

struct Notes(*const Cell<u32>);

// SAFETY: whoever drops the last one is alone with the cell, or not: that is what is explored.
unsafe impl Send for Notes {}
// SAFETY: as above.
unsafe impl Sync for Notes {}

impl Drop for Notes {
    fn drop(&mut self) {
        // SAFETY: the cell outlives it.
        unsafe { (*self.0).set(1) };
    }
}

/// Must fail: data race. The destructor writes where somebody reads who may not have been the last.
fn the_destructor_writes() {
    let cell: &'static Cell<u32> = Box::leak(Box::new(Cell::new(0)));
    let shared = Arc::new(Notes(cell));
    let theirs = Arc::clone(&shared);
    let other = thread::spawn(move || drop(theirs));
    drop(shared);
    assert!(cell.get() < 2);
    other.join().unwrap();
}

/// Must fail: data race. The last drop comes after all others, but what follows it does not: somebody else may have been the last.
fn learns_nothing_from_a_drop() {
    let place = Box::leak(Box::new(0_u32)) as *mut u32 as usize;
    let shared = Arc::new(());
    let theirs = Arc::clone(&shared);
    let other = thread::spawn(move || {
        // SAFETY: none: that is what is explored.
        unsafe { *(place as *mut u32) = 7 };
        drop(theirs);
    });
    thread::yield_now();
    drop(shared);
    // SAFETY: as above.
    assert!(unsafe { *(place as *const u32) } < 8);
    other.join().unwrap();
}

/// Must fail: use after free. Counted up without having one.
fn raised_without_having_one() {
    let shared = Arc::new(Mutex::new(7));
    let place = Arc::as_ptr(&shared) as usize;
    let other = thread::spawn(move || {
        // SAFETY: none: that is what is explored.
        unsafe {
            Arc::increment_strong_count(place as *const Mutex<i32>);
            drop(Arc::from_raw(place as *const Mutex<i32>));
        }
    });
    drop(shared);
    other.join().unwrap();
}

/// A job that carries what it needs, through a lock, to whoever takes it.
fn passed_from_hand_to_hand() {
    let total = Arc::new(AtomicUsize::new(0));
    let jobs: Arc<Mutex<Vec<Box<dyn FnOnce() + Send>>>> = Arc::default();
    for n in 1..3 {
        let total = Arc::clone(&total);
        jobs.lock().unwrap().push(Box::new(move || drop(total.fetch_add(n, Relaxed))));
    }
    let work = |jobs: Arc<Mutex<Vec<Box<dyn FnOnce() + Send>>>>| {
        let job = jobs.lock().unwrap().pop();
        job.into_iter().for_each(|job| job());
    };
    let theirs = Arc::clone(&jobs);
    let other = thread::spawn(move || work(theirs));
    work(jobs);
    other.join().unwrap();
    assert_eq!(total.load(Relaxed), 3);
}

/// Must fail: panic. What is dropped with a channel may be gone already.
fn counted_beside_a_channel() {
    let shared = Arc::new(7);
    let (sender, receiver) = mpsc::channel();
    sender.send(Arc::clone(&shared)).unwrap();
    let other = thread::spawn(move || drop(receiver));
    assert_eq!(Arc::strong_count(&shared), 2);
    other.join().unwrap();
    drop(sender);
}

/// Must fail: panic. So may what a lock holds.
fn counted_beside_a_lock() {
    let shared = Arc::new(7);
    let lock = Mutex::new(Some(Arc::clone(&shared)));
    let other = thread::spawn(move || drop(lock));
    assert_eq!(Arc::strong_count(&shared), 2);
    other.join().unwrap();
}
