//! Loops that wait, in the forms in which people write them: each is proved, and none is called a livelock.

use std::sync::Arc;
use std::time::Duration;

use explore_engine::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::*};
use explore_engine::sync::{Mutex, OnceLock, RwLock, mpsc};
use explore_engine::thread::{self, spin_loop, yield_now};
use explore_engine::{Explorer, Outcome};

/// Explores `threads` threads that each count once under a spin lock.
fn count(threads: usize, lock: impl Fn(&AtomicBool) + Copy + Send + Sync + 'static) -> Outcome {
    Explorer::default().run("count", move || {
        let shared = Arc::new((AtomicBool::new(false), AtomicUsize::new(0)));
        let add = move |shared: &(AtomicBool, AtomicUsize)| {
            lock(&shared.0);
            let value = shared.1.load(Relaxed);
            shared.1.store(value + 1, Relaxed);
            shared.0.store(false, Release);
        };
        let others: Vec<_> = (1..threads)
            .map(|_| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || add(&shared))
            })
            .collect();
        add(&shared);
        others.into_iter().for_each(|other| other.join().unwrap());
        assert_eq!(shared.1.load(Relaxed), threads);
    })
}

#[track_caller]
fn proves(scenario: impl Fn() + 'static) {
    let outcome = Explorer::default().run("scenario", scenario);
    assert!(outcome.is_proved(), "{outcome}");
}

/// A thread waits for what the main thread does.
#[track_caller]
fn waits<T: Send + Sync + 'static>(
    value: fn() -> T,
    wait: impl Fn(&T) + Copy + Send + 'static,
    set: impl Fn(&T) + 'static,
) {
    proves(move || {
        let shared = Arc::new(value());
        let theirs = Arc::clone(&shared);
        let other = thread::spawn(move || wait(&theirs));
        set(&shared);
        other.join().unwrap();
    });
}

#[test]
fn spin_locks_that_swap() {
    for threads in [2, 3] {
        for pause in [spin_loop, yield_now, || ()] {
            let outcome = count(threads, move |lock| {
                while lock.swap(true, Acquire) {
                    pause();
                }
            });
            assert!(outcome.is_proved(), "{threads} threads: {outcome}");
        }
    }
}

#[test]
fn spin_locks_that_compare_and_exchange() {
    for threads in [2, 3] {
        for pause in [spin_loop, yield_now, || ()] {
            let outcome = count(threads, move |lock| {
                while lock.compare_exchange(false, true, Acquire, Relaxed).is_err() {
                    pause();
                }
            });
            assert!(outcome.is_proved(), "{threads} threads: {outcome}");
        }
    }
}

#[test]
fn spin_locks_that_test_test_and_set() {
    let outcome = count(3, |lock| {
        while lock.swap(true, Acquire) {
            while lock.load(Relaxed) {
                spin_loop();
            }
        }
    });
    assert!(outcome.is_proved(), "{outcome}");
}

#[test]
fn a_spin_lock_that_is_not_one_is_still_broken() {
    let outcome = count(2, |lock| {
        while lock.load(Acquire) {
            spin_loop();
        }
        lock.store(true, Relaxed);
    });
    assert!(outcome.is_failed(), "{outcome}");
}

#[test]
fn a_lock_that_nobody_gives_back_is_a_livelock() {
    let outcome = Explorer::default().run("taken", || {
        let lock = AtomicBool::new(true);
        while lock.swap(true, Acquire) {}
    });
    assert!(outcome.is_failed() && outcome.summary.contains("spins at"), "{outcome}");
}

#[test]
fn loops_over_two_atomics() {
    let make = || (AtomicU32::new(0), AtomicU32::new(0));
    let set = |pair: &(AtomicU32, AtomicU32)| pair.1.store(1, Release);
    waits(make, |pair| while pair.0.load(Acquire) == 0 && pair.1.load(Acquire) == 0 {}, set);
    let pausing = |pair: &(AtomicU32, AtomicU32)| {
        while pair.0.load(Acquire) == 0 && pair.1.load(Acquire) == 0 {
            spin_loop();
        }
    };
    waits(make, pausing, set);
}

#[test]
fn loops_that_poll_what_a_lock_guards() {
    let set = |flag: &Mutex<bool>| *flag.lock().unwrap() = true;
    waits(|| Mutex::new(false), |flag| while !*flag.lock().unwrap() {}, set);
    waits(
        || Mutex::new(false),
        |flag| {
            while !*flag.lock().unwrap() {
                yield_now()
            }
        },
        set,
    );
    let set = |flag: &RwLock<bool>| *flag.write().unwrap() = true;
    waits(|| RwLock::new(false), |flag| while !*flag.read().unwrap() {}, set);
}

#[test]
fn two_workers_that_poll_a_queue() {
    proves(|| {
        let queue = Arc::new(Mutex::new(Vec::new()));
        let work = |queue: &Arc<Mutex<Vec<u32>>>| {
            let queue = Arc::clone(queue);
            thread::spawn(move || {
                loop {
                    // `pop` needs `&mut`, also when there is nothing to take.
                    if let Some(job) = queue.lock().unwrap().pop() {
                        break job;
                    }
                    yield_now();
                }
            })
        };
        let workers = [work(&queue), work(&queue)];
        queue.lock().unwrap().extend([1, 2]);
        let done: u32 = workers.into_iter().map(|worker| worker.join().unwrap()).sum();
        assert_eq!(done, 3);
    });
}

#[test]
fn loops_that_try() {
    proves(|| {
        let lock = Arc::new(Mutex::new(()));
        let held = lock.lock().unwrap();
        let theirs = Arc::clone(&lock);
        let other = thread::spawn(move || while theirs.try_lock().is_err() {});
        drop(held);
        other.join().unwrap();
    });
    proves(|| {
        let (sender, receiver) = mpsc::channel();
        let other = thread::spawn(move || while receiver.try_recv().is_err() {});
        sender.send(1).unwrap();
        other.join().unwrap();
    });
    waits(OnceLock::new, |cell| while cell.get().is_none() {}, |cell| cell.set(1).unwrap());
}

#[test]
fn loops_that_ask_whether_a_thread_has_ended() {
    for pause in [yield_now, || ()] {
        proves(move || {
            let other = thread::spawn(|| ());
            while !other.is_finished() {
                pause();
            }
            other.join().unwrap();
        });
    }
}

#[test]
fn loops_that_sleep() {
    let wait = |flag: &AtomicBool| {
        while !flag.load(Relaxed) {
            thread::sleep(Duration::from_millis(1));
        }
    };
    waits(|| AtomicBool::new(false), wait, |flag| flag.store(true, Relaxed));
}
