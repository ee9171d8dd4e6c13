//! How a program ends: `exit`, `abort`, panics and their hooks.

use explore_std::panic::{catch_unwind, set_hook, take_hook};
use explore_std::sync::Mutex;
use explore_std::{process, thread};

use crate::{expect, outcomes_with};

#[test]
fn exit_with_zero_ends_well_whatever_the_others_do() {
    let (found, outcome) = outcomes_with(&crate::config(), || {
        thread::spawn(|| {
            loop {
                thread::park();
            }
        });
        process::exit(0)
    });
    assert!(outcome.is_proved() && found.is_empty(), "{outcome} {found:?}");
}

#[test]
fn exit_with_a_code_is_a_failure_that_names_it() {
    expect(&["failed: main exits with code 3"], || process::exit(3));
}

#[test]
fn abort_is_a_failure() {
    expect(&["failed: main aborts"], || process::abort());
}

#[test]
fn exit_runs_no_destructors_of_the_others() {
    // Which of the two ends the process first is explored.
    expect(&["failed: thread 1 exits with code 4"], || {
        thread::spawn(|| process::exit(4));
        thread::yield_now();
        process::exit(0)
    });
}

#[test]
fn a_silent_panic_hook_is_let_be() {
    expect(&["panicked"], || {
        set_hook(Box::new(|_| {}));
        let outcome = if catch_unwind(|| panic!("silent")).is_err() { "panicked" } else { "not" };
        drop(take_hook());
        outcome.to_owned()
    });
}

#[test]
fn a_panic_hook_sees_the_message_and_may_print_it() {
    let config = explore_std::explore::Config { outputs: true, ..crate::config() };
    let outcome = explore_std::explore::Explorer::new(config).run("hook", || {
        set_hook(Box::new(|info| explore_std::println!("saw {}", info.payload_as_str().unwrap())));
        let _ = catch_unwind(|| panic!("it"));
    });
    assert!(outcome.is_proved(), "{outcome}");
    assert_eq!(outcome.outputs[0].stdout, "saw it\n");
}

#[test]
fn a_panic_hook_that_locks_is_refused() {
    static SEEN: Mutex<u8> = Mutex::new(0);
    let outcome = explore_std::explore::Explorer::new(crate::config()).run("hook", || {
        set_hook(Box::new(|_| *SEEN.lock().unwrap() += 1));
        let _ = catch_unwind(|| panic!("it"));
        thread::yield_now();
    });
    assert!(outcome.summary.contains("panic hook"), "{outcome}");
}

#[test]
fn a_hook_does_not_outlive_its_execution() {
    // The second execution would not fail if the first one's hook were still there and hid it.
    expect(&["failed: main panics loud"], || {
        set_hook(Box::new(|_| {}));
        panic!("loud")
    });
}
