//! What a hub promises: order, joins, kills, time-outs, ends.

use ch12_coroutines::Greenlet;
use ch12_coroutines::hub::{self, JoinError, RunError};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::{Duration, Instant};
use test_support::valgrind;

const AGES: Duration = Duration::from_secs(100_000);
const A_MOMENT: Duration = Duration::from_millis(1);

type Log<T> = Rc<RefCell<Vec<T>>>;

/// Writes its name down when it is dropped.
struct Trace(&'static str, Log<&'static str>);

impl Drop for Trace {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

/// Lets everybody who is ready go first.
fn give_way() {
    hub::sleep(Duration::ZERO);
}

fn run<R: 'static>(main: impl FnOnce() -> R + 'static) -> R {
    hub::run(main).unwrap()
}

#[test]
fn tasks_run_first_come_first_served() {
    let log: Log<(usize, usize)> = Log::default();
    run({
        let log = log.clone();
        move || {
            let tasks = (0..3).map(|task| {
                let log = log.clone();
                hub::spawn(move || {
                    for round in 0..3 {
                        log.borrow_mut().push((round, task));
                        give_way();
                    }
                })
            });
            hub::join_all(tasks);
        }
    });
    let expected: Vec<_> = (0..3).flat_map(|round| (0..3).map(move |task| (round, task))).collect();
    assert_eq!(*log.borrow(), expected);
}

#[test]
fn timers_fire_in_the_order_in_which_they_are_due() {
    /// When a timer is due, as closely as one can tell from outside.
    #[derive(Clone, Copy)]
    struct Due {
        earliest: Instant,
        latest: Instant,
    }
    let log: Log<Due> = Log::default();
    run({
        let log = log.clone();
        move || {
            let tasks = [3, 1, 2].map(|n| {
                let (delay, log) = (Duration::from_millis(n), log.clone());
                let due = Rc::new(Cell::new(None));
                let (known, earliest) = (due.clone(), Instant::now() + delay);
                let task = hub::spawn_later(delay, move || {
                    log.borrow_mut()
                        .push(known.get().expect("nothing runs before the main task waits"));
                });
                due.set(Some(Due { earliest, latest: Instant::now() + delay }));
                task
            });
            hub::join_all(tasks);
        }
    });
    let fired = log.borrow();
    assert_eq!(fired.len(), 3);
    for (place, first) in fired.iter().enumerate() {
        assert!(fired[place..].iter().all(|later| later.latest >= first.earliest));
    }
}

#[test]
fn a_deadlock_is_an_error_and_everything_is_unwound() {
    let log: Log<&str> = Log::default();
    let result = hub::run({
        let log = log.clone();
        move || {
            let waiter = hub::spawn({
                let log = log.clone();
                move || {
                    let _mark = Trace("task", log);
                    hub::Event::new().wait();
                }
            });
            let _mark = Trace("main", log);
            waiter.join().unwrap();
        }
    });
    assert!(matches!(result, Err(RunError::Deadlock)));
    assert_eq!(*log.borrow(), ["main", "task"]);
    assert_eq!(run(|| 1), 1, "a hub after a deadlocked one");
}

#[test]
fn one_hub_a_thread() {
    assert!(matches!(run(|| hub::run(|| ())), Err(RunError::Nested)));
    assert!(catch_unwind(|| hub::spawn(|| ())).is_err());
    assert!(catch_unwind(|| hub::sleep(Duration::ZERO)).is_err());
}

#[test]
fn a_stack_that_nobody_has_is_an_error() {
    let result = hub::Builder::new().stack_size(1 << 50).run(|| ());
    assert!(matches!(result, Err(RunError::NoStack(_))));
}

#[test]
fn the_panic_of_main_comes_out_of_run() {
    let log: Log<&str> = Log::default();
    let mark = Trace("task", log.clone());
    let result = catch_unwind(AssertUnwindSafe(|| {
        hub::run(move || {
            hub::spawn(move || {
                let _mark = mark;
                hub::sleep(AGES);
            });
            give_way();
            std::panic::resume_unwind(Box::new("broken"));
        })
    }));
    assert_eq!(*result.unwrap_err().downcast::<&str>().unwrap(), "broken");
    assert_eq!(*log.borrow(), ["task"]);
    assert_eq!(run(|| 1), 1);
}

#[test]
fn the_panic_of_a_task_comes_out_of_join() {
    run(|| {
        let task = hub::spawn(|| std::panic::resume_unwind(Box::new(format!("broken {}", 1))));
        let Err(error @ JoinError::Panicked(_)) = task.join() else { panic!("it panicked") };
        assert_eq!(error.to_string(), "the task panicked: broken 1");
        let JoinError::Panicked(panic) = error else { unreachable!() };
        assert_eq!(panic.message(), Some("broken 1"));
        assert_eq!(*panic.into_payload().downcast::<String>().unwrap(), "broken 1");

        let task = hub::spawn(|| std::panic::resume_unwind(Box::new(7)));
        assert_eq!(task.join().unwrap_err().to_string(), "the task panicked");
    });
}

#[test]
fn a_join_with_a_limit_gives_the_handle_back() {
    run(|| {
        let event = Rc::new(hub::Event::new());
        let waiting = event.clone();
        let task = hub::spawn(move || waiting.wait());
        let task = task.join_timeout(A_MOMENT).unwrap_err();
        assert!(!task.is_finished());
        event.set();
        assert!(task.join_timeout(AGES).unwrap().is_ok());
    });
}

#[test]
fn join_all_keeps_the_order() {
    let outcomes = run(|| {
        let tasks = (0..3u32).map(|i| {
            hub::spawn(move || {
                (i..3).for_each(|_| give_way());
                i
            })
        });
        hub::join_all(tasks)
    });
    assert_eq!(outcomes.into_iter().map(Result::unwrap).collect::<Vec<_>>(), [0, 1, 2]);
}

#[test]
fn a_greenlet_inside_a_task_can_wait_on_the_hub() {
    let log: Log<String> = Log::default();
    run({
        let log = log.clone();
        move || {
            let tasks = ["a", "b"].map(|name| {
                let log = log.clone();
                hub::spawn(move || {
                    let counter = Greenlet::new(move |mut n: u32| {
                        loop {
                            give_way(); // puts the whole task to sleep
                            assert!(!Greenlet::<u32>::current().is_main());
                            n = Greenlet::main().switch(n + 1);
                        }
                    });
                    for n in 0..2 {
                        let next = counter.switch(n);
                        assert!(Greenlet::<u32>::current().is_main());
                        log.borrow_mut().push(format!("{name}{next}"));
                    }
                })
            });
            for outcome in hub::join_all(tasks) {
                outcome.unwrap();
            }
        }
    });
    assert_eq!(*log.borrow(), ["a1", "b1", "a2", "b2"]);
}

#[test]
fn a_handle_may_outlive_the_hub() {
    let (ended, killed) = run(|| {
        let ended = hub::spawn(|| 3);
        give_way();
        (ended, hub::spawn(|| 4))
    });
    killed.kill();
    assert_eq!(ended.join().unwrap(), 3);
    assert!(matches!(killed.join(), Err(JoinError::Killed)));
}

#[test]
fn a_hundred_thousand_tasks() {
    let sum = run(|| {
        let tasks: Vec<_> = (0..100_000u64).map(|n| hub::spawn(move || n)).collect();
        hub::join_all(tasks).into_iter().map(Result::unwrap).sum::<u64>()
    });
    assert_eq!(sum, 99_999 * 50_000);
}

#[test]
fn clean_under_valgrind() {
    valgrind::clean(&[]);
}
