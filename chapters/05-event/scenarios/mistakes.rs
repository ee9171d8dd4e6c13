//! What goes wrong with an event that is a flag and a condition variable, and
//! with an event that is used for what it is not.

use ch05_event::{Event, naive};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::thread;

/// The first step, `naive::Event`, as long as nobody clears it: everybody is released.
fn flag_and_condvar_without_clear() {
    let event = naive::Event::new();
    thread::scope(|scope| {
        scope.spawn(|| event.wait());
        scope.spawn(|| event.wait());
        event.set();
    });
}

/// The same event, set and at once cleared when somebody waits.
///
/// Must fail: the waiter wakes up, finds the flag down and waits on, for ever.
fn flag_and_condvar_loses_the_waiter() {
    let event = naive::Event::new();
    thread::scope(|scope| {
        scope.spawn(|| event.wait());
        let one_waits = event.waiters() == 1;
        event.set();
        if one_waits {
            event.clear();
        }
    });
}

/// The program `set-clear`: nobody who waited can look at the flag before it is down again.
///
/// Must fail: whenever the waiter comes first, it is lost.
fn flag_and_condvar_set_and_cleared_as_one() {
    let event = naive::Event::new();
    thread::scope(|scope| {
        scope.spawn(|| event.wait());
        if event.waiters() == 1 {
            event.set_and_clear();
        } else {
            event.set();
        }
    });
}

/// An event whose waiter looks at the flag and then goes to sleep, without a lock over both.
///
/// Must fail: the flag goes up in between, nobody is asleep yet to be woken, and the waiter sleeps
/// for ever.
fn looked_and_then_slept() {
    use std::sync::{Condvar, Mutex};

    let (flag, bed, was_set) = (AtomicBool::new(false), Mutex::new(()), Condvar::new());
    thread::scope(|scope| {
        scope.spawn(|| {
            while !flag.load(SeqCst) {
                drop(was_set.wait(bed.lock().unwrap()).unwrap());
            }
        });
        flag.store(true, SeqCst);
        was_set.notify_all();
    });
}

/// A thread that comes to an event after `set(); clear()` waits for the next `set`.
///
/// Must fail: here is none. An event that is cleared tells only those who are there already.
fn came_after_the_clear() {
    let event = Event::new();
    thread::scope(|scope| {
        scope.spawn(|| event.wait());
        event.set();
        event.clear();
    });
}

/// An event taken for a lock: wait until it is up, take it down, go in.
///
/// Must fail: two are released by the same `set`, and both go in.
fn an_event_is_no_lock() {
    let (free, inside) = (Event::new(), AtomicU32::new(0));
    let visit = || {
        free.wait();
        free.clear();
        assert_eq!(inside.fetch_add(1, SeqCst), 0, "two are inside");
        inside.fetch_sub(1, SeqCst);
        free.set();
    };
    free.set();
    thread::scope(|scope| {
        scope.spawn(visit);
        visit();
    });
}
