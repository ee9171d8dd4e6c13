//! Cells and locks that one thread has for itself alone, as it says, while another uses them by a pointer: all of the cell is written.

use std::hint::black_box;
use std::sync::{LazyLock, Mutex, OnceLock, RwLock};
use std::thread;

/// A pointer that may go to another thread.
struct Pointer<T>(*mut T);

// SAFETY: none. That is what is explored.
unsafe impl<T> Sync for Pointer<T> {}

impl<T> Pointer<T> {
    fn shared(&self) -> &T {
        // SAFETY: as above.
        unsafe { &*self.0 }
    }

    #[expect(clippy::mut_from_ref, reason = "that is what is explored")]
    fn alone(&self) -> &mut T {
        // SAFETY: as above.
        unsafe { &mut *self.0 }
    }
}

fn beside<T>(mut value: T, uses: impl Fn(&T) + Sync, owns: impl FnOnce(&mut T)) {
    let pointer = Pointer(&raw mut value);
    thread::scope(|scope| {
        scope.spawn(|| uses(pointer.shared()));
        owns(pointer.alone());
    });
}

fn after<T>(mut value: T, uses: impl Fn(&T) + Sync, owns: impl FnOnce(&mut T)) {
    let pointer = Pointer(&raw mut value);
    thread::scope(|scope| {
        scope.spawn(|| uses(pointer.shared())).join().unwrap();
        owns(pointer.alone());
    });
}

/// Must fail: data race. The cell is emptied, and what was in it freed, while another looks.
fn taken_beside_a_look() {
    let uses = |cell: &OnceLock<Box<u32>>| {
        black_box(cell.get().map(|five| **five));
    };
    beside(OnceLock::from(Box::new(5)), uses, |cell| drop(cell.take()));
}

/// Must fail: data race. There is nothing in the cell, and that is looked at as well.
fn taken_beside_a_look_at_nothing() {
    let uses = |cell: &OnceLock<u32>| assert!(cell.get().is_none());
    beside(OnceLock::new(), uses, |cell| drop(cell.take()));
}

/// Must fail: data race. The value is only borrowed, as by one who is alone.
fn borrowed_alone_beside_a_look() {
    let uses = |cell: &OnceLock<u32>| drop(black_box(cell.get()));
    beside(OnceLock::from(5), uses, |cell| assert!(cell.get_mut().is_some()));
}

/// Must fail: data race. The cell is moved away.
fn moved_out_beside_a_look() {
    let uses = |cell: &OnceLock<u32>| drop(black_box(cell.get()));
    beside(OnceLock::from(5), uses, |cell| {
        // SAFETY: none. That is what is explored.
        let cell = unsafe { std::ptr::from_mut(cell).read() };
        assert_eq!(cell.into_inner(), Some(5));
    });
}

/// Must fail: data race. Another initialises the cell.
fn taken_beside_an_initialiser() {
    let uses = |cell: &OnceLock<u32>| assert_eq!(*cell.get_or_init(|| 5), 5);
    beside(OnceLock::new(), uses, |cell| drop(cell.take()));
}

/// Must fail: data race. A value that is made on first use.
fn made_and_borrowed_alone() {
    let uses = |cell: &LazyLock<u32>| assert_eq!(**cell, 5);
    let cell: LazyLock<u32> = LazyLock::new(|| 5);
    beside(cell, uses, |cell| **cell = 5);
}

/// Must fail: data race. Nobody looks at the value of the mutex, and it is locked all the same.
fn a_mutex_that_is_locked_and_borrowed_alone() {
    let uses = |lock: &Mutex<u32>| drop(lock.lock().unwrap());
    beside(Mutex::new(5), uses, |lock| assert!(lock.get_mut().is_ok()));
}

/// Must fail: data race. The same with another lock, and its value is taken out.
fn a_lock_that_is_read_and_borrowed_alone() {
    let uses = |lock: &RwLock<u32>| drop(lock.read().unwrap());
    beside(RwLock::new(5), uses, |lock| assert!(lock.get_mut().is_ok()));
}

/// Whoever comes after the others is alone.
fn alone_afterwards() {
    let uses = |cell: &OnceLock<Box<u32>>| assert_eq!(**cell.get_or_init(|| Box::new(5)), 5);
    after(OnceLock::new(), uses, |cell| {
        **cell.get_mut().unwrap() += 1;
        assert_eq!(cell.take().as_deref(), Some(&6));
        assert!(cell.set(Box::new(7)).is_ok());
    });
    let uses = |lock: &Mutex<u32>| *lock.lock().unwrap() += 1;
    after(Mutex::new(5), uses, |lock| assert_eq!(*lock.get_mut().unwrap(), 6));
    let uses = |lock: &RwLock<u32>| *lock.write().unwrap() += 1;
    after(RwLock::new(5), uses, |lock| assert_eq!(*lock.get_mut().unwrap(), 6));
    let uses = |cell: &LazyLock<u32>| assert_eq!(**cell, 5);
    let cell: LazyLock<u32> = LazyLock::new(|| 5);
    after(cell, uses, |cell| **cell = 6);
}

/// Two cells, each with a thread of its own.
fn each_with_its_own() {
    let (mut one, mut two) = (OnceLock::from(1), OnceLock::from(2));
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(one.take(), Some(1)));
        assert_eq!(two.take(), Some(2));
    });
    let moved = one;
    assert!(moved.into_inner().is_none() && two.get().is_none());
}

/// Owned again by whoever is the last to have it.
fn owned_again() {
    let cell = std::sync::Arc::new(OnceLock::new());
    let other = cell.clone();
    let thread = thread::spawn(move || drop(other.set(5)));
    thread.join().unwrap();
    let cell = std::sync::Arc::into_inner(cell).unwrap();
    assert_eq!(cell.into_inner(), Some(5));
}
