//! Nothing that a task or a callback throws costs a thread or a place.

use ch11_thread_pool::{TaskError, TaskPanic, ThreadPool};
use std::panic::{panic_any, resume_unwind};
use std::sync::{Arc, Barrier, mpsc};
use test_support::valgrind;

/// Throws when it is dropped, and so does what it throws.
struct Bomb(u32);

impl Drop for Bomb {
    fn drop(&mut self) {
        if self.0 > 0 {
            panic_any(Bomb(self.0 - 1));
        }
    }
}

/// Both threads are there, idle, and can work at the same time.
fn assert_whole(pool: &ThreadPool) {
    pool.wait_idle().unwrap();
    let gate = Arc::new(Barrier::new(2));
    let pair = [0; 2].map(|_| {
        let gate = Arc::clone(&gate);
        pool.submit(move || gate.wait()).unwrap()
    });
    for handle in pair {
        handle.join().unwrap();
    }
    pool.wait_idle().unwrap();
    assert_eq!((pool.sizes().spawned, pool.sizes().idle, pool.sizes().waiting), (2, 2, 0));
}

#[test]
fn a_callback_gets_status_and_result() {
    let pool = ThreadPool::new(2);
    let (sender, receiver) = mpsc::channel();
    for i in 0..4 {
        let sender = sender.clone();
        let task = move || if i % 2 == 0 { i } else { panic!("{i} is odd") };
        let callback = move |result: Result<i32, TaskPanic>| {
            let text = result.map_err(|panic| panic.message().to_owned());
            sender.send((i, text)).unwrap();
        };
        pool.execute(task, callback).unwrap();
    }
    drop(sender);
    let mut results: Vec<_> = receiver.into_iter().collect();
    results.sort();
    let odd = |i: i32| (i, Err(format!("{i} is odd")));
    assert_eq!(results, [(0, Ok(0)), odd(1), (2, Ok(2)), odd(3)]);
    assert_whole(&pool);
}

#[test]
fn tasks_that_panic_cost_nothing() {
    let pool = ThreadPool::new(2);
    for _ in 0..20 {
        pool.execute(|| panic!("a task"), |_| ()).unwrap();
    }
    assert_whole(&pool);
}

#[test]
fn callbacks_that_panic_cost_nothing() {
    let pool = ThreadPool::new(2);
    for _ in 0..20 {
        pool.execute(|| (), |_| panic!("a callback")).unwrap();
        pool.execute(|| panic!("a task"), |_| panic!("its callback")).unwrap();
    }
    assert_whole(&pool);
}

#[test]
fn destructors_that_panic_cost_nothing() {
    let pool = ThreadPool::new(2);
    for depth in 1..4 {
        // As what a task holds, returns and throws; with its handle and without.
        let held = Bomb(depth);
        pool.execute(
            move || {
                let _held = held;
            },
            |_| (),
        )
        .unwrap();
        pool.execute(move || Bomb(depth), |_| ()).unwrap();
        pool.execute(move || panic_any(Bomb(depth)), drop).unwrap();
        drop(pool.submit(move || Bomb(depth)).unwrap());
        drop(pool.submit(move || panic_any(Bomb(depth))).unwrap());
        // Who lets go last, the thread or the handle, makes no difference.
        let ended = pool.submit(move || Bomb(depth)).unwrap();
        let threw = pool.submit(move || panic_any(Bomb(depth))).unwrap();
        pool.wait_idle().unwrap();
        assert!(ended.is_finished() && threw.is_finished());
        drop((ended, threw));
    }
    assert_whole(&pool);
}

#[test]
fn a_handle_passes_the_panic_on() {
    let pool = ThreadPool::new(2);
    let error =
        pool.submit(|| -> i32 { panic_any(String::from("number 7")) }).unwrap().join().unwrap_err();
    assert_eq!(error.to_string(), "the task panicked: number 7");
    let TaskError::Panicked(panic) = error else { panic!("{error}") };
    assert_eq!(*panic.into_payload().downcast::<String>().unwrap(), "number 7");

    let error = pool.submit(|| panic_any(5_u8)).unwrap().join().unwrap_err();
    let TaskError::Panicked(panic) = error else { panic!("{error}") };
    assert_eq!(panic.message(), "a value that is not text");
    let thrown = std::panic::catch_unwind(|| resume_unwind(panic.into_payload())).unwrap_err();
    assert_eq!(*thrown.downcast::<u8>().unwrap(), 5);
    pool.execute(|| (), |_| ()).unwrap();
    assert_whole(&pool);
}

#[test]
fn clean_under_valgrind() {
    valgrind::clean(&[]);
}
