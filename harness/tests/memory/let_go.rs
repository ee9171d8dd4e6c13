//! What stand-ins destroy that the user gave them, and whose code for that is all in `alloc`: the counter of an `Rc` changes there.

use std::cell::{Cell, RefCell};
use std::hint::black_box;
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, Once, OnceLock, mpsc};
use std::thread;
use std::time::Duration;

/// An `Rc` that is declared to be what it is not.
struct Counted(Rc<u32>);
// SAFETY: it is not, and that is what these scenarios are about.
unsafe impl Send for Counted {}
// SAFETY: as above.
unsafe impl Sync for Counted {}

impl Counted {
    fn two() -> (Self, Self) {
        let counted = Rc::new(1);
        (Self(counted.clone()), Self(counted))
    }

    fn count(&self) {
        drop(self.0.clone());
    }

    /// Beside a thread that does this with the other one.
    fn beside(uses: impl FnOnce(Self) + Send + 'static) {
        let (mine, other) = Self::two();
        let thread = thread::spawn(move || uses(other));
        mine.count();
        thread.join().unwrap();
    }
}

/// Must fail: data race. As pools have their jobs.
fn a_boxed_closure() {
    let (mine, other) = Counted::two();
    let job: Box<dyn FnOnce() + Send> = Box::new(move || _ = black_box(&other));
    let thread = thread::spawn(job);
    mine.count();
    thread.join().unwrap();
}

/// Must fail: data race.
fn a_boxed_closure_that_can_be_called_again() {
    let (mine, other) = Counted::two();
    let job: Box<dyn Fn() + Send> = Box::new(move || _ = black_box(&other));
    let thread = thread::spawn(job);
    mine.count();
    thread.join().unwrap();
}

/// Must fail: data race.
fn a_boxed_closure_in_a_scope() {
    let (mine, other) = Counted::two();
    let job: Box<dyn Fn() + Send> = Box::new(move || _ = black_box(&other));
    thread::scope(|scope| {
        scope.spawn(job);
        mine.count();
    });
}

/// Must fail: data race.
fn what_updates_an_atomic() {
    Counted::beside(|other| {
        let number = AtomicU32::new(0);
        let _ = number.fetch_update(SeqCst, SeqCst, move |_| {
            black_box(&other);
            None
        });
    });
}

/// Must fail: data race.
fn an_initialiser_that_nobody_needs() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| ());
    Counted::beside(|other| ONCE.call_once(move || _ = black_box(&other)));
}

/// Must fail: data race.
fn an_initialiser_of_a_value_that_is_there() {
    static NUMBER: OnceLock<u32> = OnceLock::new();
    NUMBER.set(1).unwrap();
    Counted::beside(|other| {
        NUMBER.get_or_init(move || {
            black_box(&other);
            2
        });
    });
}

/// Must fail: data race.
fn an_initialiser_that_is_not_forced() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| ());
    Counted::beside(|other| ONCE.call_once_force(move |_| _ = black_box(&other)));
}

/// Must fail: data race.
fn what_is_waited_for_in_vain() {
    Counted::beside(|other| {
        let (lock, changed) = (Mutex::new(0), Condvar::new());
        let waits = move |_: &mut u32| {
            black_box(&other);
            true
        };
        drop(changed.wait_timeout_while(lock.lock().unwrap(), Duration::ZERO, waits).unwrap());
    });
}

/// Must fail: data race.
fn what_is_waited_for() {
    Counted::beside(|other| {
        let (lock, changed) = (Mutex::new(0), Condvar::new());
        let waits = move |_: &mut u32| {
            black_box(&other);
            false
        };
        drop(changed.wait_while(lock.lock().unwrap(), waits).unwrap());
    });
}

thread_local! {
    static CELL: RefCell<Option<Counted>> = const { RefCell::new(None) };
    static OTHER: Cell<Option<Counted>> = const { Cell::new(None) };
}

/// Must fail: data race.
fn an_old_value_of_a_thread() {
    Counted::beside(|other| {
        CELL.set(Some(other));
        CELL.set(None);
    });
}

/// Must fail: data race.
fn an_old_value_of_a_thread_without_a_look() {
    Counted::beside(|other| {
        OTHER.set(Some(other));
        OTHER.set(None);
    });
}

/// Asks for itself while it is destroyed.
struct Late(Option<Counted>);

impl Drop for Late {
    fn drop(&mut self) {
        let other = self.0.take();
        assert!(LATE.try_with(move |_| _ = black_box(&other)).is_err());
    }
}

thread_local! {
    static LATE: Cell<Late> = const { Cell::new(Late(None)) };
}

/// Must fail: data race.
fn what_would_look_at_a_value_of_a_thread() {
    Counted::beside(|other| LATE.set(Late(Some(other))));
}

/// Must fail: data race.
fn a_thread_that_cannot_be() {
    Counted::beside(|other| {
        let builder = thread::Builder::new().stack_size(usize::MAX / 2);
        assert!(builder.spawn(move || _ = black_box(&other)).is_err());
    });
}

thread_local! {
    static SHARED: RefCell<Option<Arc<AtomicU32>>> = const { RefCell::new(None) };
}

/// Must fail: panic. Who looks at the count finds it before or after.
fn a_count_of_an_old_value_of_a_thread() {
    let mine = Arc::new(AtomicU32::new(0));
    let other = Arc::clone(&mine);
    let thread = thread::spawn(move || {
        SHARED.set(Some(other));
        SHARED.set(None);
    });
    assert_eq!(Arc::strong_count(&mine), 2);
    thread.join().unwrap();
}

/// It is right: what is let go of in one thread, and then in another.
fn one_after_the_other() {
    let (mine, other) = Counted::two();
    let job: Box<dyn FnOnce() + Send> = Box::new(move || _ = black_box(&other));
    thread::spawn(job).join().unwrap();
    mine.count();
    let (sender, receiver) = mpsc::channel();
    sender.send(mine).unwrap();
    thread::spawn(move || drop(receiver.recv().unwrap())).join().unwrap();
}
