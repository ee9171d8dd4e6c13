//! What users' code does with a pool that nobody would recommend. What should come
//! of it stands above each, and was written before it ran. Nothing hangs, and no task is lost.

use ch11_thread_pool::{
    ContextError, ExecuteError, TaskError, TaskHandle, ThreadPool, WaitError, Yielder, defer,
    guard, with,
};
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

/// Longer than anything here takes; what hangs then fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs this in a thread, so that what hangs fails.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, is_done) = channel();
    thread::spawn(move || done.send(work()));
    is_done.recv_timeout(PATIENCE).expect("it hangs or panicked")
}

/// A pool of one thread that is busy until the sender is dropped.
fn busy() -> (ThreadPool, Sender<()>) {
    let (leave, left) = channel::<()>();
    let (begun, has_begun) = channel();
    let pool = ThreadPool::bounded(1, 2);
    pool.execute(
        move || {
            begun.send(()).unwrap();
            let _ = left.recv();
        },
        drop,
    )
    .unwrap();
    has_begun.recv().unwrap();
    (pool, leave)
}

/// Panics when it is dropped.
struct Loud;

impl Drop for Loud {
    fn drop(&mut self) {
        panic!("a destructor's own panic");
    }
}

/// Each task that was accepted runs, or is returned; each handle hears of its end.
#[test]
fn who_submits_while_others_shut_down_loses_no_task() {
    for round in 0..30 {
        let pool = Arc::new(ThreadPool::bounded(2, round % 3));
        let ran = Arc::new(AtomicUsize::new(0));
        let submitters: Vec<_> = (0..3)
            .map(|_| {
                let (pool, ran) = (Arc::clone(&pool), Arc::clone(&ran));
                thread::spawn(move || {
                    let submit = || {
                        let ran = Arc::clone(&ran);
                        pool.submit(move || ran.fetch_add(1, SeqCst))
                    };
                    (0..50).map_while(|_| submit().ok()).collect::<Vec<_>>()
                })
            })
            .collect();
        let returned = pool.terminate();
        let handles = submitters.into_iter().flat_map(|thread| thread.join().unwrap());
        let handles: Vec<TaskHandle<usize>> = handles.collect();
        let accepted = handles.len();
        pool.join().unwrap();
        assert_eq!(ran.load(SeqCst) + returned.len(), accepted);
        drop(returned);
        let ended = handles.into_iter().map(TaskHandle::join);
        let cancelled = ended.filter(|end| matches!(end, Err(TaskError::Cancelled))).count();
        assert_eq!(ran.load(SeqCst) + cancelled, accepted);
    }
}

/// It is told that its own pool is what it waits for; so are `join` and both time-outs.
#[test]
fn a_task_that_waits_for_its_own_pool_is_told() {
    let pool = Arc::new(ThreadPool::new(1));
    let its_own = Arc::clone(&pool);
    let told = pool.submit(move || {
        let idle = [its_own.wait_idle(), its_own.wait_idle_timeout(PATIENCE)];
        its_own.close();
        [idle, [its_own.join(), its_own.join_timeout(PATIENCE)]].concat()
    });
    assert_eq!(told.unwrap().join().unwrap(), [Err(WaitError::FromTask); 4]);
}

/// The time-out is over, at once or after no time; the task comes back, and nothing has run.
#[test]
fn time_outs_of_nothing_give_the_task_back() {
    let (pool, leave) = busy();
    let kept: Vec<_> = (0..2).map(|n| pool.submit(move || n).unwrap()).collect();
    for timeout in [Duration::ZERO, Duration::from_nanos(1)] {
        let refused = pool.submit_timeout(|| 7, timeout).unwrap_err();
        assert!(matches!(refused, ExecuteError::Full(_)));
        assert_eq!(refused.into_task()(), 7);
        assert!(matches!(pool.execute_timeout(|| (), drop, timeout), Err(ExecuteError::Full(_))));
        assert_eq!(pool.wait_idle_timeout(timeout), Err(WaitError::TimedOut));
    }
    drop(leave);
    let values: Vec<i32> = kept.into_iter().map(|handle| handle.join().unwrap()).collect();
    assert_eq!(values, [0, 1]);
}

/// A time that no clock can hold is none: the task is accepted, the result comes.
#[test]
fn time_outs_of_eternity_are_none() {
    in_time(|| {
        let (pool, leave) = busy();
        let handles = [1, 2].map(|n| pool.submit_timeout(move || n, Duration::MAX).unwrap());
        let waiting = thread::spawn(move || {
            let third = pool.submit_timeout(|| 3, Duration::MAX).unwrap();
            (third.join_timeout(Duration::MAX).unwrap().unwrap(), pool)
        });
        drop(leave);
        let (third, pool) = waiting.join().unwrap();
        assert_eq!(third, 3);
        assert_eq!(pool.wait_idle_timeout(Duration::MAX), Ok(()));
        pool.close();
        assert_eq!(pool.join_timeout(Duration::MAX), Ok(()));
        assert_eq!(handles.map(|handle| handle.join().unwrap()), [1, 2]);
    });
}

/// One for each CPU, not none; bounds of 0 and of everything are no bounds.
#[test]
fn numbers_at_the_edge_of_their_range() {
    in_time(|| {
        for (threads, waiting) in [(0, 0), (0, usize::MAX), (usize::MAX, 0), (1, usize::MAX)] {
            let pool = ThreadPool::bounded(threads, waiting);
            assert!(pool.max_threads() > 0);
            let handles: Vec<_> = (0..20).map(|n| pool.submit(move || n).unwrap()).collect();
            let sum: i32 = handles.into_iter().map(|handle| handle.join().unwrap()).sum();
            assert_eq!(sum, 190);
        }
        let pool = ThreadPool::builder().max_threads(2).looks(u32::MAX).build();
        assert_eq!(pool.submit(|| 1).unwrap().join().unwrap(), 1);
    });
}

/// The second and the third do nothing; a task after them is refused.
#[test]
fn a_pool_is_ended_three_times() {
    let pool = ThreadPool::new(2);
    pool.submit(|| ()).unwrap().join().unwrap();
    pool.close();
    assert!(pool.terminate().is_empty());
    pool.close();
    assert_eq!([pool.join(), pool.join(), pool.wait_idle()], [Ok(()); 3]);
    assert!(matches!(pool.submit(|| ()), Err(ExecuteError::Closed(_))));
    assert_eq!(pool.sizes().spawned, 0);
}

/// Both return when all has ended; neither takes anything from the other.
#[test]
fn two_threads_join_one_pool() {
    in_time(|| {
        let (pool, leave) = busy();
        let pool = Arc::new(pool);
        pool.close();
        let others: Vec<_> = (0..3)
            .map(|_| {
                let pool = Arc::clone(&pool);
                thread::spawn(move || (pool.join(), pool.join_timeout(PATIENCE)))
            })
            .collect();
        drop(leave);
        for other in others {
            assert_eq!(other.join().unwrap(), (Ok(()), Ok(())));
        }
    });
}

/// `try_execute` says that it is full, so that a task does not wait for itself.
#[test]
fn a_task_gives_its_own_full_pool_more() {
    let pool = Arc::new(ThreadPool::bounded(1, 1));
    let its_own = Arc::clone(&pool);
    let refused = pool.submit(move || {
        let tries = (0..3).map(|_| its_own.try_execute(|| (), drop).is_err());
        tries.collect::<Vec<_>>()
    });
    assert_eq!(refused.unwrap().join().unwrap(), [false, true, true]);
}

/// It ends by itself: the pool's last handle goes in a task, whose thread cannot wait for itself.
#[test]
fn the_pool_goes_with_its_own_callback() {
    in_time(|| {
        let (done, is_done) = channel();
        let pool = Arc::new(ThreadPool::new(1));
        let last = Arc::new(OnceLock::new());
        let its_last = Arc::clone(&last);
        let callback = move |_| {
            drop(Arc::into_inner(its_last).and_then(OnceLock::into_inner));
            done.send(()).unwrap();
        };
        let submitted = Arc::clone(&pool);
        assert!(last.set(pool).is_ok());
        drop(last);
        submitted.execute(|| (), callback).unwrap();
        drop(submitted);
        is_done.recv().unwrap();
    });
}

/// The caller of `cancel` gets the panic of what the task held; the handle says that it was
/// cancelled, and the pool goes on.
#[test]
fn a_cancelled_task_panics_when_dropped() {
    let (pool, leave) = busy();
    let loud = Loud;
    let handle = pool.submit(move || drop(loud)).unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| handle.cancel())).is_err());
    assert!(handle.is_finished());
    assert!(!handle.cancel(), "once is enough");
    drop(leave);
    assert!(matches!(handle.join(), Err(TaskError::Cancelled)));
    assert_eq!(pool.submit(|| 5).unwrap().join().unwrap(), 5);
}

/// What is thrown is nobody's text; it comes out as it went in, and its destructor's panic hurts
/// no other task.
#[test]
fn panics_that_carry_no_text() {
    let pool = ThreadPool::new(1);
    let error = pool.submit(|| panic_any(42_u8)).unwrap().join().unwrap_err();
    let TaskError::Panicked(panic) = error else { panic!("{error}") };
    assert_eq!(panic.message(), "a value that is not text");
    assert_eq!(*panic.into_payload().downcast::<u8>().unwrap(), 42);
    for _ in 0..10 {
        drop(pool.submit(|| panic_any(Loud)).unwrap());
    }
    assert_eq!(pool.submit(|| 5).unwrap().join().unwrap(), 5);
}

/// They run where they are run, even twice as many as the pool would have; handles hear of it.
#[test]
fn returned_tasks_are_run_by_hand_after_the_pool_has_gone() {
    let (pool, leave) = busy();
    let handles: Vec<_> = (0..2).map(|n| pool.submit(move || n).unwrap()).collect();
    let returned = pool.terminate();
    drop(leave);
    drop(pool);
    assert_eq!(returned.len(), 2);
    let mut returned = returned.into_iter();
    thread::spawn({
        let first = returned.next().unwrap();
        move || first.run()
    })
    .join()
    .unwrap();
    drop(returned);
    let ends: Vec<_> = handles.into_iter().map(TaskHandle::join).collect();
    assert!(matches!(&ends[..], [Ok(0), Err(TaskError::Cancelled)]), "{ends:?}");
}

/// Such a thread is woken for nothing, looks, and goes on waiting; nothing is lost or done twice.
#[test]
fn tasks_leave_wake_ups_behind() {
    in_time(|| {
        let pool = Arc::new(ThreadPool::new(2));
        let threads = Arc::new(Mutex::new(Vec::new()));
        for n in 0..200 {
            let (threads, its_own) = (Arc::clone(&threads), Arc::clone(&pool));
            let meddle = move || {
                let this = thread::current();
                this.unpark();
                threads.lock().unwrap().push(this);
                threads.lock().unwrap().iter().for_each(thread::Thread::unpark);
                its_own.try_submit(move || n).unwrap()
            };
            assert_eq!(pool.submit(meddle).unwrap().join().unwrap().join().unwrap(), n);
        }
    });
}

/// Each says what the manager did not do; no value is lost, none is dropped twice.
#[test]
fn managers_that_do_not_do_what_managers_do() {
    async fn gives_and_forgets(caller: Yielder<u8>) -> Result<(), String> {
        drop(caller.give(1));
        Ok(())
    }
    async fn gives_and_waits_for_ever(caller: Yielder<u8>) -> Result<(), String> {
        caller.give(1).await;
        std::future::pending().await
    }
    async fn waits_first(caller: Yielder<u8>) -> Result<(), String> {
        std::future::pending::<()>().await;
        caller.give(1).await;
        Ok(())
    }
    let never = |_: &mut u8| -> Result<(), String> { panic!("there is nothing to give") };
    assert_eq!(with(gives_and_forgets, never), Err(ContextError::DidNotYield));
    assert_eq!(with(waits_first, never), Err(ContextError::DidNotYield));
    assert_eq!(with(gives_and_waits_for_ever, |_| Ok(())), Err(ContextError::DidNotStop));
    // Taken apart, forgotten, and in each other: what is left to run runs once.
    let ends = Mutex::new(Vec::new());
    let note = |what| ends.lock().unwrap().push(what);
    {
        let outer = guard(guard(1, |_| note("inner")), |_| note("outer"));
        let inner = ch11_thread_pool::Guard::into_inner(outer);
        std::mem::forget(defer(|| note("forgotten")));
        drop(inner);
    }
    assert_eq!(*ends.lock().unwrap(), ["inner"]);
}
