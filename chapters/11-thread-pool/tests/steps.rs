//! The steps of the road. Where the naive one breaks, and how, the scenarios
//! show; here is what all of them can do.

use ch11_thread_pool::{ExecuteError, Sizes, correct, naive};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, mpsc};

#[test]
fn the_naive_pool_runs_tasks() {
    let (sender, results) = mpsc::channel();
    let pool = naive::ThreadPool::new(2);
    for n in 0..10 {
        let sender = sender.clone();
        pool.execute(move || sender.send(n).unwrap());
    }
    pool.execute(|| panic!("costs no thread"));
    drop((pool, sender));
    let mut results: Vec<_> = results.into_iter().collect();
    results.sort_unstable();
    assert!(results.into_iter().eq(0..10));
}

#[test]
fn the_naive_pool_counts_who_runs() {
    let pool = naive::ThreadPool::new(1);
    let gate = Arc::new(Barrier::new(2));
    let its_gate = Arc::clone(&gate);
    pool.execute(move || {
        its_gate.wait();
        its_gate.wait();
    });
    gate.wait();
    assert_eq!((pool.started(), pool.spawned(), pool.idle()), (1, 1, 0));
    assert_eq!(format!("{pool:?}"), "ThreadPool { spawned: 1, idle: 0, .. }");
    gate.wait();
    pool.close();
}

#[test]
fn the_correct_pool_runs_all_and_counts_right() {
    let run = Arc::new(AtomicUsize::new(0));
    let pool = correct::ThreadPool::new(2);
    let gate = Arc::new(Barrier::new(3));
    for _ in 0..2 {
        let gate = Arc::clone(&gate);
        pool.execute(move || {
            gate.wait();
            gate.wait();
        })
        .unwrap();
    }
    gate.wait();
    let its_run = Arc::clone(&run);
    pool.execute(move || {
        its_run.fetch_add(1, SeqCst);
    })
    .unwrap();
    pool.execute(|| panic!("costs no thread")).unwrap();
    assert_eq!(pool.sizes(), Sizes { spawned: 2, idle: 0, waiting: 2 });
    gate.wait();
    pool.wait_idle();
    assert_eq!(pool.sizes(), Sizes { spawned: 2, idle: 2, waiting: 0 });
    assert!(format!("{pool:?}").contains("spawned: 2"));
    pool.close();
    let its_run = Arc::clone(&run);
    let refused = pool
        .execute(move || {
            its_run.fetch_add(1, SeqCst);
        })
        .unwrap_err();
    assert!(matches!(refused, ExecuteError::Closed(_)));
    drop(pool);
    assert_eq!(run.load(SeqCst), 1);
    refused.into_task()();
    assert_eq!(run.load(SeqCst), 2, "it came back whole");
}
