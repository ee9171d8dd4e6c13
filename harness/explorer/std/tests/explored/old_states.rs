//! What looks at std's objects find that was: each as real ones, whose state is an atomic that is read without acquiring the newest.

use explore_std::panic::{AssertUnwindSafe, catch_unwind};
use explore_std::sync::atomic::AtomicU32;
use explore_std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use explore_std::sync::mpsc::channel;
use explore_std::sync::{Mutex, Once, OnceLock, RwLock};
use explore_std::thread;

use crate::{config, expect_with};

/// Explores a scenario whose looks may find what was.
#[track_caller]
fn expect(
    expected: &[&str],
    scenario: impl Fn() -> String + Clone + 'static,
) -> explore_std::explore::Outcome {
    expect_with(explore_std::explore::Config { past: true, ..config() }, expected, scenario)
}

/// What main sees of a flag and then of `O`, if the other thread changes the object first and then raises the flag.
#[track_caller]
fn after_a_flag<O: Sync + Send + 'static>(
    orders: [explore_std::sync::atomic::Ordering; 2],
    expected: &[&str],
    make: fn() -> O,
    change: fn(&O),
    look: fn(&O) -> bool,
) {
    let outcome = expect(expected, move || {
        let (object, flag) = (make(), AtomicU32::new(0));
        thread::scope(|scope| {
            scope.spawn(|| {
                change(&object);
                flag.store(1, orders[0]);
            });
            let raised = flag.load(orders[1]);
            format!("{raised} {}", look(&object))
        })
    });
    assert!(outcome.is_proved(), "{outcome}");
}

/// With a relaxed flag the change may not be seen; with one that publishes it is.
#[track_caller]
fn only_if_it_is_published<O: Sync + Send + 'static>(
    make: fn() -> O,
    change: fn(&O),
    look: fn(&O) -> bool,
) {
    let all = ["0 false", "0 true", "1 false", "1 true"];
    after_a_flag([Relaxed, Relaxed], &all, make, change, look);
    after_a_flag([Release, Relaxed], &all, make, change, look);
    after_a_flag([Release, Acquire], &["0 false", "0 true", "1 true"], make, change, look);
    after_a_flag([SeqCst, SeqCst], &["0 false", "0 true", "1 true"], make, change, look);
}

#[test]
fn a_cell_that_is_set() {
    only_if_it_is_published(
        OnceLock::new,
        |cell| cell.set(1).unwrap(),
        |cell| cell.get().is_some(),
    );
    only_if_it_is_published(Once::new, |once| once.call_once(|| ()), Once::is_completed);
}

/// A lock that was free, and taken, and given back: it may still be found taken, or not yet.
#[test]
fn a_lock_that_was_given_back() {
    fn once(lock: &Mutex<u32>) {
        *lock.lock().unwrap() += 1;
    }
    only_if_it_is_published(|| Mutex::new(0), once, |lock| lock.try_lock().is_ok_and(|n| *n < 2));
    let all = ["0 false", "0 true", "1 false", "1 true"];
    let published = ["0 false", "0 true", "1 true"];
    let writes = |lock: &RwLock<u32>| *lock.write().unwrap() += 1;
    let reads = |lock: &RwLock<u32>| assert!(*lock.read().unwrap() < 2);
    let try_read: fn(&RwLock<u32>) -> bool = |lock| lock.try_read().is_ok();
    let try_write: fn(&RwLock<u32>) -> bool = |lock| lock.try_write().is_ok();
    for (look, change) in
        [(try_read, writes as fn(&RwLock<u32>)), (try_write, writes), (try_write, reads)]
    {
        after_a_flag([Relaxed, Relaxed], &all, || RwLock::new(0), change, look);
        after_a_flag([Release, Acquire], &published, || RwLock::new(0), change, look);
    }
    // Readers keep no reader out, whatever is found.
    after_a_flag([Relaxed, Relaxed], &["0 true", "1 true"], || RwLock::new(0), reads, try_read);
}

#[test]
fn a_flag_of_poison() {
    fn poison(lock: &Mutex<u32>) {
        let caught = catch_unwind(AssertUnwindSafe(|| {
            let _guard = lock.lock();
            panic!("poisons");
        }));
        assert!(caught.is_err());
    }
    fn poisoned() -> Mutex<u32> {
        let lock = Mutex::new(0);
        poison(&lock);
        lock
    }
    only_if_it_is_published(|| Mutex::new(0), poison, Mutex::is_poisoned);
    only_if_it_is_published(poisoned, Mutex::clear_poison, |lock| !lock.is_poisoned());
    // Whoever has had the lock since knows.
    let outcome = expect(&["false false", "true true"], || {
        let lock = Mutex::new(0);
        thread::scope(|scope| {
            scope.spawn(|| poison(&lock));
            let found = lock.lock().is_err();
            format!("{found} {}", if found { lock.is_poisoned() } else { false })
        })
    });
    assert!(outcome.is_proved(), "{outcome}");
}

#[test]
fn the_end_of_a_thread() {
    // Through a third thread, which knows of it and tells so without publishing it.
    for (order, expected) in [
        (Relaxed, &["false false", "false true", "true false", "true true"][..]),
        (Release, &["false false", "false true", "true true"][..]),
    ] {
        let outcome = expect(expected, move || {
            let known = AtomicU32::new(0);
            let ended = thread::spawn(|| ());
            let seen = thread::scope(|scope| {
                scope.spawn(|| {
                    if ended.is_finished() {
                        known.store(1, order);
                    }
                });
                let known = known.load(if order == Release { Acquire } else { Relaxed }) == 1;
                format!("{known} {}", ended.is_finished())
            });
            ended.join().unwrap();
            seen
        });
        assert!(outcome.is_proved(), "{outcome}");
    }
}

/// Store buffering, with cells: each thread sets its own, and looks at the other's.
#[test]
fn two_cells_that_look_at_each_other() {
    let outcome = expect(&["false false", "false true", "true false", "true true"], || {
        let (a, b) = (Once::new(), Once::new());
        thread::scope(|scope| {
            let other = scope.spawn(|| {
                a.call_once(|| ());
                b.is_completed()
            });
            b.call_once(|| ());
            let seen = a.is_completed();
            format!("{seen} {}", other.join().unwrap())
        })
    });
    assert!(outcome.is_proved(), "{outcome}");
}

/// What comes after a look that has found the newest does not find older states.
#[test]
fn a_thread_does_not_go_back() {
    let outcome = expect(&["false false", "false true", "true true"], || {
        let cell = OnceLock::new();
        thread::scope(|scope| {
            scope.spawn(|| cell.set(1).unwrap());
            let first = cell.get().is_some();
            format!("{first} {}", cell.get().is_some())
        })
    });
    assert!(outcome.is_proved(), "{outcome}");
}

/// Loops that wait so come to their end: in the end a thread sees what is.
#[test]
fn loops_see_it_in_the_end() {
    let outcome = expect(&["seen"], || {
        let (cell, lock, flag) = (OnceLock::new(), Mutex::new(0), AtomicU32::new(0));
        thread::scope(|scope| {
            let other = scope.spawn(|| {
                *lock.lock().unwrap() += 1;
                cell.set(1).unwrap();
                flag.store(1, Relaxed);
            });
            while flag.load(Relaxed) == 0 {
                thread::yield_now();
            }
            while cell.get().is_none() {
                thread::yield_now();
            }
            while lock.try_lock().is_err() {}
            while !other.is_finished() {
                thread::yield_now();
            }
        });
        "seen".to_owned()
    });
    assert!(outcome.is_proved(), "{outcome}");
}

/// What a thread returns is destroyed by whoever lets go of it last: the thread, or who drops its handle.
#[test]
fn a_result_is_destroyed_by_whoever_is_last() {
    struct Tells(explore_std::sync::mpsc::Sender<bool>, thread::ThreadId);
    impl Drop for Tells {
        fn drop(&mut self) {
            let _ = self.0.send(thread::current().id() == self.1);
        }
    }
    let outcome = expect(&["by itself", "by who drops the handle"], || {
        let (told, hear) = channel();
        let handle = thread::spawn(move || Tells(told, thread::current().id()));
        drop(handle);
        if hear.recv().unwrap() { "by itself" } else { "by who drops the handle" }.to_owned()
    });
    assert!(outcome.is_proved(), "{outcome}");
    let outcome = expect(&["by itself", "by who drops the handle"], || {
        let (told, hear) = channel();
        thread::scope(|scope| drop(scope.spawn(move || Tells(told, thread::current().id()))));
        if hear.recv().unwrap() { "by itself" } else { "by who drops the handle" }.to_owned()
    });
    assert!(outcome.is_proved(), "{outcome}");
    // Whoever joins has it.
    let outcome = expect(&["by who drops the handle"], || {
        let (told, hear) = channel();
        drop(thread::spawn(move || Tells(told, thread::current().id())).join().unwrap());
        if hear.recv().unwrap() { "by itself" } else { "by who drops the handle" }.to_owned()
    });
    assert!(outcome.is_proved(), "{outcome}");
}

/// A result whose destructor does nothing that others can notice costs nothing.
#[test]
fn results_that_nobody_notices_cost_nothing() {
    let outcome = expect(&["done"], || {
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| vec![String::from("text")]);
            }
        });
        "done".to_owned()
    });
    assert_eq!(outcome.executions, 1, "{outcome}");
}

#[test]
fn a_result_that_panics_when_it_is_destroyed_ends_the_process() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("in the destructor");
        }
    }
    // Or main ends before.
    let left = "failed: leak: the program has ended; thread 1 runs";
    let all = ["failed: main aborts", "failed: thread 1 aborts", left, "main has ended"];
    let outcome = expect(&all, || {
        let caught = catch_unwind(AssertUnwindSafe(|| drop(thread::spawn(|| Panics))));
        assert!(caught.is_ok());
        "main has ended".to_owned()
    });
    assert!(outcome.is_failed(), "{outcome}");
}
