//! Tasks and callbacks that panic cost the pool neither a thread nor a place.

use ch11_thread_pool::{Sizes, TaskError, TaskPanic, ThreadPool};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, mpsc};

/// A pool whose threads look once more before they sleep. More looks are the same step again.
fn pool(max_threads: usize, max_waiting: usize) -> ThreadPool {
    ThreadPool::builder().max_threads(max_threads).max_waiting(max_waiting).looks(1).build()
}

/// A task panics: its callback hears of it, and the same thread takes the next task.
fn a_task_panics() {
    let heard = Arc::new(AtomicBool::new(false));
    let pool = pool(1, 0);
    let its_heard = Arc::clone(&heard);
    let callback = move |outcome: Result<(), TaskPanic>| {
        its_heard.store(outcome.is_err_and(|panic| panic.message() == "on purpose"), SeqCst);
    };
    pool.execute(|| panic!("on purpose"), callback).unwrap();
    assert_eq!(pool.submit(|| 42).unwrap().join().unwrap(), 42);
    assert!(heard.load(SeqCst));
    pool.wait_idle().unwrap();
    assert_eq!(pool.sizes(), Sizes { spawned: 1, idle: 1, waiting: 0 });
}

/// A callback panics: nobody is told, and the same thread takes the next task.
fn a_callback_panics() {
    let pool = pool(1, 0);
    pool.execute(|| (), |_| panic!("on purpose")).unwrap();
    pool.wait_idle().unwrap();
    assert_eq!(pool.sizes(), Sizes { spawned: 1, idle: 1, waiting: 0 });
    assert_eq!(pool.submit(|| 42).unwrap().join().unwrap(), 42);
}

/// A task that panics gives its place back to whoever waits for room.
fn a_panic_makes_room() {
    let pool = pool(1, 1);
    for _ in 0..3 {
        pool.execute(|| panic!("on purpose"), |_: Result<(), _>| ()).unwrap();
    }
    pool.close();
    pool.join().unwrap();
}

/// A panic comes back through the handle.
fn a_handle_has_the_panic() {
    let pool = pool(1, 0);
    let handle = pool.submit(|| panic!("on purpose")).unwrap();
    match handle.join() {
        Err(TaskError::Panicked(panic)) => assert_eq!(panic.message(), "on purpose"),
        _ => unreachable!("the task panics"),
    }
}

/// A callback that hands its result over does so before the pool is idle.
fn the_callback_comes_before_idle() {
    let (send, results) = mpsc::channel();
    let pool = pool(1, 0);
    pool.execute(|| 42, move |value: Result<i32, TaskPanic>| send.send(value).unwrap()).unwrap();
    pool.wait_idle().unwrap();
    assert_eq!(results.try_recv().unwrap().unwrap(), 42);
}
