//! What takes too long for every test run, where it is only tried: see the README of the scenarios.

use ch11_thread_pool::{Sizes, ThreadPool};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;

/// A pool whose threads look once more before they sleep. More looks are the same step again.
fn pool(max_threads: usize, max_waiting: usize) -> ThreadPool {
    ThreadPool::builder().max_threads(max_threads).max_waiting(max_waiting).looks(1).build()
}

/// What holds in every snapshot, whoever takes it and whenever.
fn check(pool: &ThreadPool) -> Sizes {
    let sizes = pool.sizes();
    assert!(sizes.idle <= sizes.spawned, "{sizes:?}");
    assert!(sizes.spawned <= pool.max_threads(), "{sizes:?}");
    sizes
}

/// A second thread is started while the first is busy: the second task ends before the first may.
fn two_tasks_run_at_the_same_time() {
    let pool = pool(2, 0);
    let (go, gone) = mpsc::channel();
    let (done, is_done) = mpsc::channel();
    pool.execute(move || gone.recv().unwrap(), |_| ()).unwrap();
    pool.execute(move || done.send(()).unwrap(), |_| ()).unwrap();
    assert_eq!(pool.sizes().spawned, 2);
    is_done.recv().unwrap();
    go.send(()).unwrap();
}

/// The one that comes wakes the next: of two tasks for two threads, asleep or not, one may wait for
/// the other.
fn two_that_sleep_both_come() {
    let pool = ThreadPool::builder().max_threads(2).looks(0).build();
    for _ in 0..2 {
        // No channels, whose waiting is by `park` as the pool's is: each way in which they can meet would be tried.
        let (met, done) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
        let (other, is_done) = (Arc::clone(&met), Arc::clone(&done));
        let tell = move |_| {
            done.wait();
        };
        pool.execute(move || drop(met.wait()), tell).unwrap();
        pool.execute(move || drop(other.wait()), |_| ()).unwrap();
        // Before the pool is dropped, which would wake everybody.
        is_done.wait();
    }
}

/// Two callers and two threads: nobody waits, and every snapshot of either caller adds up.
fn two_callers_and_two_threads() {
    let pool = ThreadPool::builder().max_threads(2).looks(0).build();
    let give = || {
        pool.execute(|| (), |_| ()).unwrap();
        assert_eq!(check(&pool).waiting, 0);
    };
    thread::scope(|scope| {
        scope.spawn(give);
        give();
    });
}

/// Two callers and one idle thread: one of them gets it, and the other's task does not wait either.
fn two_callers_and_an_idle_thread() {
    let pool = ThreadPool::builder().max_threads(2).looks(0).build();
    pool.execute(|| (), |_| ()).unwrap();
    pool.wait_idle().unwrap();
    let give = || pool.execute(|| (), |_| ()).unwrap();
    thread::scope(|scope| {
        scope.spawn(give);
        give();
        // The callers are alike: what one sees, the other may see.
        assert_eq!(check(&pool).waiting, 0);
    });
}
