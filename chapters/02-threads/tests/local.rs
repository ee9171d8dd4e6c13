//! One object, a value for each thread, dropped where it was made.

use ch02_threads::{Local, spawn};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::thread::{self, ThreadId};

/// Reports the thread in which it is dropped.
struct Mourned(mpsc::Sender<ThreadId>);

impl Drop for Mourned {
    fn drop(&mut self) {
        let _ = self.0.send(thread::current().id());
    }
}

#[test]
fn each_thread_has_its_own_value_of_each_object() {
    let (one, two) = (Arc::new(Local::<Cell<u8>>::default()), Local::new(|| Cell::new(7)));
    one.set(1);
    two.set(2);
    let other = spawn({
        let one = Arc::clone(&one);
        move || (one.get(), one.set(9))
    });
    assert_eq!(other.join().unwrap().0, 0);
    assert_eq!((one.get(), two.get()), (1, 2));
}

#[test]
fn a_value_is_made_once_a_thread() {
    let made = Cell::new(0);
    let local = Local::new(|| made.set(made.get() + 1));
    local.with(|_| ());
    local.with(|_| ());
    assert_eq!(made.get(), 1);
}

#[test]
fn a_value_is_dropped_in_its_own_thread_at_its_end() {
    let (report, deaths) = mpsc::channel();
    let local = Arc::new(Local::new(move || Mourned(report.clone())));
    let id = spawn({
        let local = Arc::clone(&local);
        move || {
            local.with(|_| ());
            thread::current().id()
        }
    });
    assert_eq!(id.join().unwrap(), deaths.recv().unwrap());
}

#[test]
fn to_show_it_makes_no_value() {
    let made = Cell::new(0);
    let local = Local::new(|| made.replace(made.get() + 1));
    assert_eq!(format!("{local:?}"), "Local(<uninitialised>)");
    assert_eq!(made.get(), 0);
    local.with(|_| ());
    assert_eq!(format!("{local:?}"), "Local(0)");
}

#[test]
fn values_of_a_dropped_object_go_when_others_are_made() {
    let (report, deaths) = mpsc::channel();
    let local = Local::new(|| Mourned(report.clone()));
    local.with(|_| ());
    drop(local);
    let others: Vec<_> = (0..8).map(|i| Local::new(move || i)).collect();
    for (i, other) in others.iter().enumerate() {
        assert_eq!(other.with(|value| *value), i);
    }
    assert_eq!(deaths.try_recv(), Ok(thread::current().id()));
}

#[test]
fn an_init_that_panics_is_tried_again() {
    let attempts = Cell::new(0);
    let local = Local::new(|| {
        attempts.set(attempts.get() + 1);
        assert!(attempts.get() > 1, "the first attempt fails");
        Rc::new(5)
    });
    assert!(catch_unwind(AssertUnwindSafe(|| local.with(|_| ()))).is_err());
    assert_eq!(local.with(|value| **value), 5);
}

#[test]
fn init_and_use_may_nest() {
    let inner = Local::new(|| 2);
    let outer = Local::new(|| inner.with(|two| two + 1));
    assert_eq!(outer.with(|three| inner.with(|two| three * two)), 6);
}

#[test]
fn borrowed_values() {
    let words = Local::new(|| RefCell::new(Vec::new()));
    words.with_borrow_mut(|words| words.push("one"));
    assert_eq!(words.with_borrow(|words| words.clone()), ["one"]);
    assert!(format!("{words:?}").starts_with("Local("));
}

#[test]
fn at_the_threads_end_try_with_says_that_the_value_is_gone() {
    struct AsksAtTheEnd(Arc<Local<Cell<u8>>>, mpsc::Sender<bool>);
    impl Drop for AsksAtTheEnd {
        fn drop(&mut self) {
            let _ = self.1.send(self.0.try_with(|_| ()).is_err());
        }
    }
    let (report, is_gone) = mpsc::channel();
    spawn(move || {
        let asked = Arc::new(Local::default());
        let last = Local::new(move || AsksAtTheEnd(Arc::clone(&asked), report.clone()));
        last.with(|_| ());
    })
    .join()
    .unwrap();
    assert!(is_gone.recv().unwrap());
}
