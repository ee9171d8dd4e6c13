//! Threads that do the same count once, as long as nobody tells them apart.

use std::sync::Arc;

use explore_engine::config::Config;
use explore_engine::sync::atomic::{AtomicU32, Ordering};
use explore_engine::sync::{Mutex, RwLock, mpsc};
use explore_engine::{Explorer, Outcome, Status, thread};

fn explore(symmetry: bool, scenario: impl Fn() + 'static) -> Outcome {
    let config = Config { symmetry, watchdog: None, ..Config::default() };
    Explorer::new(config).run("symmetry", scenario)
}

/// How many executions a proof takes: without and with.
fn proofs(scenario: impl Fn() + Clone + 'static) -> (u64, u64) {
    let [without, with] = [false, true].map(|symmetry| explore(symmetry, scenario.clone()));
    assert!(without.is_proved(), "{without}");
    assert!(with.is_proved(), "{with}");
    (without.executions, with.executions)
}

/// Each adds once under a lock.
fn count(threads: u32) {
    let counter = Mutex::new(0);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| *counter.lock().unwrap() += 1);
        }
    });
    assert_eq!(counter.into_inner().unwrap(), threads);
}

/// Each adds twice to an atomic.
fn add(threads: u32) {
    let counter = Arc::new(AtomicU32::new(0));
    let spawn = |_| {
        let counter = Arc::clone(&counter);
        thread::spawn(move || {
            counter.fetch_add(1, Ordering::Relaxed);
            counter.fetch_add(1, Ordering::Relaxed);
        })
    };
    let handles: Vec<_> = (0..threads).map(spawn).collect();
    for handle in handles {
        handle.join().unwrap();
    }
    assert_eq!(counter.load(Ordering::Relaxed), 2 * threads);
}

/// One writes, the others read.
fn read(readers: u32) {
    let value = RwLock::new(0);
    thread::scope(|scope| {
        for _ in 0..readers {
            scope.spawn(|| assert!(*value.read().unwrap() < 2));
        }
        *value.write().unwrap() += 1;
    });
}

/// Two jobs come by a channel.
fn work(workers: u32) {
    let (sender, receiver) = mpsc::channel();
    let (jobs, done) = (Mutex::new(receiver), AtomicU32::new(0));
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let job = jobs.lock().unwrap().recv();
                    let Ok(job) = job else { break };
                    done.fetch_add(job, Ordering::Relaxed);
                }
            });
        }
        sender.send(1).unwrap();
        sender.send(2).unwrap();
        drop(sender);
    });
    assert_eq!(done.into_inner(), 3);
}

/// The table of the README of the explorer.
#[test]
fn symmetric_programs_take_fewer_executions() {
    let rows = [
        ("count", [2, 3, 4].map(|threads| proofs(move || count(threads)))),
        ("add", [2, 3, 4].map(|threads| proofs(move || add(threads)))),
        ("read", [2, 3, 4].map(|threads| proofs(move || read(threads)))),
        ("work", [2, 3, 4].map(|threads| proofs(move || work(threads)))),
    ];
    let pinned = [
        ("count", [(2, 1), (6, 1), (24, 1)]),
        ("add", [(6, 3), (90, 15), (2520, 105)]),
        ("read", [(4, 3), (8, 4), (16, 5)]),
        ("work", [(12, 7), (90, 16), (672, 29)]),
    ];
    assert_eq!(rows, pinned, "{rows:?}");
}

/// Two threads that add, with something more.
fn two(more: impl Fn(Vec<thread::JoinHandle<()>>)) {
    let counter = Arc::new(AtomicU32::new(0));
    let spawn = |_| {
        let counter = Arc::clone(&counter);
        thread::spawn(move || {
            counter.fetch_add(1, Ordering::Relaxed);
        })
    };
    more((0..2).map(spawn).collect());
}

fn join_all(handles: Vec<thread::JoinHandle<()>>) {
    handles.into_iter().for_each(|handle| handle.join().unwrap());
}

#[test]
fn threads_that_are_told_apart_all_count() {
    assert_eq!(proofs(|| two(join_all)), (2, 1));
    let told_apart: [fn(); 4] = [
        || {
            two(|handles| {
                assert!(handles.iter().all(|handle| handle.thread().name().is_none()));
                join_all(handles);
            });
        },
        || {
            let looked = AtomicU32::new(0);
            two(|handles| {
                for handle in handles {
                    handle.join().unwrap();
                    looked.fetch_add(1, Ordering::Relaxed);
                }
            });
        },
        || {
            let number = AtomicU32::new(0);
            thread::scope(|scope| {
                let add = |_| number.fetch_add(1, Ordering::Relaxed);
                for nth in 0..2 {
                    scope.spawn(move || {
                        add(nth);
                    });
                }
            });
        },
        || {
            let number = AtomicU32::new(0);
            thread::scope(|scope| {
                // Who was first is in the result.
                let handles =
                    [0, 1].map(|_| scope.spawn(|| number.fetch_add(1, Ordering::Relaxed)));
                for handle in handles {
                    handle.join().unwrap();
                }
            });
        },
    ];
    for scenario in told_apart {
        let (without, with) = proofs(scenario);
        assert_eq!(without, with);
    }
}

#[test]
fn a_verdict_says_that_threads_were_counted_once() {
    let proved = explore(true, || two(join_all));
    assert!(proved.verdict().ends_with("threads that do the same counted once"), "{proved}");
    assert!(proved.bounds.iter().any(|bound| bound.ends_with("are counted once")));
    let apart = explore(true, || {
        two(|handles| {
            let _number = thread::current().id();
            join_all(handles);
        });
    });
    assert!(!apart.symmetry);
    assert!(apart.bounds.iter().any(|bound| bound.contains("told apart")), "{:?}", apart.bounds);
}

#[test]
fn a_failing_run_is_one_of_the_program_as_it_is() {
    let lost = || {
        let counter = AtomicU32::new(0);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let seen = counter.load(Ordering::Relaxed);
                    counter.store(seen + 1, Ordering::Relaxed);
                });
            }
        });
        assert_eq!(counter.into_inner(), 3);
    };
    let failed = explore(true, lost);
    assert!(failed.is_failed(), "{failed}");
    let schedule = failed.schedule.expect("a failing run has a schedule");
    let again = Explorer::default().replay("symmetry", lost, &schedule).unwrap();
    assert!(again.is_failed(), "{again}");
}

#[test]
fn what_it_does_not_go_together_with_is_said() {
    for config in [
        Config { jobs: 2, ..Config::default() },
        Config { preemptions: Some(1), ..Config::default() },
        Config { outputs: true, ..Config::default() },
    ] {
        let config = Config { symmetry: true, ..config };
        let refused = Explorer::new(config).run("symmetry", || count(2));
        assert_eq!(refused.status, Status::Refused);
        assert!(refused.summary.contains("--symmetry does not go together with"), "{refused}");
    }
}
