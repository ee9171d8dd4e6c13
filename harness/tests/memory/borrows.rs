//! What stand-ins destroy that the user gave them, and whose code for that is all in `core`: a `RefCell` is told there that a borrow has ended.

use std::cell::{Cell, Ref, RefCell};
use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Condvar, Mutex, Once, OnceLock};
use std::thread;
use std::time::Duration;

/// A borrow that is declared to be what it is not.
struct Borrow(Ref<'static, u32>);
// SAFETY: it is not, and that is what these scenarios are about.
unsafe impl Send for Borrow {}
// SAFETY: as above.
unsafe impl Sync for Borrow {}

fn borrowed() -> (&'static RefCell<u32>, Borrow) {
    let cell: &RefCell<u32> = Box::leak(Box::new(RefCell::new(1)));
    (cell, Borrow(cell.borrow()))
}

/// Borrows a second time, beside a thread that does this with the first.
fn beside(uses: impl FnOnce(Borrow) + Send + 'static) {
    let (cell, borrow) = borrowed();
    let thread = thread::spawn(move || uses(borrow));
    drop(cell.borrow());
    thread.join().unwrap();
}

/// Must fail: data race.
fn of_a_boxed_closure() {
    let (cell, borrow) = borrowed();
    let job: Box<dyn FnOnce() + Send> = Box::new(move || _ = black_box(&borrow));
    let thread = thread::spawn(job);
    drop(cell.borrow());
    thread.join().unwrap();
}

/// Must fail: data race.
fn of_a_boxed_closure_that_can_be_called_again() {
    let (cell, borrow) = borrowed();
    let job: Box<dyn Fn() + Send> = Box::new(move || _ = black_box(&borrow));
    let thread = thread::spawn(job);
    drop(cell.borrow());
    thread.join().unwrap();
}

/// Must fail: data race.
fn of_a_boxed_closure_in_a_scope() {
    let (cell, borrow) = borrowed();
    let job: Box<dyn Fn() + Send> = Box::new(move || _ = black_box(&borrow));
    thread::scope(|scope| {
        scope.spawn(job);
        drop(cell.borrow());
    });
}

/// Must fail: data race.
fn of_what_updates_an_atomic() {
    beside(|borrow| {
        let number = AtomicU32::new(0);
        let _ = number.fetch_update(SeqCst, SeqCst, move |_| {
            black_box(&borrow);
            None
        });
    });
}

/// Must fail: data race.
fn of_an_initialiser_that_nobody_needs() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| ());
    beside(|borrow| ONCE.call_once(move || _ = black_box(&borrow)));
}

/// Must fail: data race.
fn of_an_initialiser_that_is_not_forced() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| ());
    beside(|borrow| ONCE.call_once_force(move |_| _ = black_box(&borrow)));
}

/// Must fail: data race.
fn of_an_initialiser_of_a_value_that_is_there() {
    static NUMBER: OnceLock<u32> = OnceLock::new();
    NUMBER.set(1).unwrap();
    beside(|borrow| {
        NUMBER.get_or_init(move || {
            black_box(&borrow);
            2
        });
    });
}

/// Must fail: data race.
fn of_what_is_waited_for() {
    beside(|borrow| {
        let (lock, changed) = (Mutex::new(0), Condvar::new());
        let waits = move |_: &mut u32| {
            black_box(&borrow);
            false
        };
        drop(changed.wait_while(lock.lock().unwrap(), waits).unwrap());
    });
}

/// Must fail: data race.
fn of_what_is_waited_for_in_vain() {
    beside(|borrow| {
        let (lock, changed) = (Mutex::new(0), Condvar::new());
        let waits = move |_: &mut u32| {
            black_box(&borrow);
            true
        };
        drop(changed.wait_timeout_while(lock.lock().unwrap(), Duration::ZERO, waits).unwrap());
    });
}

thread_local! {
    static CELL: RefCell<Option<Ref<'static, u32>>> = const { RefCell::new(None) };
    static OTHER: Cell<Option<Ref<'static, u32>>> = const { Cell::new(None) };
    static LATE: Cell<Late> = const { Cell::new(Late(None)) };
}

/// Must fail: data race.
fn of_an_old_value_of_a_thread() {
    beside(|borrow| {
        let whole = borrow;
        CELL.set(Some(whole.0));
        CELL.set(None);
    });
}

/// Must fail: data race.
fn of_an_old_value_of_a_thread_without_a_look() {
    beside(|borrow| {
        let whole = borrow;
        OTHER.set(Some(whole.0));
        OTHER.set(None);
    });
}

/// Asks for itself while it is destroyed.
struct Late(Option<Borrow>);

impl Drop for Late {
    fn drop(&mut self) {
        let borrow = self.0.take();
        assert!(LATE.try_with(move |_| _ = black_box(&borrow)).is_err());
    }
}

/// Must fail: data race.
fn of_what_would_look_at_a_value_of_a_thread() {
    beside(|borrow| LATE.set(Late(Some(borrow))));
}

/// Must fail: data race.
fn of_a_thread_that_cannot_be() {
    beside(|borrow| {
        let builder = thread::Builder::new().stack_size(usize::MAX / 2);
        assert!(builder.spawn(move || _ = black_box(&borrow)).is_err());
    });
}

/// It is right.
fn one_after_the_other() {
    let (cell, borrow) = borrowed();
    let job: Box<dyn FnOnce() + Send> = Box::new(move || _ = black_box(&borrow));
    thread::spawn(job).join().unwrap();
    assert_eq!(*cell.borrow_mut(), 1);
}
