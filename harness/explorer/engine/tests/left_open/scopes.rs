//! The end of a scope waits for handles as well: std counts a thread as running until its result is gone, and the handle shares it.

use std::cell::RefCell;

use explore_engine::sync::mpsc;
use explore_engine::thread;
use trace::Failure;

use crate::{failure, proved};

#[test]
fn a_scope_whose_handle_is_forgotten_never_ends() {
    let forgets = || thread::scope(|s| std::mem::forget(s.spawn(|| ())));
    assert!(matches!(failure(forgets), Failure::Deadlock { .. }));
    let keeps = || {
        thread::scope(|s| {
            let kept = std::mem::ManuallyDrop::new(s.spawn(|| 1));
            assert!(!kept.is_finished() || kept.is_finished());
        });
    };
    assert!(matches!(failure(keeps), Failure::Deadlock { .. }));
    struct Circle<'s> {
        _handle: thread::ScopedJoinHandle<'s, ()>,
        own: RefCell<Option<std::rc::Rc<Circle<'s>>>>,
    }
    let in_a_circle = || {
        thread::scope(|s| {
            let circle = Circle { _handle: s.spawn(|| ()), own: RefCell::new(None) };
            let circle = std::rc::Rc::new(circle);
            *circle.own.borrow_mut() = Some(std::rc::Rc::clone(&circle));
        });
    };
    assert!(matches!(failure(in_a_circle), Failure::Deadlock { .. }));
}

#[test]
fn a_scope_ends_whoever_lets_go_of_the_handle() {
    proved(|| {
        thread::scope(|s| {
            let (sender, receiver) = mpsc::channel();
            sender.send(s.spawn(|| 1)).unwrap();
            s.spawn(move || drop(receiver));
        });
    });
    proved(|| {
        thread::scope(|s| {
            let inner = s.spawn(|| 1);
            s.spawn(move || inner);
        });
    });
    proved(|| {
        thread::scope(|s| {
            let inner = s.spawn(|| String::from("abc"));
            std::mem::forget(s.spawn(move || inner.join().unwrap().len()).join());
        });
    });
}
