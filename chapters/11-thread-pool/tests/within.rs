//! The pool is used, or ends, from within what it runs: a task that has its own handle, values of its threads that go with them.

use ch11_thread_pool::{ExecuteError, TaskHandle, ThreadPool};
use std::cell::RefCell;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

/// After this long without an answer a test fails rather than hangs.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn a_task_that_cancels_itself_is_told_that_it_runs() {
    let pool = ThreadPool::new(1);
    let own = Arc::new(Mutex::new(None::<TaskHandle<bool>>));
    let (has_it, may_look) = channel();
    let place = Arc::clone(&own);
    let handle = pool.submit(move || {
        may_look.recv().unwrap();
        let own: TaskHandle<bool> = place.lock().unwrap().take().unwrap();
        let told = own.cancel() || own.is_finished();
        // Nobody can ask for the result any more.
        drop(own);
        told
    });
    *own.lock().unwrap() = Some(handle.unwrap());
    has_it.send(()).unwrap();
    let other = pool.submit(|| 5).unwrap();
    assert_eq!(other.join().unwrap(), 5);
    assert!(own.lock().unwrap().is_none());
}

#[test]
fn a_result_that_nobody_takes_may_use_the_pool_when_it_is_dropped() {
    struct Submits(Weak<ThreadPool>, Sender<i32>);
    impl Drop for Submits {
        fn drop(&mut self) {
            let Some(pool) = self.0.upgrade() else { return };
            let say = self.1.clone();
            pool.submit(move || say.send(7).unwrap()).map(drop).unwrap();
        }
    }
    let pool = Arc::new(ThreadPool::new(1));
    let (say, said) = channel();
    let weak = Arc::downgrade(&pool);
    drop(pool.submit(move || Submits(weak, say)).unwrap());
    assert_eq!(said.recv_timeout(PATIENCE), Ok(7));
}

/// What a thread of a pool has, and uses at its end.
struct Last {
    pool: Arc<ThreadPool>,
    say: Sender<bool>,
}

impl Drop for Last {
    fn drop(&mut self) {
        let refused = matches!(self.pool.submit(|| ()), Err(ExecuteError::Closed(_)));
        let _ = self.say.send(refused);
    }
}

thread_local! {
    static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
}

#[test]
fn the_values_of_a_pools_thread_may_have_the_pool() {
    for joins in [true, false] {
        let pool = Arc::new(ThreadPool::new(2));
        let (say, said) = channel();
        let meet = Arc::new(std::sync::Barrier::new(2));
        let tasks: Vec<_> = (0..2)
            .map(|_| {
                let last = Last { pool: Arc::clone(&pool), say: say.clone() };
                let meet = Arc::clone(&meet);
                let keep = move || {
                    LAST.set(Some(last));
                    // Both threads have one.
                    meet.wait();
                };
                pool.submit(keep).unwrap()
            })
            .collect();
        tasks.into_iter().for_each(|task| task.join().unwrap());
        pool.close();
        if joins {
            pool.join().unwrap();
        }
        // Otherwise the last to have it is one of its own threads.
        drop(pool);
        for _ in 0..2 {
            assert_eq!(said.recv_timeout(PATIENCE), Ok(true));
        }
    }
}

#[test]
fn a_task_may_give_and_wait_for_another_pools_task() {
    let (first, second) = (ThreadPool::new(1), Arc::new(ThreadPool::new(1)));
    let other = Arc::clone(&second);
    let there = first.submit(move || other.submit(|| 5).unwrap().join().unwrap()).unwrap();
    assert_eq!(there.join().unwrap(), 5);
    assert_eq!(second.sizes().spawned, 1);
}
