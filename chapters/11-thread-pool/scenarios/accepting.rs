//! A pool takes tasks: each runs once, on never more threads than allowed.

use ch11_thread_pool::{ExecuteError, Sizes, ThreadPool};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(60);

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

/// A task runs once, and its callback gets its value. When the pool is idle, both are over.
fn a_task_and_its_callback() {
    let sum = Arc::new(AtomicUsize::new(0));
    let pool = pool(1, 0);
    let callback_sum = Arc::clone(&sum);
    let callback = move |value: Result<usize, _>| {
        callback_sum.fetch_add(value.unwrap(), SeqCst);
    };
    pool.execute(|| 42, callback).unwrap();
    pool.wait_idle().unwrap();
    assert_eq!(sum.load(SeqCst), 42);
}

/// One thread, two tasks: every snapshot, also those that the tasks take, adds up.
fn snapshots_of_one_thread() {
    let pool = Arc::new(pool(1, 0));
    for _ in 0..2 {
        let its_pool = Arc::downgrade(&pool);
        let task = move || {
            // None if main has let go of the pool already.
            if let Some(pool) = its_pool.upgrade() {
                let sizes = check(&pool);
                assert_eq!((sizes.spawned, sizes.idle), (1, 0), "a thread runs this task");
            }
        };
        pool.execute(task, |_| ()).unwrap();
        check(&pool);
    }
    pool.wait_idle().unwrap();
    assert_eq!(check(&pool), Sizes { spawned: 1, idle: 1, waiting: 0 });
}

/// Two threads, two tasks: the snapshots before and after the end add up.
fn snapshots_of_two_threads() {
    let pool = pool(2, 0);
    for _ in 0..2 {
        pool.execute(|| (), |_| ()).unwrap();
    }
    drop(pool.terminate());
    check(&pool);
    pool.join().unwrap();
    assert_eq!(check(&pool), Sizes { spawned: 0, idle: 0, waiting: 0 });
}

/// While a thread is idle, no other is started.
fn an_idle_thread_is_used_again() {
    let pool = pool(2, 0);
    for _ in 0..2 {
        pool.execute(|| (), |_| ()).unwrap();
        pool.wait_idle().unwrap();
        assert_eq!(pool.sizes(), Sizes { spawned: 1, idle: 1, waiting: 0 });
    }
}

/// A second thread is started while the first is busy: the second task ends before the first may.
fn two_tasks_run_at_the_same_time() {
    let pool = ThreadPool::builder().max_threads(2).looks(0).build();
    // No channels, whose waiting is by `park` as the pool's is: each way in which they can meet would be tried.
    let met = Arc::new(Barrier::new(2));
    for _ in 0..2 {
        let met = Arc::clone(&met);
        pool.execute(move || drop(met.wait()), |_| ()).unwrap();
    }
    assert_eq!(pool.sizes().spawned, 2);
}

/// One thread may be busy and one task wait. The next one comes back, whole, or has found room.
fn a_full_pool_gives_the_task_back() {
    let pool = pool(1, 1);
    let (go, gone) = mpsc::channel();
    pool.execute(move || gone.recv().unwrap(), |_| ()).unwrap();
    pool.try_execute(|| (), |_| ()).unwrap();
    let refused = pool.try_execute(|| "back", |_| ()).unwrap_err();
    assert!(matches!(refused, ExecuteError::Full(_)));
    assert_eq!((refused.into_task().0)(), "back");
    go.send(()).unwrap();
}

/// Whoever waits for room gets it as soon as a task has ended.
fn who_waits_for_room_gets_it() {
    let run = Arc::new(AtomicUsize::new(0));
    let pool = pool(1, 1);
    for _ in 0..3 {
        let run = Arc::clone(&run);
        pool.execute(move || run.fetch_add(1, SeqCst), |_| ()).unwrap();
        check(&pool);
    }
    pool.wait_idle().unwrap();
    assert_eq!(run.load(SeqCst), 3);
}

/// Who waits for room with a time-out gets it or the task back, never both.
///
/// Time-outs fire at any moment.
fn execute_timeout_is_truthful() {
    let run = Arc::new(AtomicUsize::new(0));
    let pool = pool(1, 1);
    let mut accepted = 0;
    for _ in 0..3 {
        let run = Arc::clone(&run);
        match pool.execute_timeout(move || run.fetch_add(1, SeqCst), |_| (), LONG) {
            Ok(()) => accepted += 1,
            Err(refused) => assert!(matches!(refused, ExecuteError::Full(_))),
        }
    }
    pool.wait_idle().unwrap();
    assert_eq!(run.load(SeqCst), accepted);
}

/// A task that gives its own pool another one is not in its own way.
fn a_task_adds_a_task() {
    let run = Arc::new(AtomicUsize::new(0));
    let pool = Arc::new(pool(1, 0));
    let (its_pool, its_run) = (Arc::downgrade(&pool), Arc::clone(&run));
    let task = move || {
        let pool = its_pool.upgrade().expect("main waits below, and holds the pool");
        pool.execute(move || its_run.fetch_add(1, SeqCst), |_| ()).unwrap();
    };
    pool.execute(task, |_| ()).unwrap();
    pool.wait_idle().unwrap();
    assert_eq!(run.load(SeqCst), 1);
}

/// A thread that goes to sleep at once is found by the next task.
fn nobody_looks() {
    let pool = ThreadPool::builder().max_threads(1).looks(0).build();
    for n in 0..2 {
        assert_eq!(pool.submit(move || n).unwrap().join().unwrap(), n);
    }
}

/// A thread that looks twice, and a caller that looks twice for the result.
fn two_looks() {
    let pool = ThreadPool::builder().max_threads(1).looks(2).build();
    assert_eq!(pool.submit(|| 42).unwrap().join().unwrap(), 42);
}

/// Two callers and one thread: both tasks run, and the thread is started once.
fn two_callers() {
    let run = Arc::new(AtomicUsize::new(0));
    let pool = pool(1, 0);
    let give = || {
        let run = Arc::clone(&run);
        pool.execute(move || run.fetch_add(1, SeqCst), |_| ()).unwrap();
        assert_eq!(check(&pool).spawned, 1);
    };
    thread::scope(|scope| {
        scope.spawn(give);
        give();
    });
    pool.wait_idle().unwrap();
    assert_eq!(run.load(SeqCst), 2);
}

/// Two callers and room for two threads: nobody waits, and every snapshot of either caller adds up.
fn two_callers_and_two_threads() {
    let pool = ThreadPool::builder().max_threads(2).looks(0).build();
    let give = || {
        pool.execute(|| (), |_| ()).unwrap();
        assert_eq!(check(&pool).waiting, 0);
    };
    thread::scope(|scope| {
        scope.spawn(give);
        pool.execute(|| (), |_| ()).unwrap();
    });
}

/// One idle thread and two tasks that wait for each other: a second thread is started.
fn two_tasks_and_an_idle_thread() {
    let pool = ThreadPool::builder().max_threads(2).looks(0).build();
    pool.execute(|| (), |_| ()).unwrap();
    pool.wait_idle().unwrap();
    let met = Arc::new(Barrier::new(2));
    for _ in 0..2 {
        let met = Arc::clone(&met);
        pool.execute(move || drop(met.wait()), |_| ()).unwrap();
        assert_eq!(check(&pool).waiting, 0);
    }
}

/// Two callers and room for one task that waits: who finds none waits for room, and gets it.
fn two_callers_and_little_room() {
    let run = Arc::new(AtomicUsize::new(0));
    let pool = ThreadPool::builder().max_threads(1).max_waiting(1).looks(0).build();
    let give = || {
        let run = Arc::clone(&run);
        pool.execute(move || run.fetch_add(1, SeqCst), |_| ()).unwrap();
        assert!(check(&pool).waiting <= 1);
    };
    give();
    thread::scope(|scope| {
        scope.spawn(give);
        give();
    });
    pool.wait_idle().unwrap();
    assert_eq!(run.load(SeqCst), 3);
}
