//! Memory that two threads use and nothing orders: what is said to be `Sync` and is not, a `static mut`, a pointer.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

struct Hits(Cell<u32>);

// SAFETY: it is not, which is the mistake.
unsafe impl Sync for Hits {}

/// A type is declared `Sync` that counts in a `Cell`.
///
/// Must fail: a data race.
pub fn declared_sync() {
    let hits = Hits(Cell::new(0));
    let hits = &hits;
    thread::scope(|scope| {
        scope.spawn(move || hits.0.set(hits.0.get() + 1));
        hits.0.set(hits.0.get() + 1);
    });
}

/// It counts in an atomic.
pub fn declared_sync_mended() {
    let hits = AtomicU32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| hits.fetch_add(1, Ordering::Relaxed));
        hits.fetch_add(1, Ordering::Relaxed);
    });
    assert_eq!(hits.into_inner(), 2);
}

static mut NEXT: u32 = 0;
static NEXT_MENDED: AtomicU32 = AtomicU32::new(0);

fn next() -> u32 {
    // SAFETY: it is not, which is the mistake.
    unsafe {
        NEXT += 1;
        NEXT
    }
}

/// Two threads take a number from a `static mut`.
///
/// Must fail: a data race.
pub fn static_mut() {
    let other = thread::spawn(next);
    let mine = next();
    assert_ne!(mine, other.join().unwrap());
}

/// From an atomic each gets its own.
pub fn static_mut_mended() {
    let other = thread::spawn(|| NEXT_MENDED.fetch_add(1, Ordering::Relaxed));
    let mine = NEXT_MENDED.fetch_add(1, Ordering::Relaxed);
    assert_ne!(mine, other.join().unwrap());
}

/// A pointer crosses to another thread as a number, and what it points to goes before the thread ends.
///
/// Must fail: a use after free, or a data race with the free.
pub fn pointer_outlives() {
    let number = Box::new(7);
    let address = (&raw const *number).expose_provenance();
    // SAFETY: it is not, which is the mistake.
    let other =
        thread::spawn(move || unsafe { *std::ptr::with_exposed_provenance::<u32>(address) });
    drop(number);
    let _ = other.join().unwrap();
}

/// It goes when the thread has ended.
pub fn pointer_outlives_mended() {
    let number = Box::new(7);
    let address = (&raw const *number).expose_provenance();
    // SAFETY: the box lives until this thread was joined.
    let other =
        thread::spawn(move || unsafe { *std::ptr::with_exposed_provenance::<u32>(address) });
    assert_eq!(other.join().unwrap(), 7);
    drop(number);
}

struct Published(Cell<u32>, AtomicBool);

// SAFETY: who reads the cell has seen the flag; in `relaxed_flag` that is not enough, which is the mistake.
unsafe impl Sync for Published {}

fn publish(how: Ordering, look: Ordering) {
    let cell = Published(Cell::new(0), AtomicBool::new(false));
    let cell = &cell;
    thread::scope(|scope| {
        scope.spawn(move || {
            cell.0.set(7);
            cell.1.store(true, how);
        });
        if cell.1.load(look) {
            assert_eq!(cell.0.get(), 7);
        }
    });
}

/// A flag says that there is something to read, and says it `Relaxed`.
///
/// Must fail: a data race.
pub fn relaxed_flag() {
    publish(Ordering::Relaxed, Ordering::Relaxed);
}

/// Release, and acquire.
pub fn relaxed_flag_mended() {
    publish(Ordering::Release, Ordering::Acquire);
}
