//! Handles of an `Arc` that were copied bit by bit own no reference: who clones or reads one beside the owner's drop may come too late.

use std::cell::UnsafeCell;
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::thread;

struct Sent<T>(T);
// SAFETY: none; that is what is explored.
unsafe impl<T> Send for Sent<T> {}

fn stolen<T: ?Sized>(from: &Arc<T>) -> Sent<ManuallyDrop<Arc<T>>> {
    Sent(ManuallyDrop::new(unsafe { std::ptr::read(from) }))
}

fn clones<T: ?Sized + Sync + Send + 'static>(
    handle: Sent<ManuallyDrop<Arc<T>>>,
) -> thread::JoinHandle<Arc<T>> {
    thread::spawn(move || {
        let handle = handle;
        Arc::clone(&handle.0)
    })
}

/// Must fail: use after free.
fn one_clones() {
    let owned = Arc::new(7);
    let other = clones(stolen(&owned));
    let owner = thread::spawn(move || drop(owned));
    let clone = other.join().unwrap();
    owner.join().unwrap();
    drop(clone);
}

/// Must fail: use after free. Neither clone makes up for what the other lacks.
fn two_clone() {
    let owned = Arc::new(7);
    let others = [clones(stolen(&owned)), clones(stolen(&owned))];
    let owner = thread::spawn(move || drop(owned));
    let clones = others.map(|other| other.join().unwrap());
    owner.join().unwrap();
    drop(clones);
}

/// Must fail: use after free. One of them is an honest one, which lets go at once.
fn one_of_two_is_honest() {
    let owned = Arc::new(7);
    let honest = Arc::clone(&owned);
    let other = clones(stolen(&owned));
    let honest = thread::spawn(move || drop((honest.clone(), honest)));
    let owner = thread::spawn(move || drop(owned));
    let clone = other.join().unwrap();
    owner.join().unwrap();
    honest.join().unwrap();
    drop(clone);
}

/// Main keeps the owner until all have cloned.
fn the_owner_waits() {
    let owned = Arc::new(7);
    let others = [clones(stolen(&owned)), clones(stolen(&owned))];
    let clones = others.map(|other| other.join().unwrap());
    drop(owned);
    assert_eq!(*clones[1], 7);
}

/// Each has a reference of its own to begin with.
fn each_clones_its_own() {
    let owned = Arc::new(7);
    let others = [0, 1, 2].map(|_| {
        let mine = Arc::clone(&owned);
        thread::spawn(move || drop((mine.clone(), mine.clone(), mine)))
    });
    drop(owned);
    others.map(|other| other.join().unwrap());
}

/// A reference goes from one to the next, and each clones it before it goes.
fn handed_on() {
    let first = Arc::new(7);
    let mut droppers = Vec::new();
    let last = (0..3).fold(first, |given: Arc<i32>, _| {
        let other = thread::spawn(move || (given.clone(), given));
        let (kept, handed) = other.join().unwrap();
        droppers.push(thread::spawn(move || drop(kept)));
        handed
    });
    droppers.into_iter().for_each(|dropper| dropper.join().unwrap());
    assert_eq!(*last, 7);
}

struct Mark(*const UnsafeCell<u32>);
// SAFETY: none, as above.
unsafe impl Send for Mark {}
// SAFETY: none, as above.
unsafe impl Sync for Mark {}
impl Drop for Mark {
    fn drop(&mut self) {
        unsafe { *(*self.0).get() = 1 }
    }
}

/// What the value writes when it is dropped lies beside the handle.
struct Slot {
    before: UnsafeCell<u32>,
    handle: ManuallyDrop<Arc<Mark>>,
    behind: UnsafeCell<u32>,
}

fn slot(is_before: bool) -> (Sent<&'static mut Slot>, Arc<Mark>) {
    let slot: *mut Slot = Box::leak(Box::new_uninit()).as_mut_ptr();
    unsafe {
        (&raw mut (*slot).before).write(UnsafeCell::new(0));
        (&raw mut (*slot).behind).write(UnsafeCell::new(0));
        let at = if is_before { &raw const (*slot).before } else { &raw const (*slot).behind };
        (&raw mut (*slot).handle).write(ManuallyDrop::new(Arc::new(Mark(at))));
        let other = Arc::clone(&(*slot).handle);
        (Sent(&mut *slot), other)
    }
}

fn owns(slot: Sent<&'static mut Slot>) {
    unsafe {
        ManuallyDrop::drop(&mut slot.0.handle);
        assert!(*slot.0.before.get() + *slot.0.behind.get() <= 1);
    }
}

fn beside(is_before: bool) {
    let (slot, other) = slot(is_before);
    let first = thread::spawn(move || drop(other));
    let second = thread::spawn(move || owns(slot));
    first.join().unwrap();
    second.join().unwrap();
}

/// Must fail: data race.
fn behind_the_handle() {
    beside(false);
}

/// Must fail: data race.
fn before_the_handle() {
    beside(true);
}

/// Must fail: data race. The other one is started first.
fn the_owner_first() {
    let (slot, other) = slot(false);
    let second = thread::spawn(move || owns(slot));
    let first = thread::spawn(move || drop(other));
    first.join().unwrap();
    second.join().unwrap();
}

/// A handle with its metadata, in a place that outlives it.
fn a_wide_handle() {
    let all: Vec<Arc<dyn Fn() -> u32 + Send + Sync>> = {
        let one: Arc<dyn Fn() -> u32 + Send + Sync> = Arc::new(|| 7);
        vec![one.clone(), one]
    };
    let others: Vec<_> = all.into_iter().map(|one| thread::spawn(move || one())).collect();
    let sum: u32 = others.into_iter().map(|other| other.join().unwrap()).sum();
    assert_eq!(sum, 14);
}
