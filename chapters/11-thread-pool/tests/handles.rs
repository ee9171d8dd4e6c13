//! The handle of a submitted task.

use ch11_thread_pool::{TaskError, ThreadPool};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

const MOMENT: Duration = Duration::from_millis(1);

/// A pool of one thread, held by a task that has begun; pass the barrier once
/// to let it go.
fn held() -> (ThreadPool, Arc<Barrier>) {
    let pool = ThreadPool::new(1);
    let gate = Arc::new(Barrier::new(2));
    let its_gate = Arc::clone(&gate);
    pool.execute(move || (its_gate.wait(), its_gate.wait()), |_| ()).unwrap();
    gate.wait();
    (pool, gate)
}

#[test]
fn join_returns_the_value() {
    let pool = ThreadPool::new(3);
    let handles: Vec<_> = (0..100).map(|i| pool.submit(move || i).unwrap()).collect();
    assert!(handles.into_iter().map(|handle| handle.join().unwrap()).eq(0..100));
}

#[test]
fn join_timeout_returns_the_handle() {
    let (pool, gate) = held();
    let handle = pool.submit(|| 42).unwrap();
    assert!(!handle.is_finished());
    assert_eq!(format!("{handle:?}"), "TaskHandle { stage: \"queued\", .. }");
    let handle = handle.join_timeout(MOMENT).unwrap_err();
    let handle = handle.join_timeout(Duration::ZERO).unwrap_err();
    gate.wait();
    assert_eq!(handle.join_timeout(Duration::MAX).unwrap().unwrap(), 42);
}

#[test]
fn a_finished_task_says_so() {
    let pool = ThreadPool::new(1);
    let handle = pool.submit(|| 42).unwrap();
    pool.wait_idle().unwrap();
    assert!(handle.is_finished());
    assert_eq!(format!("{handle:?}"), "TaskHandle { stage: \"finished\", .. }");
    assert!(!handle.cancel(), "too late");
    assert_eq!(handle.join_timeout(Duration::ZERO).unwrap().unwrap(), 42);
}

#[test]
fn a_running_task_cannot_be_cancelled() {
    let pool = ThreadPool::new(1);
    let gate = Arc::new(Barrier::new(2));
    let its_gate = Arc::clone(&gate);
    let handle = pool.submit(move || (its_gate.wait(), its_gate.wait()).1.is_leader()).unwrap();
    gate.wait();
    assert_eq!(format!("{handle:?}"), "TaskHandle { stage: \"running\", .. }");
    assert!(!handle.cancel());
    let main_leads = gate.wait().is_leader();
    assert_eq!(handle.join().unwrap(), !main_leads);
}

#[test]
fn a_cancelled_task_never_runs_and_lets_go_at_once() {
    let (pool, gate) = held();
    let value = Arc::new(());
    let its_value = Arc::clone(&value);
    let handle = pool.submit(move || panic!("ran with {its_value:?}")).unwrap();
    assert!(handle.cancel());
    assert_eq!(Arc::strong_count(&value), 1, "what the task held is dropped");
    assert!(!handle.cancel(), "cancelled already");
    assert!(handle.is_finished());
    let error = handle.join().unwrap_err();
    assert!(matches!(error, TaskError::Cancelled));
    assert_eq!(error.to_string(), "the task was cancelled");
    gate.wait();
    assert!(pool.submit(|| true).unwrap().join().unwrap(), "the pool goes on");
}

#[test]
fn cancel_and_the_pool_agree() {
    // Either the task was cancelled and did not run, or it ran and was not.
    for _ in 0..300 {
        let pool = ThreadPool::new(1);
        let ran = Arc::new(());
        let its_ran = Arc::clone(&ran);
        let handle = pool.submit(move || its_ran).unwrap();
        thread::yield_now();
        if handle.cancel() {
            assert!(matches!(handle.join(), Err(TaskError::Cancelled)));
            assert_eq!(Arc::strong_count(&ran), 1);
        } else {
            assert_eq!(Arc::strong_count(&handle.join().unwrap()), 2);
        }
    }
}

#[test]
fn a_dropped_handle_does_not_cancel() {
    let (pool, gate) = held();
    let ran = Arc::new(Barrier::new(2));
    let its_ran = Arc::clone(&ran);
    drop(pool.submit(move || its_ran.wait()).unwrap());
    gate.wait();
    ran.wait();
}
