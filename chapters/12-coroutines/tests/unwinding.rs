//! How a suspended greenlet ends when its last handle goes.

use ch12_coroutines::Greenlet;
use std::cell::{Cell, RefCell};
use std::panic::catch_unwind;
use std::rc::Rc;
use test_support::valgrind;

/// Writes its name down when it is dropped.
struct Trace(&'static str, Rc<RefCell<Vec<&'static str>>>);

impl Drop for Trace {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

fn main_greenlet<T>() -> Greenlet<T> {
    Greenlet::main()
}

#[test]
fn the_last_handle_unwinds_a_suspended_greenlet() {
    let trace = Rc::new(RefCell::new(Vec::new()));
    let greenlet = Greenlet::new({
        let trace = trace.clone();
        move |()| {
            let _first = Trace("first", trace.clone());
            let _second = Trace("second", trace);
            main_greenlet().switch(());
        }
    });
    greenlet.switch(());
    let clone = greenlet.clone();
    drop(greenlet);
    assert!(trace.borrow().is_empty());
    drop(clone);
    assert_eq!(*trace.borrow(), ["second", "first"]);
    assert_eq!(Rc::strong_count(&trace), 1);
}

#[test]
fn a_switch_by_a_weak_handle_keeps_nobody_alive() {
    let trace = Rc::new(RefCell::new(Vec::new()));
    let target = Greenlet::new({
        let trace = trace.clone();
        move |()| {
            let _mark = Trace("target", trace);
            main_greenlet().switch(());
        }
    });
    let to_target = target.downgrade();
    let caller = Greenlet::new({
        let trace = trace.clone();
        move |()| {
            let _mark = Trace("caller", trace);
            to_target.switch(());
        }
    });
    caller.switch(()); // now it sleeps in its switch to the target
    drop(target);
    assert_eq!(*trace.borrow(), ["target"]);
    drop(caller);
    assert_eq!(*trace.borrow(), ["target", "caller"]);
}

#[test]
fn one_that_never_started_drops_its_code() {
    let trace = Rc::new(RefCell::new(Vec::new()));
    let captured = Trace("captured", trace.clone());
    let fresh = Greenlet::new(move |()| drop(captured));
    drop(fresh);
    assert_eq!(*trace.borrow(), ["captured"]);
}

#[test]
fn a_greenlet_can_unwind_another() {
    let trace = Rc::new(RefCell::new(Vec::new()));
    let victim = Greenlet::new({
        let trace = trace.clone();
        move |n: u32| {
            let _mark = Trace("victim", trace);
            main_greenlet().switch(n)
        }
    });
    victim.switch(0);
    let dropper = Greenlet::new(move |n: u32| {
        drop(victim);
        main_greenlet().switch(n + 1)
    });
    assert_eq!(dropper.switch(1), 2);
    assert_eq!(*trace.borrow(), ["victim"]);
    assert_eq!(dropper.switch(3), 3);
}

#[test]
fn one_without_handles_is_unwound_when_it_goes_to_sleep() {
    let own: Rc<RefCell<Option<Greenlet<()>>>> = Rc::default();
    let trace = Rc::new(RefCell::new(Vec::new()));
    let greenlet = Greenlet::new({
        let (own, trace) = (own.clone(), trace.clone());
        move |()| {
            let _mark = Trace("unwound", trace);
            own.borrow_mut().take(); // the only handle
            main_greenlet().switch(());
            unreachable!();
        }
    });
    let weak = greenlet.downgrade();
    *own.borrow_mut() = Some(greenlet);
    weak.switch(());
    assert_eq!(*trace.borrow(), ["unwound"]);
    assert!(weak.upgrade().is_none());
    weak.switch(()); // to main, which is here
}

#[test]
fn unwinding_goes_on_when_it_is_caught() {
    let rounds = Rc::new(Cell::new(0));
    let stubborn = Greenlet::new({
        let rounds = rounds.clone();
        move |()| {
            while rounds.get() < 3 {
                let _ = catch_unwind(|| main_greenlet().switch(()));
                rounds.set(rounds.get() + 1);
            }
        }
    });
    stubborn.switch(());
    drop(stubborn);
    assert_eq!(rounds.get(), 3);
}

#[test]
fn a_destructor_may_keep_a_handle_of_the_greenlet_that_it_ends() {
    struct Keep(Rc<RefCell<Option<Greenlet<()>>>>);
    impl Drop for Keep {
        fn drop(&mut self) {
            *self.0.borrow_mut() = Some(Greenlet::current());
        }
    }
    let kept = Rc::default();
    let greenlet = Greenlet::new({
        let keep = Keep(Rc::clone(&kept));
        move |()| {
            let _keep = keep;
            main_greenlet().switch(());
        }
    });
    greenlet.switch(());
    drop(greenlet);
    let greenlet = kept.borrow_mut().take().unwrap();
    assert!(greenlet.is_dead());
    greenlet.switch(());
}

#[test]
fn a_thread_that_ends_unwinds_what_it_keeps() {
    thread_local! {
        static KEPT: RefCell<Vec<Greenlet<()>>> = const { RefCell::new(Vec::new()) };
    }
    struct Tell(std::sync::mpsc::Sender<()>);
    impl Drop for Tell {
        fn drop(&mut self) {
            self.0.send(()).unwrap();
        }
    }
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let greenlet = Greenlet::new(move |()| {
            let _tell = Tell(tell);
            main_greenlet().switch(());
        });
        // Before the first switch, so that the spare stacks go first at the end.
        KEPT.with(|kept| kept.borrow_mut().push(greenlet.clone()));
        greenlet.switch(());
    })
    .join()
    .unwrap();
    assert!(told.recv().is_ok());
}

#[test]
fn an_orphan_that_departs_for_another_still_brings_its_value() {
    let own: Rc<RefCell<Option<Greenlet<String>>>> = Rc::default();
    let trace = Rc::new(RefCell::new(Vec::new()));
    let target = Greenlet::new(|first: String| {
        let second: String = main_greenlet().switch(first);
        format!("target got {second}")
    });
    assert_eq!(target.switch("started".into()), "started");
    let orphan = Greenlet::new({
        let (own, trace, target) = (own.clone(), trace.clone(), target.clone());
        move |text: String| {
            let _mark = Trace("unwound", trace);
            own.borrow_mut().take(); // the only handle
            target.switch(text)
        }
    });
    let weak = orphan.downgrade();
    *own.borrow_mut() = Some(orphan);
    assert_eq!(weak.switch("a present".into()), "target got a present");
    assert_eq!(*trace.borrow(), ["unwound"]);
    assert!(weak.upgrade().is_none() && target.is_dead());
}

#[test]
fn an_orphan_whose_end_drops_its_target_sends_the_value_on_to_the_target_all_the_same() {
    let own: Rc<RefCell<Option<Greenlet<u32>>>> = Rc::default();
    let trace = Rc::new(RefCell::new(Vec::new()));
    let target = Greenlet::new({
        let trace = trace.clone();
        move |n: u32| {
            let _mark = Trace("target", trace);
            main_greenlet().switch(n) + 1
        }
    });
    target.switch(0);
    let weak_target = target.downgrade();
    let orphan = Greenlet::new({
        let (own, trace) = (own.clone(), trace.clone());
        move |n: u32| {
            let _mark = Trace("orphan", trace);
            own.borrow_mut().take();
            target.switch(n) // the only handle of the target is here, and goes when this unwinds
        }
    });
    let weak = orphan.downgrade();
    *own.borrow_mut() = Some(orphan);
    assert_eq!(weak.switch(7), 8);
    assert_eq!(*trace.borrow(), ["orphan", "target"]);
    assert!(weak_target.upgrade().is_none());
}

#[test]
fn what_one_that_is_unwound_sends_to_another_is_dropped() {
    let value = Rc::new(());
    let other = Greenlet::new(|first: Rc<()>| main_greenlet().switch(first));
    other.switch(value.clone());
    let stubborn = Greenlet::new({
        let (value, other) = (value.clone(), other.clone());
        move |first: Rc<()>| {
            let _ = catch_unwind(std::panic::AssertUnwindSafe(|| main_greenlet().switch(first)));
            let _ = catch_unwind(std::panic::AssertUnwindSafe(|| other.switch(value.clone())));
            value
        }
    });
    stubborn.switch(value.clone());
    drop(stubborn);
    assert_eq!(Rc::strong_count(&value), 1);
    assert!(!other.is_dead());
    // It is asleep as before, and nothing is in its way.
    assert!(Rc::ptr_eq(&other.switch(value.clone()), &value));
}

#[test]
fn the_end_of_an_orphan_goes_to_its_parent() {
    let own: Rc<RefCell<Option<Greenlet<u32>>>> = Rc::default();
    let parent = Greenlet::new(|n: u32| main_greenlet().switch(n) * 10);
    parent.switch(0);
    let orphan = Greenlet::new({
        let own = own.clone();
        move |n: u32| {
            own.borrow_mut().take();
            n + 1
        }
    });
    orphan.set_parent(&parent).unwrap();
    let weak = orphan.downgrade();
    *own.borrow_mut() = Some(orphan);
    assert_eq!(weak.switch(3), 40);
    assert!(weak.upgrade().is_none());
}

#[test]
fn clean_under_valgrind() {
    valgrind::clean(&[]);
}
