//! Close, terminate, join, drop.

use ch11_thread_pool::{ExecuteError, TaskError, ThreadPool, WaitError};
use std::cell::RefCell;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;
use test_support::valgrind;

const MOMENT: Duration = Duration::from_millis(1);
const A_MINUTE: Duration = Duration::from_secs(60);

/// A pool of two threads that are both held until the returned barrier is
/// passed, and ten tasks that wait and count themselves.
fn held() -> (Arc<ThreadPool>, Arc<Barrier>, Arc<AtomicUsize>) {
    let pool = Arc::new(ThreadPool::new(2));
    let gate = Arc::new(Barrier::new(3));
    let count = Arc::new(AtomicUsize::new(0));
    for _ in 0..2 {
        let gate = Arc::clone(&gate);
        pool.execute(move || (gate.wait(), gate.wait()), |_| ()).unwrap();
    }
    for _ in 0..10 {
        let count = Arc::clone(&count);
        pool.execute(move || count.fetch_add(1, Relaxed), |_| ()).unwrap();
    }
    gate.wait(); // both have begun
    (pool, gate, count)
}

#[test]
fn close_finishes_every_task() {
    let (pool, gate, count) = held();
    pool.close();
    pool.close(); // twice is once
    assert!(matches!(pool.submit(|| ()), Err(ExecuteError::Closed(_))));
    gate.wait();
    pool.join().unwrap();
    assert_eq!(count.load(Relaxed), 10);
    assert_eq!((pool.sizes().spawned, pool.sizes().idle, pool.sizes().waiting), (0, 0, 0));
}

/// A thread-local value whose destructor blocks until it is told to go on. It tells whether it
/// was; it gives up after a minute, so that a test that fails ends.
struct Stubborn {
    go_on: mpsc::Receiver<()>,
    report: mpsc::Sender<bool>,
}

impl Drop for Stubborn {
    fn drop(&mut self) {
        let told = self.go_on.recv_timeout(A_MINUTE).is_ok();
        let _ = self.report.send(told);
    }
}

#[test]
fn a_join_with_a_time_out_does_not_wait_for_thread_local_values_and_one_without_does() {
    thread_local! { static LEFT: RefCell<Option<Stubborn>> = const { RefCell::new(None) } }
    let ((tell, go_on), (report, told)) = (mpsc::channel(), mpsc::channel());
    let pool = ThreadPool::new(1);
    let _ = pool.submit(|| LEFT.set(Some(Stubborn { go_on, report }))).unwrap();
    pool.close();
    pool.join_timeout(Duration::MAX).unwrap();
    assert_eq!(pool.sizes().spawned, 0);
    tell.send(()).unwrap();
    pool.join().unwrap();
    assert_eq!(told.try_recv(), Ok(true), "the destructor had to give up, or runs yet");
}

#[test]
fn terminate_returns_what_was_not_begun() {
    let (pool, gate, count) = held();
    let tasks = pool.terminate();
    assert_eq!((tasks.len(), pool.sizes().waiting), (10, 0));
    assert_eq!((pool.sizes().spawned, pool.sizes().idle), (2, 0));
    assert_eq!(format!("{:?}", tasks[0]), "Task(..)");
    assert_eq!(pool.terminate().len(), 0);
    assert!(matches!(pool.submit(|| ()), Err(ExecuteError::Closed(_))));
    gate.wait();
    pool.join().unwrap();
    assert_eq!(count.load(Relaxed), 0);
    tasks.into_iter().for_each(|task| task.run());
    assert_eq!(count.load(Relaxed), 10);
}

#[test]
fn terminate_after_close_returns_the_rest() {
    let (pool, gate, count) = held();
    pool.close();
    assert_eq!(pool.terminate().len(), 10);
    gate.wait();
    pool.join().unwrap();
    assert_eq!(count.load(Relaxed), 0);
}

#[test]
fn terminate_with_idle_threads_leaves_the_books_in_order() {
    // The tasks have been given to threads; whether those have taken them yet
    // differs from round to round.
    for _ in 0..300 {
        let pool = ThreadPool::new(2);
        let count = Arc::new(AtomicUsize::new(0));
        for _ in 0..3 {
            let count = Arc::clone(&count);
            pool.execute(move || count.fetch_add(1, Relaxed), |_| ()).unwrap();
        }
        let came_back = pool.terminate().len();
        let sizes = pool.sizes();
        assert!(sizes.idle <= sizes.spawned && sizes.spawned <= 2, "{sizes:?}");
        pool.join().unwrap();
        assert_eq!((pool.sizes().spawned, pool.sizes().idle), (0, 0));
        assert_eq!(came_back + count.load(Relaxed), 3);
    }
}

#[test]
fn who_waits_for_room_is_told_of_the_end() {
    for round in 0..100 {
        let pool = ThreadPool::bounded(1, 1);
        let gate = Arc::new(Barrier::new(2));
        let held = Arc::clone(&gate);
        pool.execute(move || (held.wait(), held.wait()), |_| ()).unwrap();
        gate.wait();
        pool.execute(|| (), |_| ()).unwrap();
        thread::scope(|scope| {
            let waiting = [0; 3].map(|_| scope.spawn(|| pool.submit(|| "mine")));
            (0..5).for_each(|_| thread::yield_now());
            if round % 2 == 0 {
                pool.close();
            } else {
                assert_eq!(pool.terminate().len(), 1);
            }
            for caller in waiting {
                let refused = caller.join().unwrap().unwrap_err();
                assert!(matches!(refused, ExecuteError::Closed(_)));
                assert_eq!(refused.into_task()(), "mine");
            }
        });
        gate.wait();
    }
}

#[test]
fn a_dropped_task_cancels_its_handle_and_skips_its_callback() {
    let pool = ThreadPool::new(1);
    let gate = Arc::new(Barrier::new(2));
    let held = Arc::clone(&gate);
    pool.execute(move || (held.wait(), held.wait()), |_| ()).unwrap();
    gate.wait();
    let handle = pool.submit(|| ()).unwrap();
    pool.execute(|| (), |_| panic!("the callback ran")).unwrap();
    drop(pool.terminate());
    assert!(matches!(handle.join(), Err(TaskError::Cancelled)));
    gate.wait();
}

#[test]
fn waiting_for_an_open_pool_is_an_error() {
    let pool = ThreadPool::new(1);
    assert_eq!(pool.join(), Err(WaitError::Open));
    assert_eq!(pool.join_timeout(MOMENT), Err(WaitError::Open));
    pool.wait_idle().unwrap();
    pool.close();
    pool.join().unwrap();
    pool.join().unwrap();
    pool.join_timeout(MOMENT).unwrap();
    assert!(WaitError::Open.to_string().contains("close or terminate it first"));
}

#[test]
fn waiting_has_a_limit() {
    let (pool, gate, _) = held();
    assert_eq!(pool.wait_idle_timeout(MOMENT), Err(WaitError::TimedOut));
    pool.close();
    assert_eq!(pool.join_timeout(MOMENT), Err(WaitError::TimedOut));
    gate.wait();
    pool.wait_idle_timeout(Duration::MAX).unwrap();
    pool.join_timeout(Duration::MAX).unwrap();
}

#[test]
fn a_task_cannot_wait_for_its_own_pool() {
    let pool = Arc::new(ThreadPool::new(1));
    let own = Arc::clone(&pool);
    let waits = move || {
        let idle = (own.wait_idle(), own.wait_idle_timeout(MOMENT));
        own.close();
        (idle, own.join(), own.join_timeout(MOMENT))
    };
    let expected = Err(WaitError::FromTask);
    let answers = pool.submit(waits).unwrap().join().unwrap();
    assert_eq!(answers, ((expected, expected), expected, expected));
}

#[test]
fn dropping_a_pool_runs_every_task() {
    let count = Arc::new(AtomicUsize::new(0));
    let pool = ThreadPool::new(3);
    for _ in 0..100 {
        let count = Arc::clone(&count);
        pool.execute(move || count.fetch_add(1, Relaxed), |_| ()).unwrap();
    }
    drop(pool);
    assert_eq!(count.load(Relaxed), 100);
}

#[test]
fn a_task_may_drop_its_own_pool() {
    let pool = Arc::new(ThreadPool::new(1));
    let gate = Arc::new(Barrier::new(2));
    let (sender, receiver) = mpsc::channel();
    let (own, its_gate) = (Arc::clone(&pool), Arc::clone(&gate));
    let task = move || {
        its_gate.wait(); // main has let go of the pool
        drop(own);
        sender.send("went on").unwrap();
    };
    pool.execute(task, |_| ()).unwrap();
    drop(pool);
    gate.wait();
    assert_eq!(receiver.recv(), Ok("went on"));
}

#[test]
fn clean_under_valgrind() {
    valgrind::clean(&[]);
}
