//! How tasks are ended from outside: killed, out of time, or with their hub.

use ch12_coroutines::Greenlet;
use ch12_coroutines::hub::{self, JoinError, Timeout};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

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
fn kill_ends_a_task_wherever_it_is() {
    run(|| {
        let asleep = hub::spawn(|| hub::sleep(AGES));
        give_way();
        let fresh = hub::spawn(|| unreachable!());
        let later = hub::spawn_later(AGES, || unreachable!());
        asleep.kill();
        fresh.kill();
        later.kill();
        later.kill();
        for task in [asleep, fresh, later] {
            assert!(matches!(task.join(), Err(JoinError::Killed)));
        }

        let ended = hub::spawn(|| 5);
        give_way();
        ended.kill();
        assert_eq!(ended.join().unwrap(), 5);
    });
}

#[test]
fn a_task_that_kills_itself_unwinds_when_it_waits() {
    run(|| {
        let own: Rc<RefCell<Option<hub::JoinHandle<()>>>> = Rc::default();
        let reached = Rc::new(Cell::new(false));
        let task = hub::spawn({
            let (own, reached) = (own.clone(), reached.clone());
            move || {
                own.borrow().as_ref().unwrap().kill();
                reached.set(true);
                give_way();
                unreachable!();
            }
        });
        *own.borrow_mut() = Some(task);
        give_way();
        assert!(reached.get());
        let task = own.borrow_mut().take().unwrap();
        assert!(matches!(task.join(), Err(JoinError::Killed)));
    });
}

#[test]
fn time_outs_nest() {
    run(|| {
        // The outer one fires through the inner one.
        let mut inner = None;
        let outer = hub::timeout(A_MOMENT, || {
            inner = Some(hub::timeout(AGES, || hub::sleep(AGES)));
        });
        assert_eq!((outer, inner), (Err(Timeout), None));
        // The inner one leaves the outer one alone.
        let outer = hub::timeout(AGES, || hub::timeout(A_MOMENT, || hub::sleep(AGES)));
        assert_eq!(outer, Ok(Err(Timeout)));
    });
}

#[test]
fn a_time_out_that_has_passed_means_nothing() {
    run(|| {
        let event = hub::Event::new();
        let result = hub::timeout(Duration::ZERO, || {
            // It is due but its body does not wait.
            event.set();
            event.wait();
            1
        });
        assert_eq!(result, Ok(1));
        // Two that are due together: the outer one is first, the inner one is void then.
        let both = hub::timeout(Duration::ZERO, || {
            hub::timeout(Duration::ZERO, || hub::sleep(AGES)).unwrap_err();
        });
        assert_eq!(both, Err(Timeout));
        // A wait afterwards is not ended by any of them.
        hub::sleep(A_MOMENT);
        assert_eq!(hub::timeout(Duration::MAX, || 2), Ok(2));
    });
}

#[test]
fn a_kill_goes_through_a_time_out() {
    run(|| {
        let task = hub::spawn(|| hub::timeout(AGES, || hub::sleep(AGES)));
        give_way();
        task.kill();
        assert!(matches!(task.join(), Err(JoinError::Killed)));
    });
}

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        std::panic::resume_unwind(Box::new("bomb"));
    }
}

#[test]
fn a_result_that_panics_when_dropped_ends_only_its_task() {
    let log: Log<&str> = Log::default();
    let mark = Trace("unwound", log.clone());
    let answer = run(move || {
        hub::spawn(|| Bomb);
        give_way();
        // This one comes to its end only when the hub does.
        hub::spawn(|| {
            let _ = catch_unwind(|| hub::sleep(AGES));
            Bomb
        });
        hub::spawn(move || {
            let _mark = mark;
            hub::sleep(AGES);
        });
        give_way();
        42
    });
    assert_eq!((answer, &**log.borrow()), (42, &["unwound"][..]));
}

#[test]
fn a_panic_that_panics_when_dropped_ends_only_its_task() {
    run(|| {
        hub::spawn(|| -> () { std::panic::resume_unwind(Box::new(Bomb)) });
        // What it has captured throws the same, when it is killed before it starts.
        struct Throws;
        impl Drop for Throws {
            fn drop(&mut self) {
                std::panic::resume_unwind(Box::new(Bomb));
            }
        }
        let captured = Throws;
        hub::spawn(move || drop(captured)).kill();
        give_way();
    });
}

#[test]
fn a_result_that_waits_when_dropped_does_so_in_its_task() {
    struct Waits(Log<&'static str>, Rc<hub::Event>);
    impl Drop for Waits {
        fn drop(&mut self) {
            self.0.borrow_mut().push("begins");
            hub::sleep(A_MOMENT);
            self.0.borrow_mut().push("ends");
            self.1.set();
        }
    }
    let log: Log<&str> = Log::default();
    run({
        let log = log.clone();
        move || {
            let over = Rc::new(hub::Event::new());
            let waits = Waits(log.clone(), over.clone());
            hub::spawn(move || waits);
            over.wait();
            // With a handle that is dropped after the end, it is who drops that who waits.
            let waits = Waits(log.clone(), over.clone());
            let ended = hub::spawn(move || waits);
            give_way();
            assert!(ended.is_finished());
            drop(ended);
            // The end of the hub ends this wait as any other.
            let waits = Waits(log.clone(), over);
            hub::spawn(move || waits);
            give_way();
        }
    });
    assert_eq!(*log.borrow(), ["begins", "ends", "begins", "ends", "begins"]);
}

#[test]
fn a_result_in_a_handle_that_is_dropped_late_panics_there() {
    run(|| {
        // It stands in the line once more when it ends: it has killed itself.
        let own: Rc<RefCell<Option<hub::JoinHandle<Bomb>>>> = Rc::default();
        let kills_itself = hub::spawn({
            let own = own.clone();
            move || {
                own.borrow().as_ref().unwrap().kill();
                Bomb
            }
        });
        *own.borrow_mut() = Some(kills_itself);
        give_way();
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(own.take())));
        assert_eq!(*dropped.unwrap_err().downcast::<&str>().unwrap(), "bomb");
        give_way();
    });
}

#[test]
fn the_timer_of_a_killed_task_holds_up_no_deadlock() {
    let result = hub::run(|| {
        hub::spawn_later(AGES, || ()).kill();
        hub::Event::new().wait();
    });
    assert!(matches!(result, Err(hub::RunError::Deadlock)));
}

#[test]
fn a_captured_value_that_panics_when_dropped_ends_only_its_task() {
    run(|| {
        let bomb = Bomb;
        let task = hub::spawn(move || {
            let _bomb = &bomb;
        });
        task.kill();
        assert!(matches!(task.join(), Err(JoinError::Panicked(_))));
    });
}

#[test]
fn a_captured_value_that_waits_when_dropped_ends_only_its_task() {
    struct Waits;
    impl Drop for Waits {
        fn drop(&mut self) {
            hub::sleep(A_MOMENT);
        }
    }
    run(|| {
        let waits = Waits;
        let task = hub::spawn(move || drop(waits));
        task.kill();
        let Err(JoinError::Panicked(panic)) = task.join() else { panic!("nobody can wait there") };
        assert_eq!(panic.message(), Some("only a task can wait on the hub"));
    });
}

#[test]
fn a_task_killed_inside_a_greenlet_unwinds_both() {
    let log: Log<&str> = Log::default();
    run({
        let log = log.clone();
        move || {
            let task = hub::spawn(move || {
                let _outer = Trace("task", log.clone());
                let inner = Greenlet::new(move |()| {
                    let _inner = Trace("greenlet", log);
                    hub::sleep(AGES);
                });
                inner.switch(());
            });
            give_way();
            task.kill();
            assert!(matches!(task.join(), Err(JoinError::Killed)));
        }
    });
    assert_eq!(*log.borrow(), ["greenlet", "task"]);
}

#[test]
fn the_end_of_main_ends_the_others() {
    let log: Log<&str> = Log::default();
    run({
        let log = log.clone();
        move || {
            let sleeper = |name| {
                let mark = Trace(name, log.clone());
                move || {
                    let _mark = mark;
                    hub::sleep(AGES);
                }
            };
            hub::spawn(sleeper("first"));
            hub::spawn(sleeper("second"));
            give_way();
            hub::spawn(sleeper("not started"));
            hub::spawn_later(AGES, sleeper("later"));
            hub::spawn_later(Duration::MAX, sleeper("never"));
        }
    });
    let mut log = log.take();
    log.sort();
    assert_eq!(log, ["first", "later", "never", "not started", "second"]);
}

#[test]
fn the_end_of_main_comes_before_who_is_next_in_line() {
    let ran = Rc::new(Cell::new(false));
    run({
        let ran = ran.clone();
        move || {
            let event = Rc::new(hub::Event::new());
            let wake_main = event.clone();
            hub::spawn(move || {
                wake_main.set();
                // Right behind main in the line, for the same round of turns.
                hub::spawn(move || ran.set(true));
            });
            event.wait();
        }
    });
    assert!(!ran.get());
}

#[test]
fn a_panic_of_one_task_leaves_the_next_in_line_alone() {
    run(|| {
        let tasks: Vec<_> = (0..10u32)
            .map(|n| {
                hub::spawn(move || {
                    if n % 3 == 0 {
                        std::panic::resume_unwind(Box::new(n));
                    }
                    n
                })
            })
            .collect();
        give_way();
        for (n, task) in tasks.into_iter().enumerate() {
            assert!(task.is_finished());
            match task.join() {
                Ok(result) => assert_eq!(result, n as u32),
                Err(error) => assert!(n % 3 == 0 && matches!(error, JoinError::Panicked(_))),
            }
        }
    });
}

#[test]
fn a_result_that_nobody_wants_is_dropped_at_once() {
    let log: Log<&str> = Log::default();
    run({
        let log = log.clone();
        move || {
            let [first, second] = ["first", "second"].map(|name| Trace(name, log.clone()));
            hub::spawn(move || first);
            let kept = hub::spawn(move || second);
            give_way();
            assert_eq!(*log.borrow(), ["first"]);
            drop(kept);
            assert_eq!(*log.borrow(), ["first", "second"]);
        }
    });
}
