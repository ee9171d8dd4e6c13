//! The mistakes of the document's four pools, and of who uses a right one.

use ch07_queue::{Queue, SimpleQueue};
use ch11_thread_pool::{defer, naive};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
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

/// The naive pool: a thread counts itself once it runs.
///
/// Must fail: whoever gives the next task before that starts another thread, and there are more
/// than allowed.
fn threads_count_themselves() {
    let pool = naive::ThreadPool::new(1);
    for _ in 0..2 {
        pool.execute(|| ());
    }
    assert!(pool.started() <= 1, "more threads than allowed");
}

/// The naive pool: who gives a task looks how many are idle, and takes nobody off.
///
/// Must fail: two tasks see the one idle thread, no second thread is started, and the task that
/// waits for the other never hears from it.
fn idle_threads_are_not_taken_off() {
    let pool = naive::ThreadPool::new(2);
    pool.execute(|| ());
    while pool.idle() == 0 {
        thread::yield_now();
    }
    let (answer, answered) = mpsc::channel();
    pool.execute(move || answered.recv().unwrap());
    pool.execute(move || answer.send(()).unwrap());
}

/// The naive pool: `close` puts a stop for each thread into the queue, and tasks are still accepted.
///
/// Must fail: a task that comes after the stop is accepted, and never runs.
fn accepted_after_the_stop() {
    let (accepted, run) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    let pool = naive::ThreadPool::new(1);
    pool.execute(|| ());
    while pool.idle() == 0 {
        thread::yield_now();
    }
    thread::scope(|scope| {
        scope.spawn(|| {
            let run = Arc::clone(&run);
            pool.execute(move || {
                run.fetch_add(1, SeqCst);
            });
            accepted.fetch_add(1, SeqCst);
        });
        pool.close();
    });
    drop(pool);
    assert_eq!(run.load(SeqCst), accepted.into_inner());
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
