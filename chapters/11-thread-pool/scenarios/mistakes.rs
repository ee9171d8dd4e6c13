//! The mistakes of the document's four pools, and of who uses a right one.

use ch07_queue::{Queue, SimpleQueue};
use ch11_thread_pool::defer;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

/// The first pool: a task gives its slot back as its last line.
///
/// Must fail: a task that panics never gets there, the slot is gone, and the next task waits for it
/// for ever.
fn a_slot_lost_in_a_panic() {
    let slots = SimpleQueue::new();
    slots.put(());
    thread::scope(|scope| {
        let task = |fails: bool| {
            assert!(!fails, "on purpose");
            slots.put(());
        };
        for fails in [true, false] {
            slots.get();
            scope.spawn(move || catch_unwind(AssertUnwindSafe(|| task(fails))).is_ok());
        }
    });
}

/// The program `slots`: a guard gives the slot back, however the task ends.
fn a_slot_given_back_by_a_guard() {
    let slots = SimpleQueue::new();
    slots.put(());
    thread::scope(|scope| {
        let task = |fails: bool| {
            let _give_back = defer(|| slots.put(()));
            assert!(!fails, "on purpose");
        };
        for fails in [true, false] {
            slots.get();
            scope.spawn(move || catch_unwind(AssertUnwindSafe(|| task(fails))).is_ok());
        }
    });
    assert_eq!(slots.len(), 1);
}

/// The fourth pool: a thread enters itself into the list of threads, once it runs.
///
/// Must fail: whoever gives the next task before that starts another thread, and there are more
/// than allowed.
fn threads_count_themselves() {
    let (spawned, max) = (AtomicUsize::new(0), 1);
    let started = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _task in 0..2 {
            if spawned.load(SeqCst) < max {
                started.fetch_add(1, SeqCst);
                scope.spawn(|| spawned.fetch_add(1, SeqCst));
            }
        }
    });
    assert!(started.into_inner() <= max, "more threads than allowed");
}

/// The fourth pool: who gives a task looks at the list of idle threads and takes nobody off it.
///
/// Must fail: two tasks see the one idle thread, no second thread is started, and a task that waits
/// for the other never hears from it.
fn idle_threads_are_not_taken_off() {
    let tasks = Queue::new(0);
    let (idle, answers) = (AtomicUsize::new(1), SimpleQueue::new());
    thread::scope(|scope| {
        let work = || {
            for needs_an_answer in &tasks {
                idle.fetch_sub(1, SeqCst);
                if needs_an_answer {
                    answers.get();
                } else {
                    answers.put(());
                }
                idle.fetch_add(1, SeqCst);
            }
        };
        scope.spawn(work);
        for needs_an_answer in [true, false] {
            if idle.load(SeqCst) == 0 {
                scope.spawn(work);
            }
            tasks.put(needs_an_answer).unwrap();
        }
        tasks.shutdown();
    });
}

/// The third pool: `close` puts one stop event for each thread, and tasks are still accepted.
///
/// Must fail: a task that is given after the stop event is accepted, and never runs.
fn accepted_after_the_stop_event() {
    let tasks = Queue::new(0);
    let (accepted, run) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            while let Ok(Some(())) = tasks.get() {
                run.fetch_add(1, SeqCst);
            }
        });
        scope.spawn(|| {
            tasks.put(Some(())).unwrap();
            accepted.fetch_add(1, SeqCst);
        });
        tasks.put(None).unwrap();
    });
    assert_eq!(run.into_inner(), accepted.into_inner());
}

/// A task waits for another task that it gave to its own pool, and the pool has one thread.
///
/// Must fail: the thread waits for a task that only it could run.
fn a_task_waits_for_a_task() {
    let (tasks, answers) = (Queue::new(0), SimpleQueue::new());
    thread::scope(|scope| {
        scope.spawn(|| {
            for gives_another in &tasks {
                if gives_another {
                    tasks.put(false).unwrap();
                    answers.get();
                } else {
                    answers.put(());
                }
            }
        });
        tasks.put(true).unwrap();
    });
}

/// A worker that does not catch a task's panic.
///
/// Must fail: the only thread is gone, and the next task is waited for in vain.
fn a_worker_that_dies() {
    let tasks = Queue::<bool>::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            let all = || {
                for fails in &tasks {
                    assert!(!fails, "on purpose");
                    tasks.task_done().unwrap();
                }
            };
            // The thread ends here, and only its end is quiet.
            let _ = catch_unwind(AssertUnwindSafe(all));
        });
        for fails in [true, false] {
            tasks.put(fails).unwrap();
        }
        tasks.join();
        tasks.shutdown();
    });
}
