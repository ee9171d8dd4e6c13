//! Thread-locals: what is destroyed when, and who waits for it.

use std::cell::RefCell;
use std::sync::Arc;

use explore_engine::sync::Mutex;
use explore_engine::sync::atomic::{AtomicBool, Ordering::*};
use explore_engine::{thread, thread_local};
use trace::Failure;

use crate::{explore, failure, is_panic, proved};

struct OnExit(Arc<AtomicBool>);

impl Drop for OnExit {
    fn drop(&mut self) {
        self.0.store(true, SeqCst);
    }
}

thread_local! {
    static LAST: RefCell<Option<OnExit>> = const { RefCell::new(None) };
}

fn leaves(flag: &Arc<AtomicBool>) -> impl FnOnce() + Send + use<> {
    let flag = Arc::clone(flag);
    move || LAST.with(|last| *last.borrow_mut() = Some(OnExit(flag)))
}

#[test]
fn a_scope_does_not_wait_for_the_destructors_of_thread_locals() {
    assert!(is_panic(&failure(|| {
        let gone = Arc::new(AtomicBool::new(false));
        thread::scope(|scope| drop(scope.spawn(leaves(&gone))));
        assert!(gone.load(SeqCst));
    })));
    // It may be over all the same.
    assert!(is_panic(&failure(|| {
        let gone = Arc::new(AtomicBool::new(false));
        thread::scope(|scope| drop(scope.spawn(leaves(&gone))));
        assert!(!gone.load(SeqCst));
    })));
}

/// Whoever leaves a scope has waited for all that can be waited for.
#[test]
fn who_only_destroys_thread_locals_is_not_left_behind() {
    proved(|| {
        let gone = Arc::new(AtomicBool::new(false));
        thread::scope(|scope| drop(scope.spawn(leaves(&gone))));
    });
    // Nor if that waits for what never comes: the program has ended.
    let outcome = explore(|| {
        let lock = Arc::new(Mutex::new(()));
        let theirs = Arc::clone(&lock);
        std::mem::forget(lock.lock().unwrap());
        thread::scope(|scope| drop(scope.spawn(locks_at_its_end(theirs))));
    });
    assert!(outcome.is_proved(), "{outcome}");
    // A thread that nobody waits for is, whatever it has to destroy.
    let told = failure(|| {
        let gone = Arc::new(AtomicBool::new(false));
        let (leave, flag) = (leaves(&gone), Arc::clone(&gone));
        thread::spawn(move || {
            leave();
            flag.store(false, SeqCst);
        });
    });
    assert!(matches!(told, Failure::Leak { .. }), "{told:?}");
    // And what is wrong in the destructor is found after the end of `main` as well.
    let told = failure(|| {
        let flag = Arc::new(AtomicBool::new(true));
        let theirs = Arc::clone(&flag);
        thread::scope(|scope| drop(scope.spawn(panics_at_its_end(theirs))));
        flag.store(false, SeqCst);
    });
    assert!(!matches!(told, Failure::Leak { .. }), "{told:?}");
}

struct LocksOnExit(Arc<Mutex<()>>);

impl Drop for LocksOnExit {
    fn drop(&mut self) {
        drop(self.0.lock());
    }
}

struct PanicsOnExit(Arc<AtomicBool>);

impl Drop for PanicsOnExit {
    fn drop(&mut self) {
        assert!(self.0.load(SeqCst), "too late");
    }
}

thread_local! {
    static LOCKS: RefCell<Option<LocksOnExit>> = const { RefCell::new(None) };
    static FAILS: RefCell<Option<PanicsOnExit>> = const { RefCell::new(None) };
}

fn locks_at_its_end(lock: Arc<Mutex<()>>) -> impl FnOnce() + Send {
    move || LOCKS.with(|last| *last.borrow_mut() = Some(LocksOnExit(lock)))
}

fn panics_at_its_end(flag: Arc<AtomicBool>) -> impl FnOnce() + Send {
    move || FAILS.with(|last| *last.borrow_mut() = Some(PanicsOnExit(flag)))
}

#[test]
fn a_join_waits_for_the_destructors_of_thread_locals() {
    proved(|| {
        let gone = Arc::new(AtomicBool::new(false));
        thread::spawn(leaves(&gone)).join().unwrap();
        assert!(gone.load(SeqCst));
    });
    proved(|| {
        let gone = Arc::new(AtomicBool::new(false));
        thread::scope(|scope| scope.spawn(leaves(&gone)).join().unwrap());
        assert!(gone.load(SeqCst));
    });
}

#[test]
fn a_thread_has_finished_before_the_destructors_of_its_locals() {
    assert!(is_panic(&failure(|| {
        let gone = Arc::new(AtomicBool::new(false));
        let other = thread::spawn(leaves(&gone));
        if other.is_finished() {
            assert!(gone.load(SeqCst));
        }
        other.join().unwrap();
    })));
}

#[test]
fn what_a_destructor_does_is_not_seen_by_who_only_knows_that_the_closure_returned() {
    assert!(is_panic(&failure(|| {
        let gone = Arc::new(AtomicBool::new(false));
        let other = thread::spawn(leaves(&gone));
        while !other.is_finished() {
            thread::yield_now();
        }
        assert!(gone.load(Relaxed));
        other.join().unwrap();
    })));
}

struct Own;

impl Drop for Own {
    fn drop(&mut self) {
        assert!(OWN.try_with(|_| ()).is_err());
    }
}

thread_local! {
    static OWN: Own = const { Own };
    static PLAIN: u32 = const { 7 };
}

#[test]
fn a_destructor_cannot_have_its_own_key() {
    proved(|| thread::spawn(|| OWN.with(|_| ())).join().unwrap());
}

struct Step(&'static str, Arc<Mutex<Vec<&'static str>>>);

impl Drop for Step {
    fn drop(&mut self) {
        // A key without a destructor is there to the end.
        assert_eq!(PLAIN.with(|number| *number), 7);
        self.1.lock().unwrap().push(self.0);
    }
}

thread_local! {
    static FIRST: RefCell<Option<Step>> = const { RefCell::new(None) };
    static SECOND: RefCell<Option<Step>> = const { RefCell::new(None) };
}

#[test]
fn what_was_used_last_is_destroyed_first() {
    proved(|| {
        let order = Arc::new(Mutex::new(Vec::new()));
        let theirs = Arc::clone(&order);
        let fill = move || {
            PLAIN.with(|_| ());
            FIRST.with(|one| *one.borrow_mut() = Some(Step("first", Arc::clone(&theirs))));
            SECOND.with(|one| *one.borrow_mut() = Some(Step("second", theirs)));
        };
        thread::spawn(fill).join().unwrap();
        assert_eq!(*order.lock().unwrap(), ["second", "first"]);
    });
}

struct Panics;

impl Drop for Panics {
    fn drop(&mut self) {
        panic!("in a destructor");
    }
}

thread_local! {
    static PANICS: Panics = const { Panics };
}

#[test]
fn a_destructor_of_a_thread_local_that_panics_ends_the_program() {
    let told = failure(|| thread::spawn(|| PANICS.with(|_| ())).join().unwrap());
    assert!(matches!(told, Failure::Exit { code: None, .. }), "{told:?}");
}
