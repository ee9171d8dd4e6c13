//! The panic hook is shared by all threads, and to set it is no step: where nothing orders that and a panic, the program is refused.

use std::cell::Cell;

use explore_engine::{Explorer, Outcome, Status, panic, thread, thread_local};

thread_local! {
    static CALLED: Cell<u32> = const { Cell::new(0) };
}

fn explore(scenario: impl Fn() + 'static) -> Outcome {
    Explorer::default().run("scenario", scenario)
}

#[track_caller]
fn refused(because: &str, scenario: impl Fn() + 'static) {
    let outcome = explore(scenario);
    assert_eq!(outcome.status, Status::Refused, "{outcome}");
    assert!(outcome.summary.contains(because), "{outcome}");
}

fn panics() {
    assert!(panic::catch_unwind(|| panic!("caught")).is_err());
}

fn set(number: u32) {
    panic::set_hook(Box::new(move |_| CALLED.set(number)));
}

#[test]
fn a_panic_beside_who_sets_the_hook_is_refused() {
    refused("main changes the panic hook, and thread 1 panics", || {
        let other = thread::spawn(panics);
        set(1);
        other.join().unwrap();
    });
    refused("main changes the panic hook, and thread 1 panics", || {
        set(1);
        let other = thread::spawn(panics);
        drop(panic::take_hook());
        other.join().unwrap();
    });
}

#[test]
fn two_that_set_the_hook_are_refused() {
    refused("changes the panic hook, as", || {
        let other = thread::spawn(|| set(2));
        set(1);
        other.join().unwrap();
    });
}

#[test]
fn where_something_orders_them_the_hook_is_the_last_that_was_set() {
    let outcome = explore(|| {
        set(1);
        let both = [(); 2].map(|()| {
            thread::spawn(|| {
                panics();
                CALLED.get()
            })
        });
        assert_eq!(both.map(|one| one.join().unwrap()), [1, 1]);
        set(2);
        panics();
        assert_eq!(CALLED.get(), 2);
        drop(panic::take_hook());
        panics();
    });
    assert!(outcome.is_proved(), "{outcome}");
}

#[test]
fn what_std_panics_with_is_of_std_s_type() {
    use explore_engine::sync::Once;
    use std::panic::AssertUnwindSafe;
    struct Asks;
    impl Drop for Asks {
        fn drop(&mut self) {
            let payload = panic::catch_unwind(|| OWN.with(|_| ())).unwrap_err();
            assert!(payload.is::<String>());
        }
    }
    thread_local! {
        static OWN: Asks = const { Asks };
    }
    let outcome = explore(|| {
        let once = Once::new();
        let call = |f: fn()| panic::catch_unwind(AssertUnwindSafe(|| once.call_once(f)));
        assert!(call(|| panic!("poisons")).is_err());
        let payload = call(|| ()).unwrap_err();
        let text = payload.downcast_ref::<&str>();
        assert_eq!(text, Some(&"Once instance has previously been poisoned"));
        thread::spawn(|| OWN.with(|_| ())).join().unwrap();
    });
    assert!(outcome.is_proved(), "{outcome}");
}
