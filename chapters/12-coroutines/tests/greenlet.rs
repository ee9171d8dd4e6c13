//! What a greenlet promises.

use ch12_coroutines::{CyclicParents, Exit, Greenlet};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

/// Writes its name down when it is dropped.
struct Trace(&'static str, Rc<RefCell<Vec<&'static str>>>);

impl Drop for Trace {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

fn thrown<R>(body: impl FnOnce() -> R) -> Option<&'static str> {
    let payload = catch_unwind(AssertUnwindSafe(body)).err()?;
    Some(payload.downcast_ref::<&'static str>().copied().unwrap_or("something else"))
}

fn main_greenlet<T>() -> Greenlet<T> {
    Greenlet::main()
}

/// For values whose type the compiler would guess otherwise.
fn to_main(value: u32) -> u32 {
    main_greenlet().switch(value)
}

#[test]
fn values_travel_both_ways_until_the_end() {
    let text = Greenlet::new(|first: String| {
        let second = main_greenlet().switch(first + "b");
        second + "d"
    });
    assert_eq!(text.switch("a".into()), "ab");
    assert_eq!(text.switch("c".into()), "cd");
    assert!(text.is_dead());
    assert_eq!(text.switch("e".into()), "e");
}

#[test]
fn a_switch_to_oneself_returns_at_once() {
    assert_eq!(main_greenlet().switch(1), 1);
    let own = Greenlet::new(|n: u8| Greenlet::current().switch(n + 1) + 1);
    assert_eq!(own.switch(1), 3);
}

#[test]
fn siblings_switch_without_main() {
    const ROUNDS: u32 = 1000;
    let ping = Greenlet::without_run();
    let pong = Greenlet::without_run();
    let (to_ping, to_pong) = (ping.downgrade(), pong.downgrade());
    let volley = |other: ch12_coroutines::WeakGreenlet<u32>| {
        move |mut n: u32| {
            while n < ROUNDS {
                n = other.switch(n + 1);
            }
            n
        }
    };
    ping.set_run(volley(to_pong));
    pong.set_run(volley(to_ping));
    assert_eq!(ping.switch(0), ROUNDS);
    assert_ne!(ping.is_dead(), pong.is_dead());
}

#[test]
fn the_result_goes_up_the_chain_of_parents() {
    let top = Greenlet::new(|_: u32| main_greenlet().switch(0) + 100);
    top.switch(0);
    let middle = Greenlet::new(|n: u32| n + 10);
    let bottom = Greenlet::new(|n: u32| n + 1);
    middle.set_parent(&top).unwrap();
    bottom.set_parent(&middle).unwrap();
    // bottom ends and starts middle, which ends and wakes top, which ends.
    assert_eq!(bottom.switch(1), 112);
    assert!(top.is_dead() && middle.is_dead() && bottom.is_dead());
}

#[test]
fn a_dropped_parent_is_a_dead_one() {
    let parent = Greenlet::new(|n: u32| main_greenlet().switch(n));
    parent.switch(0);
    let child = Greenlet::new(|n: u32| n + 1);
    child.set_parent(&parent).unwrap();
    drop(parent);
    assert!(child.parent().unwrap().is_main());
    assert_eq!(child.switch(1), 2);
}

#[test]
fn parents_do_not_form_cycles() {
    let (a, b, c) = (Greenlet::new(|()| ()), Greenlet::new(|()| ()), Greenlet::new(|()| ()));
    a.set_parent(&b).unwrap();
    b.set_parent(&c).unwrap();
    assert_eq!(c.set_parent(&a), Err(CyclicParents));
    assert_eq!(a.set_parent(&a), Err(CyclicParents));
    assert!(c.parent().unwrap().is_main());
}

#[test]
fn a_panic_ends_the_greenlet_and_goes_to_the_parent() {
    let failing = Greenlet::new(|_: u32| std::panic::resume_unwind(Box::new("broken")));
    assert_eq!(thrown(|| failing.switch(0)), Some("broken"));
    assert!(failing.is_dead());
    assert_eq!(failing.switch(7), 7);

    let parent = Greenlet::new(|_: u32| {
        let child = Greenlet::new(|_: u32| std::panic::resume_unwind(Box::new("broken")));
        assert_eq!(thrown(|| child.switch(0)), Some("broken"));
        8
    });
    assert_eq!(parent.switch(0), 8);
}

#[test]
fn what_is_thrown_can_be_caught_where_it_arrives() {
    let careful = Greenlet::new(|_: u32| {
        assert_eq!(thrown(|| to_main(1)), Some("stop"));
        main_greenlet().switch(2)
    });
    assert_eq!(careful.switch(0), 1);
    assert_eq!(careful.throw("stop"), 2);
    assert_eq!(careful.switch(3), 3);
}

#[test]
fn what_nobody_can_catch_goes_to_the_parent() {
    let fresh = Greenlet::new(|_: u32| unreachable!());
    assert_eq!(thrown(|| fresh.throw("early")), Some("early"));
    assert!(fresh.is_dead());
    assert_eq!(thrown(|| fresh.throw("late")), Some("late"));
    assert_eq!(thrown(|| main_greenlet::<u32>().throw("own")), Some("own"));
}

#[test]
fn an_exit_is_a_value_for_the_parent() {
    let suspended = Greenlet::new(|n: u32| main_greenlet().switch(n));
    suspended.switch(0);
    assert_eq!(suspended.throw(Exit(5_u32)), 5);
    assert!(suspended.is_dead());

    let fresh = Greenlet::new(|_: u32| unreachable!());
    assert_eq!(fresh.throw(Exit(6_u32)), 6);

    let leaving = Greenlet::new(|n: u32| std::panic::resume_unwind(Box::new(Exit(n))));
    assert_eq!(leaving.switch(7), 7);

    // Of another type it is an ordinary payload.
    let other = Greenlet::new(|_: u32| unreachable!());
    assert_eq!(thrown(|| other.throw(Exit("text"))), Some("something else"));
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
fn weak_handles_make_no_ring() {
    let trace = Rc::new(RefCell::new(Vec::new()));
    let (a, b) = (Greenlet::without_run(), Greenlet::without_run());
    let (to_a, to_b) = (a.downgrade(), b.downgrade());
    a.set_run({
        let trace = trace.clone();
        move |()| {
            let _mark = Trace("a", trace);
            to_b.switch(());
            to_b.switch(()); // b sleeps in a switch to a, and a in one to b
            unreachable!();
        }
    });
    b.set_run({
        let trace = trace.clone();
        move |()| {
            let _mark = Trace("b", trace);
            to_a.switch(());
            main_greenlet().switch(());
            to_a.switch(());
            unreachable!();
        }
    });
    a.switch(());
    drop(a);
    drop(b);
    assert_eq!(*trace.borrow(), ["a", "b"]);
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
fn greenlets_of_different_types_nest() {
    let words = Greenlet::new(|word: String| {
        let lengths = Greenlet::new(|n: usize| {
            // Here, `words` is the main greenlet.
            assert!(Greenlet::<String>::current().is_main());
            main_greenlet::<usize>().switch(n + 1)
        });
        let length = lengths.switch(word.len());
        let word = main_greenlet().switch(format!("{length}"));
        format!("{word}{}", lengths.switch(40))
    });
    assert_eq!(words.switch("abc".into()), "4");
    assert_eq!(words.switch("x".into()), "x40");
}

#[test]
fn one_that_waits_for_another_type_cannot_be_switched_to() {
    let outer = Greenlet::without_run();
    let to_outer = outer.downgrade();
    outer.set_run(move |n: u32| {
        let inner = Greenlet::new(move |_: String| {
            thrown(|| to_outer.switch(1)).expect("outer waits for inner").to_owned()
        });
        assert!(inner.switch(String::new()).contains("waits for one of another type"));
        n
    });
    assert_eq!(outer.switch(9), 9);
}

#[test]
fn misuse_panics_in_the_greenlet_that_misuses() {
    let unset = Greenlet::<u32>::without_run();
    let asker = Greenlet::new(move |n: u32| {
        assert!(catch_unwind(AssertUnwindSafe(|| unset.switch(1))).is_err());
        n
    });
    assert_eq!(asker.switch(2), 2);
    assert!(catch_unwind(AssertUnwindSafe(|| asker.set_run(|n| n))).is_err());

    let slip = Greenlet::new(|n: u32| {
        let refused = catch_unwind(|| main_greenlet().switch(1_i64)).unwrap_err();
        let message = refused.downcast::<String>().unwrap();
        assert!(message.contains("type i64, from a greenlet whose values are of type u32"));
        n
    });
    assert_eq!(slip.switch(3), 3);
    assert!(catch_unwind(|| main_greenlet::<u32>().set_run(|n| n)).is_err());
}

#[test]
fn thousands_at_once_and_one_after_the_other() {
    let suspended: Vec<_> = (0..2000u32)
        .map(|i| {
            let greenlet = Greenlet::new(move |n: u32| main_greenlet().switch(n + i) + i);
            assert_eq!(greenlet.switch(1), 1 + i);
            greenlet
        })
        .collect();
    for (i, greenlet) in suspended.iter().enumerate().rev() {
        assert_eq!(greenlet.switch(2), 2 + i as u32);
    }
    for i in 0..20_000u32 {
        assert_eq!(Greenlet::new(|n: u32| n + 1).switch(i), i + 1);
    }
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
fn handles_compare_and_show_themselves() {
    let greenlet = Greenlet::new(|()| main_greenlet().switch(()));
    let clone = greenlet.clone();
    assert_eq!(greenlet, clone);
    assert_ne!(greenlet, Greenlet::new(|()| ()));
    assert_eq!(Greenlet::<()>::current(), main_greenlet());
    assert_eq!(format!("{:?}", main_greenlet::<()>()), r#"Greenlet { state: "main", .. }"#);
    assert_eq!(format!("{greenlet:?}"), r#"Greenlet { state: "not started", .. }"#);
    greenlet.switch(());
    assert_eq!(format!("{greenlet:?}"), r#"Greenlet { state: "suspended", .. }"#);
    greenlet.switch(());
    assert_eq!(format!("{clone:?}"), r#"Greenlet { state: "dead", .. }"#);
}
