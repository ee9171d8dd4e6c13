//! The end of a pool: what was accepted runs, or comes back, and no thread stays.

use ch11_thread_pool::{ExecuteError, Sizes, TaskError, ThreadPool, WaitError};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(60);

/// A pool whose threads look once more before they sleep. More looks are the same step again.
fn pool(max_threads: usize, max_waiting: usize) -> ThreadPool {
    ThreadPool::builder().max_threads(max_threads).max_waiting(max_waiting).looks(1).build()
}

/// `close`: both accepted tasks still run, then the thread leaves.
fn close_runs_what_was_accepted() {
    let run = Arc::new(AtomicUsize::new(0));
    let pool = pool(1, 0);
    for _ in 0..2 {
        let run = Arc::clone(&run);
        pool.execute(move || run.fetch_add(1, SeqCst), |_| ()).unwrap();
    }
    pool.close();
    pool.join().unwrap();
    assert_eq!(run.load(SeqCst), 2);
    assert_eq!(pool.sizes(), Sizes { spawned: 0, idle: 0, waiting: 0 });
}

/// Dropping the pool is to close it and to wait.
fn drop_runs_what_was_accepted() {
    let run = Arc::new(AtomicUsize::new(0));
    let pool = pool(2, 0);
    for _ in 0..2 {
        let run = Arc::clone(&run);
        pool.execute(move || run.fetch_add(1, SeqCst), |_| ()).unwrap();
    }
    drop(pool);
    assert_eq!(run.load(SeqCst), 2);
}

/// `terminate`: each task was begun or comes back, and those that come back can still be run.
fn terminate_returns_the_rest() {
    let run = Arc::new(AtomicUsize::new(0));
    let pool = pool(1, 0);
    for _ in 0..2 {
        let run = Arc::clone(&run);
        pool.execute(move || run.fetch_add(1, SeqCst), |_| ()).unwrap();
    }
    let rest = pool.terminate();
    pool.join().unwrap();
    assert_eq!(run.load(SeqCst) + rest.len(), 2);
    rest.into_iter().for_each(|task| task.run());
    assert_eq!(run.load(SeqCst), 2);
    assert_eq!(pool.sizes(), Sizes { spawned: 0, idle: 0, waiting: 0 });
}

/// `terminate` leaves two threads in order, wherever it finds them.
fn terminate_two_threads() {
    let pool = pool(2, 0);
    for _ in 0..2 {
        pool.execute(|| (), |_| ()).unwrap();
    }
    drop(pool.terminate());
    pool.join().unwrap();
    assert_eq!(pool.sizes(), Sizes { spawned: 0, idle: 0, waiting: 0 });
}

/// `close` against `execute`: the task runs, or comes back as it was.
fn close_against_execute() {
    let run = Arc::new(AtomicUsize::new(0));
    let pool = pool(1, 0);
    let accepted = thread::scope(|scope| {
        scope.spawn(|| pool.close());
        let task = {
            let run = Arc::clone(&run);
            move || run.fetch_add(1, SeqCst)
        };
        match pool.execute(task, |_| ()) {
            Ok(()) => true,
            Err(refused) => {
                assert!(matches!(refused, ExecuteError::Closed(_)));
                false
            }
        }
    });
    pool.join().unwrap();
    assert_eq!(run.load(SeqCst), usize::from(accepted));
}

/// Whoever waits for room in a pool that is closed meanwhile gets room or the task back.
fn close_wakes_who_waits_for_room() {
    let pool = pool(1, 1);
    let (go, gone) = mpsc::channel();
    pool.execute(move || gone.recv().unwrap(), |_| ()).unwrap();
    pool.execute(|| (), |_| ()).unwrap();
    thread::scope(|scope| {
        // There is no room before the first task ends, and it ends after this thread does.
        let waiter = scope.spawn(|| pool.execute(|| (), |_| ()).is_err());
        pool.close();
        assert!(waiter.join().unwrap());
    });
    go.send(()).unwrap();
    pool.join().unwrap();
}

/// Two that close and join at the same time are as one.
fn two_close_and_join() {
    let pool = pool(1, 0);
    pool.execute(|| (), |_| ()).unwrap();
    let end = || {
        pool.close();
        pool.join().unwrap();
        assert_eq!(pool.sizes().spawned, 0);
    };
    thread::scope(|scope| {
        scope.spawn(end);
        end();
    });
}

/// A `join` with a time-out says truthfully whether all threads have left.
///
/// Time-outs fire at any moment.
fn join_timeout_is_truthful() {
    let pool = pool(1, 0);
    pool.execute(|| (), |_| ()).unwrap();
    pool.close();
    match pool.join_timeout(LONG) {
        Ok(()) => assert_eq!(pool.sizes().spawned, 0),
        Err(error) => assert_eq!(error, WaitError::TimedOut),
    }
}

/// A task that waits for its own pool is refused, in whichever way it does.
fn a_task_cannot_wait_for_its_pool() {
    let pool = Arc::new(pool(1, 0));
    let (answer, answered) = mpsc::channel();
    let its_pool = Arc::clone(&pool);
    let task = move || {
        let idle = its_pool.wait_idle();
        its_pool.close();
        answer.send((idle, its_pool.join())).unwrap();
    };
    pool.execute(task, |_| ()).unwrap();
    assert_eq!(answered.recv().unwrap(), (Err(WaitError::FromTask), Err(WaitError::FromTask)));
    pool.join().unwrap();
}

/// A handle's value comes with `join`, whoever is first.
fn a_handle_has_the_value() {
    let pool = pool(1, 0);
    let handle = pool.submit(|| 42).unwrap();
    assert_eq!(handle.join().unwrap(), 42);
}

/// `cancel` says true if and only if the task never runs.
fn cancel_is_truthful() {
    let run = Arc::new(AtomicUsize::new(0));
    let pool = pool(1, 0);
    let its_run = Arc::clone(&run);
    let handle = pool.submit(move || its_run.fetch_add(1, SeqCst)).unwrap();
    let cancelled = handle.cancel();
    assert_eq!(matches!(handle.join(), Err(TaskError::Cancelled)), cancelled);
    pool.wait_idle().unwrap();
    assert_eq!(run.load(SeqCst), usize::from(!cancelled));
}

/// A handle whose task was thrown away at the end says so; it does not wait for ever.
fn a_dropped_task_tells_its_handle() {
    let pool = pool(1, 0);
    let handle = pool.submit(|| 42).unwrap();
    let begun = pool.terminate().is_empty();
    match handle.join() {
        Ok(value) => assert!(begun && value == 42),
        Err(error) => assert!(!begun && matches!(error, TaskError::Cancelled)),
    }
}

/// A handle that gives up has its value later.
///
/// Time-outs fire at any moment.
fn a_handle_waits_twice() {
    let pool = pool(1, 0);
    let handle = pool.submit(|| 42).unwrap();
    let value = match handle.join_timeout(LONG) {
        Ok(value) => value,
        Err(handle) => handle.join(),
    };
    assert_eq!(value.unwrap(), 42);
}

/// `wait_idle` with a time-out says truthfully whether the task has run.
///
/// Time-outs fire at any moment.
fn wait_idle_timeout_is_truthful() {
    let run = Arc::new(AtomicUsize::new(0));
    let pool = pool(1, 0);
    let its_run = Arc::clone(&run);
    pool.execute(move || its_run.fetch_add(1, SeqCst), |_| ()).unwrap();
    match pool.wait_idle_timeout(LONG) {
        Ok(()) => assert_eq!(run.load(SeqCst), 1),
        Err(error) => assert_eq!(error, WaitError::TimedOut),
    }
}

/// Whoever waits until the pool is idle is told when another takes its tasks away.
fn terminate_tells_who_waits_for_idle() {
    let pool = pool(1, 0);
    thread::scope(|scope| {
        pool.execute(|| (), |_| ()).unwrap();
        scope.spawn(|| pool.wait_idle().unwrap());
        drop(pool.terminate());
    });
}

/// `terminate` against `execute`: the task runs, comes back from the one, or from the other.
fn terminate_against_execute() {
    let run = Arc::new(AtomicUsize::new(0));
    let pool = pool(1, 0);
    let (accepted, rest) = thread::scope(|scope| {
        let rest = scope.spawn(|| pool.terminate().len());
        let run = Arc::clone(&run);
        let accepted = pool.execute(move || run.fetch_add(1, SeqCst), |_| ()).is_ok();
        (accepted, rest.join().unwrap())
    });
    pool.join().unwrap();
    assert_eq!(run.load(SeqCst) + rest, usize::from(accepted));
}
