//! Values of sizes that no number has: they are handed on as one all the same, and are accesses like others.

use std::cell::UnsafeCell;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::thread;

/// A value that anybody may touch, at their own risk.
struct Bare<T>(UnsafeCell<T>);

// SAFETY: none. That is what is explored.
unsafe impl<T> Sync for Bare<T> {}

impl<T: Copy> Bare<T> {
    const fn new(value: T) -> Self {
        Self(UnsafeCell::new(value))
    }

    fn get(&self) -> T {
        // SAFETY: whoever calls makes sure of it, or not.
        unsafe { *self.0.get() }
    }

    fn set(&self, value: T) {
        // SAFETY: as above.
        unsafe { *self.0.get() = value }
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
struct Three(u8, u8, u8);
#[derive(Clone, Copy, PartialEq, Debug)]
struct Five([u8; 5]);
#[derive(Clone, Copy, PartialEq, Debug)]
struct Six(u16, u16, u16);
#[derive(Clone, Copy, PartialEq, Debug)]
struct Seven([u8; 7]);

const BLACK: Three = Three(0, 0, 0);
const WHITE: Three = Three(255, 255, 255);

/// One writes what the other reads.
fn race<T: Copy + Send + Sync + PartialEq>(before: T, after: T) {
    let bare = Bare::new(before);
    thread::scope(|scope| {
        scope.spawn(|| bare.set(after));
        let seen = bare.get();
        assert!(seen == before || seen == after);
    });
}

/// Must fail: data race. Three bytes.
fn three() {
    race(BLACK, WHITE);
}

/// Must fail: data race. Five bytes.
fn five() {
    race(Five([0; 5]), Five([1; 5]));
}

/// Must fail: data race. Six bytes, of which only the middle two are written.
fn six() {
    fn sum(six: Six) -> u16 {
        six.0 + six.1 + six.2
    }
    let bare = Bare::new(Six(0, 0, 0));
    thread::scope(|scope| {
        let bare = &bare;
        // SAFETY: it is not.
        scope.spawn(move || unsafe { (*bare.0.get()).1 = 1 });
        assert!(sum(bare.get()) < 2);
    });
}

/// Must fail: data race. Seven bytes.
fn seven() {
    race(Seven([0; 7]), Seven([1; 7]));
}

/// Neighbours in memory are not the same.
fn neighbours() {
    let both = [Bare::new(BLACK), Bare::new(BLACK)];
    thread::scope(|scope| {
        scope.spawn(|| both[0].set(WHITE));
        assert_eq!(both[1].get(), BLACK);
    });
    assert_eq!(both[0].get(), WHITE);
}

/// Must fail: use after free. What is read is gone.
fn freed() {
    fn get(bare: &*mut Three) -> Three {
        // SAFETY: it is not.
        unsafe { **bare }
    }
    let three = Box::into_raw(Box::new(WHITE));
    // SAFETY: it was a box.
    unsafe { drop(Box::from_raw(three)) };
    std::hint::black_box(get(&three));
}

/// A static is in each execution what it was before the first.
fn a_static_begins_anew() {
    static PIXEL: Bare<Three> = Bare::new(BLACK);
    static LOCK: Mutex<()> = Mutex::new(());
    let other = thread::spawn(|| drop(LOCK.lock()));
    let guard = LOCK.lock();
    assert_eq!(PIXEL.get(), BLACK);
    PIXEL.set(WHITE);
    drop(guard);
    other.join().unwrap();
}

/// What a sender and a receiver share.
struct Ring {
    slots: [Bare<Three>; 2],
    head: AtomicUsize,
    tail: AtomicUsize,
}

impl Ring {
    fn pass(&self, order: std::sync::atomic::Ordering) {
        thread::scope(|scope| {
            scope.spawn(|| {
                self.slots[0].set(WHITE);
                self.tail.store(1, order);
            });
            if self.tail.load(Acquire) == 1 {
                assert_eq!(self.slots[0].get(), WHITE);
                self.head.store(1, Release);
            }
        });
    }

    fn new() -> Self {
        let slots = [const { Bare::new(BLACK) }; 2];
        Self { slots, head: AtomicUsize::new(0), tail: AtomicUsize::new(0) }
    }
}

/// The tail publishes what is in the slot.
fn a_ring() {
    Ring::new().pass(Release);
}

/// Must fail: data race. It does not.
fn a_ring_that_publishes_nothing() {
    Ring::new().pass(Relaxed);
}
