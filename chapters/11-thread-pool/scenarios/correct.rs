//! The second step: what breaks the naive pool holds here.

use ch11_thread_pool::correct::ThreadPool;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::thread;

/// Never more threads than allowed, whenever the next task comes.
fn threads_are_counted_as_they_are_started() {
    let pool = ThreadPool::new(1);
    for _ in 0..2 {
        pool.execute(|| ()).unwrap();
        assert_eq!(pool.sizes().spawned, 1);
    }
}

/// Two tasks for one idle thread: a second thread is started, and the one can wait for the other.
fn an_idle_thread_is_given_one_task() {
    let pool = ThreadPool::new(2);
    pool.execute(|| ()).unwrap();
    let (answer, answered) = mpsc::channel();
    pool.execute(move || answered.recv().unwrap()).unwrap();
    pool.execute(move || answer.send(()).unwrap()).unwrap();
}

/// `close` against `execute`: the task runs, or comes back.
fn close_against_execute() {
    let run = Arc::new(AtomicUsize::new(0));
    let pool = ThreadPool::new(1);
    let accepted = thread::scope(|scope| {
        scope.spawn(|| pool.close());
        let run = Arc::clone(&run);
        pool.execute(move || {
            run.fetch_add(1, SeqCst);
        })
        .is_ok()
    });
    drop(pool);
    assert_eq!(run.load(SeqCst), usize::from(accepted));
}

/// The pool is idle when the last task has run, and not before; a task that panics counts too.
fn idle_means_all_have_run() {
    let run = Arc::new(AtomicUsize::new(0));
    let pool = ThreadPool::new(1);
    pool.execute(|| panic!("on purpose")).unwrap();
    let its_run = Arc::clone(&run);
    pool.execute(move || {
        its_run.fetch_add(1, SeqCst);
    })
    .unwrap();
    pool.wait_idle();
    assert_eq!(run.load(SeqCst), 1);
    assert_eq!((pool.sizes().spawned, pool.sizes().idle), (1, 1));
}
