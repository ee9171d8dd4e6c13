//! Programs whose threads wait for one another in loops: rounds that come to nothing cost no executions.

#[path = "waiting/mod.rs"]
mod waiting;

use std::sync::Arc;
use std::sync::atomic::Ordering::{self, Acquire, Relaxed, Release, SeqCst};

use explore_engine::config::Memory;
use explore_engine::sync::atomic::AtomicU32;
use explore_engine::{Config, Explorer, Outcome, thread};

fn explore(memory: Memory, every_round: bool, scenario: impl Fn() + 'static) -> Outcome {
    let config = Config { memory, every_round, ..Config::default() };
    Explorer::new(config).run("waits", scenario)
}

#[test]
fn rounds_that_come_to_nothing_cost_no_executions() {
    let threads = |name: &str| if matches!(name, "ticket lock" | "barrier") { 3 } else { 2 };
    let (mut before, mut after) = (0, 0);
    for (name, program, _) in waiting::ALL_PROGRAMS {
        for (memory, order) in [(Memory::SeqCst, SeqCst), (Memory::Rc11, Relaxed)] {
            let threads = threads(name);
            let all = explore(memory, true, move || program(threads, order));
            let few = explore(memory, false, move || program(threads, order));
            assert!(all.is_proved() && few.is_proved(), "{name}: {all}; {few}");
            assert!(few.executions <= all.executions, "{name}: {all}; {few}");
            if name != "readers and writers" {
                before += all.executions;
                after += few.executions;
            }
        }
    }
    assert!(3 * after < before, "{after} for {before}");
}

/// One waits for a flag that another sets, and perhaps takes back.
fn flag(order: Ordering, taken_back: bool) {
    let flag = Arc::new(AtomicU32::new(0));
    let other = Arc::clone(&flag);
    let setter = thread::spawn(move || {
        other.store(1, order);
        if taken_back {
            other.store(0, order);
        }
    });
    while flag.load(if order == Release { Acquire } else { order }) == 0 {
        thread::spin_loop();
    }
    setter.join().unwrap();
}

#[test]
fn who_looks_too_late_waits_for_ever_and_the_schedule_shows_it() {
    for order in [Relaxed, Release, SeqCst] {
        for memory in [Memory::SeqCst, Memory::Rc11] {
            let outcome = explore(memory, false, move || flag(order, true));
            assert!(outcome.is_failed() && outcome.summary.contains("spins"), "{outcome}");
            let schedule = outcome.schedule.clone().unwrap();
            let again =
                Explorer::default().replay("waits", move || flag(order, true), &schedule).unwrap();
            assert_eq!(again.summary, outcome.summary);
            assert!(explore(memory, false, move || flag(order, false)).is_proved());
        }
    }
}

#[test]
fn a_bound_on_looks_is_no_reason_to_wait_for_ever() {
    for looks in [1, 2, 3] {
        for order in [Relaxed, Release, SeqCst] {
            let config = Config { every_round: false, looks: Some(looks), ..Config::default() };
            let outcome = Explorer::new(config).run("waits", move || flag(order, false));
            assert!(outcome.is_proved(), "{outcome}");
        }
        for program in [waiting::ticket_lock as waiting::Program, waiting::queue_lock] {
            let config = Config { every_round: false, looks: Some(looks), ..Config::default() };
            let outcome = Explorer::new(config).run("waits", move || program(2, Relaxed));
            assert!(outcome.is_proved(), "{outcome}");
        }
    }
}

/// Of two tickets one is never called.
fn skips_a_ticket(order: Ordering) {
    let numbers = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
    let takes_turns = move |numbers: &[AtomicU32; 2]| {
        let mine = numbers[0].fetch_add(1, order);
        while numbers[1].load(order) != mine {
            thread::spin_loop();
        }
        numbers[1].fetch_add(2, order);
    };
    let other = Arc::clone(&numbers);
    let thread = thread::spawn(move || takes_turns(&other));
    takes_turns(&numbers);
    thread.join().unwrap();
}

#[test]
fn a_ticket_that_is_never_called_is_a_livelock() {
    for memory in [Memory::SeqCst, Memory::Rc11] {
        for order in [Relaxed, SeqCst] {
            let outcome = explore(memory, false, move || skips_a_ticket(order));
            assert!(outcome.is_failed() && outcome.summary.contains("spins"), "{outcome}");
        }
    }
}

#[test]
fn a_search_in_pieces_comes_to_the_same() {
    for (piece, parts) in [(1, 0), (7, 0), (0, 3)] {
        for program in [waiting::ticket_lock as waiting::Program, waiting::queue_lock] {
            let config = Config { every_round: false, piece, parts, ..Config::default() };
            let outcome = Explorer::new(config).run("waits", move || program(2, SeqCst));
            assert!(outcome.is_proved(), "{outcome}");
        }
    }
    for (piece, parts) in [(1, 0), (7, 0), (0, 3)] {
        let config = Config { every_round: false, piece, parts, ..Config::default() };
        let outcome = Explorer::new(config).run("waits", move || skips_a_ticket(SeqCst));
        assert!(outcome.is_failed(), "{outcome}");
    }
}
