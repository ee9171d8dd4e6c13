//! The counters of `Arc` and `Weak`: looked at, they are steps like all others; not looked at, they are none.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::*, fence};
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

/// Says who it is dropped by.
struct NotBy(thread::ThreadId);

impl Drop for NotBy {
    fn drop(&mut self) {
        assert_ne!(thread::current().id(), self.0);
    }
}

/// Must fail: panic. Main may be the last, though nothing that others see tells who is.
fn dropped_by_main() {
    let shared = Arc::new(NotBy(thread::current().id()));
    let theirs = Arc::clone(&shared);
    let other = thread::spawn(move || drop(theirs));
    drop(shared);
    other.join().unwrap();
}

static CLOSED: AtomicBool = AtomicBool::new(false);

/// Says when it is closed.
struct Closes;

impl Drop for Closes {
    fn drop(&mut self) {
        CLOSED.store(true, SeqCst);
    }
}

/// Must fail: panic. Main may be the last after the other has let go, and close it before the other looks.
fn closed_after_a_drop_that_was_not_the_last() {
    let shared = Arc::new(Closes);
    let theirs = Arc::clone(&shared);
    let other = thread::spawn(move || {
        if Arc::into_inner(theirs).is_none() {
            assert!(!CLOSED.load(SeqCst));
        }
    });
    drop(shared);
    other.join().unwrap();
}

thread_local! {
    static DROPS: Cell<u32> = const { Cell::new(0) };
}

/// Counts in its thread.
struct Counted;

impl Drop for Counted {
    fn drop(&mut self) {
        DROPS.set(DROPS.get() + 1);
    }
}

/// Must fail: panic. It may be main that counts.
fn dropped_by_main_and_counted() {
    let shared = Arc::new(Counted);
    let theirs = Arc::clone(&shared);
    let other = thread::spawn(move || drop(theirs));
    drop(shared);
    other.join().unwrap();
    assert_eq!(DROPS.get(), 0);
}

/// A variable of somebody else.
struct Lent(*mut u32);

// SAFETY: none. That is what is explored.
unsafe impl Send for Lent {}
// SAFETY: as above.
unsafe impl Sync for Lent {}

/// Writes to it.
struct Writes(Lent);

impl Drop for Writes {
    fn drop(&mut self) {
        // SAFETY: main joins before its variable is gone.
        unsafe { *self.0.0 += 1 };
    }
}

/// Reads it.
struct Reads(Lent);

impl Drop for Reads {
    fn drop(&mut self) {
        // SAFETY: as above.
        assert_ne!(unsafe { *self.0.0 }, 7);
    }
}

/// Must fail: data race. The other may be the last, and reads what main writes after its own drop.
fn dropped_beside_a_write() {
    let mut variable = 0;
    let variable = &raw mut variable;
    let shared = Arc::new(Reads(Lent(variable)));
    let theirs = Arc::clone(&shared);
    let other = thread::spawn(move || drop(theirs));
    drop(shared);
    // SAFETY: main's own.
    unsafe { *variable = 1 };
    other.join().unwrap();
}

/// Must fail: data race. The same, with a write in the last drop.
fn writes_beside_a_read() {
    let mut variable = 0;
    let variable = &raw mut variable;
    let shared = Arc::new(Writes(Lent(variable)));
    let theirs = Arc::clone(&shared);
    let other = thread::spawn(move || drop(theirs));
    drop(shared);
    // SAFETY: main's own.
    assert!(unsafe { *variable } < 7);
    other.join().unwrap();
}

/// A destructor that reads what it owns, and no more.
struct Sums(Vec<u32>, String, Box<dyn Fn() -> u32 + Send + Sync>);

impl Drop for Sums {
    fn drop(&mut self) {
        assert_eq!(self.0.iter().sum::<u32>() + (self.2)(), 13, "{}", self.1);
    }
}

fn sums() -> Sums {
    Sums(vec![1, 2, 3], "all".to_owned(), Box::new(|| 7))
}

/// Whoever is last, it reads the same. One execution covers that.
fn reads_what_it_owns() {
    let shared = Arc::new(sums());
    let theirs = Arc::clone(&shared);
    let other = thread::spawn(move || drop(theirs));
    drop(shared);
    other.join().unwrap();
}

/// The same of a value whose size is not known, and of a slice.
fn reads_what_it_owns_behind_a_trait() {
    let shared: Arc<dyn std::any::Any + Send + Sync> = Arc::new(sums());
    let slice: Arc<[String]> = Arc::from(vec!["a".to_owned(), "b".to_owned()]);
    let theirs = (Arc::clone(&shared), Arc::clone(&slice));
    let other = thread::spawn(move || drop(theirs));
    drop((shared, slice));
    other.join().unwrap();
}

/// Unwinds.
struct Unwinds;

impl Drop for Unwinds {
    fn drop(&mut self) {
        std::panic::resume_unwind(Box::new(1))
    }
}

/// Must fail: panic. If main is the last, the other's lock is not poisoned.
fn unwinds_in_one_of_them() {
    let lock = Arc::new(Mutex::new(()));
    let shared = Arc::new(Unwinds);
    let theirs = (Arc::clone(&lock), Arc::clone(&shared));
    let other = thread::spawn(move || {
        let (lock, shared) = theirs;
        let drops = std::panic::AssertUnwindSafe(|| {
            let _held = lock.lock();
            drop(shared);
        });
        drop(std::panic::catch_unwind(drops));
    });
    drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(shared))));
    other.join().unwrap();
    assert!(lock.is_poisoned());
}

/// Ends the process, if nobody panics.
struct Wanted;

impl Drop for Wanted {
    fn drop(&mut self) {
        if !thread::panicking() {
            std::process::exit(3);
        }
    }
}

/// Must fail: exit. Main does not panic, and may be the last.
fn asks_whether_it_unwinds() {
    let shared = Arc::new(Wanted);
    let theirs = Arc::clone(&shared);
    let other = thread::spawn(move || {
        let _theirs = theirs;
        std::panic::resume_unwind(Box::new(1))
    });
    drop(shared);
    let _: Result<(), _> = other.join();
}

/// Waits until the other has let go.
fn waits_for_the_count() {
    let ours = Arc::new(AtomicU32::new(0));
    let theirs = Arc::clone(&ours);
    let other = thread::spawn(move || theirs.store(1, Release));
    while Arc::strong_count(&ours) > 1 {
        std::hint::spin_loop();
    }
    other.join().unwrap();
}

/// Likewise, to have what is inside.
fn waits_for_what_is_inside() {
    let mut ours = Arc::new(Mutex::new(0));
    let theirs = Arc::clone(&ours);
    let other = thread::spawn(move || *theirs.lock().unwrap() = 1);
    let inside = loop {
        match Arc::try_unwrap(ours) {
            Ok(inside) => break inside,
            Err(again) => ours = again,
        }
    };
    other.join().unwrap();
    assert_eq!(inside.into_inner().unwrap(), 1);
}

/// Likewise, until nothing can be had any more. What is left to the other is to let go.
fn waits_for_the_end_of_what_is_inside() {
    let theirs = Arc::new(AtomicU32::new(0));
    let weak = Arc::downgrade(&theirs);
    thread::spawn(move || theirs.store(1, Relaxed));
    while weak.upgrade().is_some() {
        thread::yield_now();
    }
}

/// Must fail: panic. To let go of an `Arc` that others have as well says nothing of what they did: no order of two drops is promised.
fn a_fence_after_a_drop_orders_nothing() {
    let first = Arc::new(());
    let (second, third) = (Arc::clone(&first), Arc::clone(&first));
    let done = AtomicU32::new(0);
    thread::scope(|scope| {
        let done = &done;
        scope.spawn(move || {
            done.store(1, Relaxed);
            drop(second);
        });
        scope.spawn(move || {
            drop(third);
            fence(Acquire);
            assert_eq!(done.load(Relaxed), 1);
        });
        assert!(Arc::strong_count(&first) > 0);
    });
}
