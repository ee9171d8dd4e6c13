//! Stacks, panics, and what is a look at something.

use std::cell::Cell;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use explore_engine::sync::atomic::{AtomicBool, AtomicU32, Ordering::*};
use explore_engine::sync::{Mutex, RwLock};
use explore_engine::{panic, thread};
use trace::Failure;

use crate::{failure, is_panic, proved};

// Stacks.

#[test]
fn a_thread_has_the_stack_that_std_gives_it() {
    fn deep<const BYTES: usize>() -> usize {
        let bytes = [7_u8; BYTES];
        std::hint::black_box(&bytes).len()
    }
    proved(|| assert_eq!(thread::spawn(deep::<{ 1 << 20 }>).join().unwrap(), 1 << 20));
    proved(|| assert_eq!(deep::<{ 6 << 20 }>(), 6 << 20));
    proved(|| {
        let builder = thread::Builder::new().stack_size(16 << 20);
        builder.spawn(deep::<{ 12 << 20 }>).unwrap().join().unwrap();
    });
}

// Panics.

#[test]
fn a_scope_s_panic_can_be_caught() {
    proved(|| {
        let caught = panic::catch_unwind(|| {
            thread::scope(|scope| drop(scope.spawn(|| panic!("inner"))));
        });
        assert!(caught.is_err());
    });
    let told = failure(|| thread::scope(|scope| drop(scope.spawn(|| panic!("inner")))));
    assert!(matches!(told, Failure::Panic { ref message, .. } if message == "inner"), "{told:?}");
}

// Looking.

#[test]
fn showing_an_atomic_is_a_look() {
    for expected in ["0", "1"] {
        assert!(is_panic(&failure(move || {
            let number = Arc::new(AtomicU32::new(0));
            let theirs = Arc::clone(&number);
            let other = thread::spawn(move || theirs.store(1, SeqCst));
            assert_eq!(format!("{number:?}"), expected);
            other.join().unwrap();
        })));
    }
}

#[test]
fn showing_a_mutex_is_a_look() {
    for expected in ["<locked>", "data: 0", "data: 1"] {
        assert!(is_panic(&failure(move || {
            let lock = Arc::new(Mutex::new(0));
            let theirs = Arc::clone(&lock);
            let other = thread::spawn(move || *theirs.lock().unwrap() += 1);
            let shown = format!("{lock:?}");
            assert!(!shown.contains(expected), "{shown}");
            other.join().unwrap();
        })));
    }
}

/// Its own `Debug` adds one, as whoever shows it can.
struct Counts(Cell<u32>);

impl fmt::Debug for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.set(self.0.get() + 1);
        write!(f, "{}", self.0.get())
    }
}

/// What stands in a panic's message is put together while nobody can be given the turn. So nothing that threads share is looked at there, nor
/// changed by looking.
#[test]
fn the_message_of_a_panic_is_no_look() {
    proved(|| {
        let (number, flag) = (AtomicU32::new(1), AtomicBool::new(true));
        let (lock, shared) = (Mutex::new(Counts(Cell::new(0))), RwLock::new(2));
        let shows = || panic!("{number:?} {flag:?} {lock:?} {shared:?}");
        let message = panic::catch_unwind(AssertUnwindSafe(shows)).unwrap_err();
        let not = "<not looked at>";
        assert_eq!(
            *message.downcast::<String>().unwrap(),
            format!("{not} {not} Mutex {{ data: {not}, .. }} RwLock {{ data: {not}, .. }}")
        );
        // Elsewhere it is a look.
        assert_eq!(format!("{lock:?}"), "Mutex { data: 1, poisoned: false, .. }");
        assert_eq!(format!("{number:?} {flag:?}"), "1 true");
    });
}
