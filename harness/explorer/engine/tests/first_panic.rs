//! A panic often brings others: it leaves a lock poisoned, a channel without its other end, a thread that cannot be joined. The first one is
//! the failure, and the story ends with it.

use std::panic;
use std::sync::Arc;
use std::time::Duration;

use explore_engine::sync::{Condvar, LazyLock, Mutex, Once, RwLock, mpsc};
use explore_engine::{Config, Explorer, Outcome, thread};
use trace::{Failure, Operation};

/// The thread and the message of the failure, and those of the panic that the story ends with.
fn told(scenario: impl Fn() + Copy + 'static) -> ((u32, String), (u32, String)) {
    let outcome = Explorer::default().run("scenario", scenario);
    let failed = failed(&outcome);
    let schedule = outcome.schedule.as_ref().expect("a failure has a schedule");
    let again = Explorer::default().replay("scenario", scenario, schedule).unwrap();
    assert_eq!((&again.summary, again.preemptions), (&outcome.summary, outcome.preemptions));
    assert_eq!(story(&again), story(&outcome));
    (failed, story(&outcome))
}

fn failed(outcome: &Outcome) -> (u32, String) {
    let trace = outcome.trace.as_ref().unwrap_or_else(|| panic!("{outcome}"));
    match &trace.verdict.outcome {
        trace::Outcome::Failed { failure: Failure::Panic { thread, message, .. } } => {
            (thread.0, message.clone())
        }
        other => panic!("{other:?}"),
    }
}

fn story(outcome: &Outcome) -> (u32, String) {
    let last = outcome.trace.as_ref().and_then(|trace| trace.steps.last()).expect("it has steps");
    match &last.operation {
        Operation::Panic { message } => (last.thread.0, message.clone()),
        other => panic!("the story ends with {other:?}"),
    }
}

/// The failure is this panic, and the story ends with it.
fn first(thread: u32, message: &str, scenario: impl Fn() + Copy + 'static) {
    let panic = (thread, message.to_owned());
    assert_eq!(told(scenario), (panic.clone(), panic));
}

/// The failure is this panic. The program had received it, and goes on to another, with which the story ends.
fn received(thread: u32, message: &str, ends: (u32, &str), scenario: impl Fn() + Copy + 'static) {
    let (failed, (by, last)) = told(scenario);
    assert_eq!(failed, (thread, message.to_owned()));
    assert!(by == ends.0 && last.contains(ends.1), "thread {by}: {last}");
}

#[test]
fn in_a_scope_whose_closure_unwraps_the_poisoned_lock() {
    first(2, "nothing left", || {
        let (items, filled) = (Mutex::new(Vec::new()), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| drop(items.lock().unwrap()));
            scope.spawn(|| {
                let items = items.lock().unwrap();
                let mut items =
                    filled.wait_while(items, |items: &mut Vec<u8>| items.is_empty()).unwrap();
                items.clear();
                items.pop().expect("nothing left");
            });
            items.lock().unwrap().push(1);
            filled.notify_all();
            items.lock().unwrap().push(2);
        });
    });
}

#[test]
fn whoever_is_joined_first_and_however_long_the_chain() {
    first(1, "the first", || {
        let locks = Arc::new([(); 3].map(|()| Mutex::new(0)));
        let start = |from: usize| {
            let locks = Arc::clone(&locks);
            thread::spawn(move || {
                let mut to = locks[from + 1].lock().unwrap_or_else(|_| panic!("cannot be"));
                if from == 0 {
                    panic!("the first");
                }
                let from = loop {
                    match locks[from].is_poisoned() {
                        true => break locks[from].lock().unwrap(),
                        false => thread::yield_now(),
                    }
                };
                *to += *from;
            })
        };
        let (first, second) = (start(0), start(1));
        second.join().unwrap();
        first.join().unwrap();
    });
}

#[test]
fn what_was_poisoned_may_be_looked_at_without_a_lock() {
    received(1, "while it counts", (0, "PoisonError"), || {
        let count = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&count);
        let _ = thread::spawn(move || {
            *theirs.lock().unwrap() += 1;
            let _held = theirs.lock().unwrap();
            panic!("while it counts");
        })
        .join();
        let count = Arc::try_unwrap(count).unwrap();
        assert_eq!(count.into_inner().unwrap(), 1);
    });
    received(1, "while it writes", (0, "PoisonError"), || {
        let mut text = RwLock::new(String::new());
        let borrowed = &text;
        let ended = thread::scope(|scope| {
            let writes = || {
                let _text = borrowed.write().unwrap();
                panic!("while it writes");
            };
            scope.spawn(writes).join()
        });
        assert!(ended.is_err());
        text.get_mut().expect("a text").push('!');
    });
}

#[test]
fn who_panics_first_may_be_main_itself() {
    first(0, "main gives up", || {
        let number = Mutex::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !number.is_poisoned() {
                    thread::yield_now();
                }
                *number.lock().unwrap() += 1;
            });
            let _held = number.lock().unwrap();
            panic!("main gives up");
        });
    });
}

#[test]
fn a_thread_may_meet_what_its_own_panic_left() {
    received(0, "caught", (0, "poisoned lock: another task failed inside"), || {
        let number = Mutex::new(0);
        let caught = panic::AssertUnwindSafe(|| {
            let _held = number.lock().unwrap();
            panic!("caught");
        });
        assert!(explore_engine::panic::catch_unwind(caught).is_err());
        let _number = number.lock().unwrap_or_else(|error| panic!("{error}"));
    });
    received(1, "in its making", (0, "previously been poisoned"), || {
        static MADE: Once = Once::new();
        assert!(thread::spawn(|| MADE.call_once(|| panic!("in its making"))).join().is_err());
        MADE.call_once(|| ());
    });
    first(1, "never made", || {
        static LAZY: LazyLock<u32> = LazyLock::new(|| panic!("never made"));
        let one = thread::spawn(|| *LAZY);
        while !one.is_finished() {
            thread::yield_now();
        }
        assert_eq!(*LAZY, 1);
    });
}

#[test]
fn what_was_only_tried_is_met_too() {
    first(1, "held", || {
        let lock = Arc::new(RwLock::new(0));
        let theirs = Arc::clone(&lock);
        let other = thread::spawn(move || {
            let _held = theirs.write().unwrap();
            panic!("held");
        });
        while !lock.is_poisoned() {
            thread::yield_now();
        }
        let _read = lock.try_read().unwrap();
        other.join().unwrap();
    });
}

#[test]
fn a_panic_that_was_received_gets_no_blame_for_another() {
    first(2, "the cause", || {
        assert!(thread::spawn(|| panic!("expected")).join().is_err());
        thread::spawn(|| panic!("the cause")).join().unwrap();
    });
    first(0, "main's own", || {
        let lock = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&lock);
        let poisons = move || {
            let _held = theirs.lock().unwrap();
            panic!("expected");
        };
        assert!(thread::spawn(poisons).join().is_err());
        *lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += 1;
        panic!("main's own");
    });
}

#[test]
fn a_payload_is_passed_on() {
    first(1, "handed over", || {
        let ended: thread::Result<u32> = thread::spawn(|| panic!("handed over")).join();
        ended.unwrap_or_else(|payload| explore_engine::panic::resume_unwind(payload));
    });
    first(2, "inside", || {
        thread::scope(|scope| {
            assert!(scope.spawn(|| panic!("expected")).join().is_err());
            scope.spawn(|| panic!("inside"));
        });
    });
}

#[test]
fn who_waits_for_what_never_comes_is_not_the_first_to_fail() {
    first(1, "the cause", || {
        let shared = Arc::new((Mutex::new(0), Condvar::new(), Mutex::new(0)));
        let (one, two) = (Arc::clone(&shared), Arc::clone(&shared));
        thread::spawn(move || {
            let _held = one.0.lock().unwrap();
            panic!("the cause");
        });
        thread::spawn(move || {
            while !two.0.is_poisoned() {
                thread::yield_now();
            }
            *two.0.lock().unwrap() += 1;
            two.1.notify_one();
        });
        // Nobody ever tells it.
        drop(shared.1.wait(shared.2.lock().unwrap()));
    });
}

#[test]
fn a_channel_without_its_other_end() {
    first(1, "before it answers", || {
        let (sender, answers) = mpsc::channel::<u32>();
        let worker = thread::spawn(move || {
            let _sender = sender;
            panic!("before it answers");
        });
        answers.recv().unwrap();
        worker.join().unwrap();
    });
    first(1, "before it takes any", || {
        let (jobs, taken) = mpsc::sync_channel::<u32>(1);
        thread::spawn(move || {
            taken.recv_timeout(Duration::from_secs(1)).unwrap();
            panic!("before it takes any");
        });
        while jobs.send(1).is_ok() {}
        jobs.send(2).expect("somebody takes it");
    });
}

/// What comes after the failure takes no turns from anybody.
#[test]
fn preemptions_are_counted_up_to_the_failure() {
    let config = Config { minimise: false, ..Config::default() };
    let outcome = Explorer::new(config).run("scenario", || {
        let number = Arc::new(Mutex::new(0));
        let start = |panics: bool| {
            let number = Arc::clone(&number);
            thread::spawn(move || {
                let mut held = number.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                *held += 1;
                assert!(!panics, "at once");
            })
        };
        let all = [start(true), start(false), start(false)];
        all.into_iter().for_each(|thread| thread.join().unwrap());
    });
    assert_eq!((failed(&outcome), outcome.preemptions), (story(&outcome), Some(0)), "{outcome}");
}
