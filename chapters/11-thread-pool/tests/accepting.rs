//! Which threads are started, and which tasks wait or are refused.

use ch11_thread_pool::{ExecuteError, Sizes, ThreadPool};
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;
use test_support::valgrind;

const MOMENT: Duration = Duration::from_millis(1);

/// Gives each of the pool's threads a task that holds it until the barrier,
/// which waits for all of them and the caller.
fn hold_all(pool: &ThreadPool) -> Arc<Barrier> {
    let gate = Arc::new(Barrier::new(pool.max_threads() + 1));
    for _ in 0..pool.max_threads() {
        let gate = Arc::clone(&gate);
        pool.execute(move || gate.wait(), |_| ()).unwrap();
    }
    gate
}

fn sizes(spawned: usize, idle: usize, waiting: usize) -> Sizes {
    Sizes { spawned, idle, waiting }
}

#[test]
fn no_thread_is_started_while_one_is_idle() {
    let pool = ThreadPool::new(3);
    assert_eq!(pool.sizes(), sizes(0, 0, 0));
    for _ in 0..100 {
        pool.execute(|| (), |_| ()).unwrap();
        pool.wait_idle().unwrap();
        assert_eq!(pool.sizes(), sizes(1, 1, 0));
    }
}

#[test]
fn a_burst_on_one_idle_thread_starts_the_others() {
    let pool = ThreadPool::new(3);
    pool.execute(|| (), |_| ()).unwrap();
    pool.wait_idle().unwrap();
    // All three have to be there for the gate to open.
    let gate = hold_all(&pool);
    assert_eq!(pool.sizes(), sizes(3, 0, 0));
    gate.wait();
    pool.wait_idle().unwrap();
    assert_eq!(pool.sizes(), sizes(3, 3, 0));
}

#[test]
fn never_more_threads_than_allowed() {
    let pool = Arc::new(ThreadPool::new(2));
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..250 {
                    let (now, most) = (Arc::clone(&now), Arc::clone(&most));
                    let task = move || {
                        most.fetch_max(now.fetch_add(1, Relaxed) + 1, Relaxed);
                        thread::yield_now();
                        now.fetch_sub(1, Relaxed);
                    };
                    pool.execute(task, |_| ()).unwrap();
                    let sizes = pool.sizes();
                    assert!(sizes.idle <= sizes.spawned && sizes.spawned <= 2, "{sizes:?}");
                    assert!(sizes.waiting == 0 || sizes.idle == 0, "{sizes:?}");
                }
            });
        }
    });
    pool.wait_idle().unwrap();
    assert!(most.load(Relaxed) <= 2);
    assert_eq!(pool.sizes().idle, pool.sizes().spawned);
}

#[test]
fn one_thread_takes_tasks_in_order() {
    let pool = ThreadPool::new(1);
    let (sender, receiver) = mpsc::channel();
    for i in 0..100 {
        let sender = sender.clone();
        pool.execute(move || i, move |i| sender.send(i.unwrap()).unwrap()).unwrap();
    }
    drop(sender);
    assert!(receiver.into_iter().eq(0..100));
}

#[test]
fn a_bounded_pool_refuses_and_gives_the_task_back() {
    let pool = ThreadPool::bounded(1, 2);
    let gate = hold_all(&pool);
    pool.execute(|| (), |_| ()).unwrap();
    let _ = pool.submit(|| ()).unwrap();
    assert_eq!(pool.sizes(), sizes(1, 0, 2));

    let refused = pool.try_submit(|| "submitted").unwrap_err();
    assert!(matches!(refused, ExecuteError::Full(_)));
    assert_eq!(refused.into_task()(), "submitted");
    let refused = pool.submit_timeout(|| "submitted", MOMENT).unwrap_err();
    assert_eq!((format!("{refused:?}"), refused.into_task()()), ("Full(..)".into(), "submitted"));

    let refused = pool.try_execute(|| "executed", |_| ()).unwrap_err();
    assert_eq!(refused.to_string(), "the thread pool's task queue is full");
    assert_eq!(refused.into_task().0(), "executed");
    let refused = pool.execute_timeout(|| "executed", |_| (), MOMENT).unwrap_err();
    assert_eq!(refused.into_task().0(), "executed");

    gate.wait();
    assert!(pool.submit_timeout(|| true, Duration::MAX).unwrap().join().unwrap());
}

#[test]
fn an_idle_thread_takes_a_task_however_small_the_bound() {
    let pool = ThreadPool::bounded(2, 1);
    let gate = hold_all(&pool);
    gate.wait();
    for _ in 0..500 {
        pool.wait_idle().unwrap();
        // Two threads are idle: both tasks are given to one, and a third waits.
        let gate = Arc::new(Barrier::new(3));
        for _ in 0..2 {
            let gate = Arc::clone(&gate);
            pool.try_execute(move || gate.wait(), |_| ()).unwrap();
        }
        pool.try_execute(|| (), |_| ()).unwrap();
        assert!(matches!(pool.try_execute(|| (), |_| ()), Err(ExecuteError::Full(_))));
        gate.wait();
    }
}

#[test]
fn who_waits_for_room_goes_on_when_there_is_some() {
    // Two threads end their tasks at the same moment, and both of the callers
    // that wait for room have to learn of it.
    for _ in 0..200 {
        let pool = ThreadPool::bounded(2, 1);
        let gate = hold_all(&pool);
        pool.execute(|| (), |_| ()).unwrap();
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| pool.execute(|| (), |_| ()).unwrap());
            }
            gate.wait();
        });
        pool.wait_idle().unwrap();
        assert_eq!(pool.sizes(), sizes(2, 2, 0));
    }
}

#[test]
fn tasks_may_execute_tasks() {
    let pool = Arc::new(ThreadPool::new(1));
    let (sender, receiver) = mpsc::channel();
    let inner = Arc::clone(&pool);
    let outer = move || {
        for i in 0..10 {
            let sender = sender.clone();
            inner.execute(move || sender.send(i).unwrap(), |_| ()).unwrap();
        }
    };
    pool.execute(outer, |_| ()).unwrap();
    assert!(receiver.into_iter().eq(0..10));
}

#[test]
fn threads_have_names_and_are_used_again() {
    let pool = ThreadPool::new(2);
    let names: HashSet<_> = (0..50)
        .map(|_| pool.submit(|| thread::current().name().unwrap().to_owned()).unwrap())
        .map(|handle| handle.join().unwrap())
        .collect();
    assert!(names.iter().all(|name| name == "pool-0" || name == "pool-1"), "{names:?}");
}

#[test]
fn zero_threads_means_one_for_each_cpu() {
    let cpus = thread::available_parallelism().map_or(1, usize::from);
    assert_eq!(ThreadPool::new(0).max_threads(), cpus);
    assert_eq!(ThreadPool::default().max_threads(), cpus);
}

#[test]
fn errors_and_pools_can_be_shown() {
    let pool = ThreadPool::bounded(2, 3);
    assert_eq!(
        format!("{pool:?}"),
        "ThreadPool { max_threads: 2, max_waiting: 3, \
         sizes: Sizes { spawned: 0, idle: 0, waiting: 0 }, .. }"
    );
    let error = ExecuteError::NoThread("task", std::io::Error::other("no more"));
    assert_eq!(error.to_string(), "the thread pool could not start a thread");
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "no more");
    assert!(format!("{error:?}").contains("no more"));
    assert_eq!(error.into_task(), "task");
}

#[test]
fn how_often_threads_look_changes_nothing() {
    for looks in [0, 1, 1000] {
        let pool = ThreadPool::builder().max_threads(2).max_waiting(1).looks(looks).build();
        for n in 0..100 {
            pool.execute(|| (), |_| ()).unwrap();
            assert_eq!(pool.submit(move || n).unwrap().join().unwrap(), n);
        }
        pool.wait_idle().unwrap();
        assert!(pool.sizes().idle == pool.sizes().spawned);
    }
}

#[test]
fn a_builder_has_the_defaults_of_new() {
    let pool = ThreadPool::builder().build();
    assert_eq!(pool.max_threads(), ThreadPool::default().max_threads());
    assert_eq!(
        format!("{:?}", ThreadPool::builder().max_threads(2)),
        "Builder { max_threads: 2, max_waiting: 0, looks: 16 }"
    );
}

#[test]
fn a_pool_may_be_shared_and_sent() {
    fn check<T: Send + Sync + std::panic::UnwindSafe + std::panic::RefUnwindSafe>() {}
    check::<ThreadPool>();
    check::<ch11_thread_pool::TaskHandle<i32>>();
    check::<ch11_thread_pool::TaskPanic>();
    check::<ch11_thread_pool::Builder>();
    check::<ch11_thread_pool::Guard<u8, fn(u8)>>();
    check::<Sizes>();
    fn check_sent<T: Send>() {}
    check_sent::<ch11_thread_pool::Task>();
    // What is thrown and passed on crosses threads, and `?` takes it into any error type.
    fn check_error<T: std::error::Error + Send + Sync + 'static>() {}
    check_error::<ExecuteError<u8>>();
    check_error::<ch11_thread_pool::TaskError>();
    check_error::<ch11_thread_pool::TaskPanic>();
    check_error::<ch11_thread_pool::WaitError>();
    check_error::<ch11_thread_pool::ContextError<std::fmt::Error>>();
}

#[test]
fn clean_under_valgrind() {
    valgrind::clean(&[]);
}
