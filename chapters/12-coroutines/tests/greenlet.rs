//! What a greenlet promises.

use ch12_coroutines::{CyclicParents, Exit, Greenlet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use test_support::valgrind;

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
fn what_a_refused_greenlet_captured_is_dropped_by_the_caller() {
    struct Switch;
    impl Drop for Switch {
        fn drop(&mut self) {
            assert!(Greenlet::<u32>::current().is_main());
            assert_eq!(Greenlet::new(|n: u32| n + 1).switch(1), 2);
            assert_eq!(to_main(3), 3);
        }
    }
    let captured = Switch;
    let fresh = Greenlet::new(move |n: u32| {
        let _captured = &captured;
        n
    });
    assert_eq!(fresh.throw(Exit(4_u32)), 4);
    assert!(fresh.is_dead());
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

#[test]
fn clean_under_valgrind() {
    valgrind::clean(&[]);
}
