//! What stand-ins show, copy and compare of the user's value, and whose code for that is all in `core` and `alloc`.

use std::cell::{Cell, RefCell};
use std::sync::{LazyLock, Mutex, OnceLock, RwLock};
use std::thread;

/// A pointer that outlives what it may be used for.
struct Pointer<T>(*mut T);
// SAFETY: it is not, and that is what these scenarios are about.
unsafe impl<T> Send for Pointer<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Pointer<T> {}

impl<T> Pointer<T> {
    fn to(value: &T) -> Self {
        Self(std::ptr::from_ref(value).cast_mut())
    }

    fn changes(&self, change: impl FnOnce(&mut T)) {
        // SAFETY: it is not.
        change(unsafe { &mut *self.0 });
    }
}

/// Changes a list, beside a thread that looks at it.
fn beside(list: Pointer<Vec<u32>>, looks: impl FnOnce() + Send) {
    thread::scope(|scope| {
        scope.spawn(looks);
        list.changes(|list| list.push(3));
    });
}

/// Must fail: data race.
fn a_mutex() {
    let lock = Mutex::new(vec![1]);
    let list = Pointer::to(&*lock.lock().unwrap());
    beside(list, || _ = format!("{lock:?}"));
}

/// Must fail: data race.
fn a_guard() {
    let lock = Mutex::new(vec![1]);
    let list = Pointer::to(&*lock.lock().unwrap());
    beside(list, || _ = format!("{:?}", lock.lock().unwrap()));
}

/// Must fail: data race.
fn a_lock_for_readers() {
    let lock = RwLock::new(vec![1]);
    let list = Pointer::to(&*lock.read().unwrap());
    beside(list, || _ = format!("{lock:?}"));
}

/// Must fail: data race.
fn a_cell_that_is_written_once() {
    let cell = OnceLock::from(vec![1]);
    let list = Pointer::to(cell.get().unwrap());
    beside(list, || _ = format!("{cell:?}"));
}

/// Must fail: data race.
fn options_in_each_other() {
    let cell = OnceLock::from(Some(Some(1)));
    let inner = Pointer::to(cell.get().unwrap());
    thread::scope(|scope| {
        scope.spawn(|| format!("{cell:?}").len());
        inner.changes(|inner| *inner = Some(None));
    });
}

/// Must fail: data race.
fn what_is_made_when_it_is_needed() {
    let cell = LazyLock::new(|| vec![1]);
    let list = Pointer::to(&*cell);
    beside(list, || _ = format!("{cell:?}"));
}

/// Must fail: data race.
fn a_comparison() {
    let (cell, other) = (OnceLock::from(vec![1]), OnceLock::from(vec![1]));
    let list = Pointer::to(cell.get().unwrap());
    beside(list, || _ = cell == other);
}

thread_local! {
    static NUMBER: Cell<u32> = const { Cell::new(1) };
    static LIST: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
}

/// Must fail: data race. A function of `core` looks.
fn a_function_that_is_handed_over() {
    let number = NUMBER.with(Pointer::to);
    thread::scope(|scope| {
        scope.spawn(move || number.changes(|number| number.set(2)));
        NUMBER.with(Cell::get);
    });
}

/// Must fail: data race.
fn a_function_that_borrows() {
    let list = LIST.with_borrow(Pointer::to);
    thread::scope(|scope| {
        scope.spawn(move || list.changes(|list| list.push(1)));
        LIST.with_borrow(Vec::len);
    });
}

/// It is right.
fn one_after_the_other() {
    let lock = Mutex::new(vec![1]);
    let list = Pointer::to(&*lock.lock().unwrap());
    thread::scope(|scope| {
        let shows = scope.spawn(|| format!("{lock:?}"));
        assert_eq!(shows.join().unwrap(), "Mutex { data: [1], poisoned: false, .. }");
        list.changes(|list| list.push(3));
    });
}
