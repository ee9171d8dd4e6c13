//! The end of a program, and of an execution.

use std::sync::Arc;
use std::time::Duration;

use explore_engine::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use explore_engine::sync::{Condvar, Mutex};
use explore_engine::{Config, Explorer, Status, process, thread};
use trace::{Failure, Operation, ThreadId};

use crate::{explore, failure};

#[test]
fn exit_with_a_code_is_a_failure_and_without_one_is_not() {
    let (failure, _) = failure(|| process::exit(3));
    assert!(matches!(failure, Failure::Exit { code: Some(3), .. }));
    let outcome = explore(|| {
        // The exit comes before, between, or after the other thread's steps; none is a failure.
        let value = Arc::new(AtomicUsize::new(0));
        thread::spawn(move || value.fetch_add(1, Relaxed));
        process::exit(0);
    });
    assert!(outcome.is_proved(), "{outcome}");
    let (failure, _) = self::failure(|| process::abort());
    assert!(matches!(failure, Failure::Exit { code: None, .. }));
}

#[test]
fn a_stack_overflow_is_a_failure() {
    fn deep(n: u64) -> u64 {
        let frame = std::hint::black_box([n; 32]);
        if n == 0 { 0 } else { deep(n - 1) + frame[7] }
    }
    let outcome = explore(|| {
        thread::spawn(|| deep(1 << 40)).join().unwrap();
    });
    let told = "the stack of thread 1 overflows after ";
    assert!(outcome.summary.starts_with(told), "{}", outcome.summary);
    let trace = outcome.trace.expect("a failure has a trace");
    let last = trace.steps.last().expect("it has steps");
    let overflows = matches!(&last.operation, Operation::Panic { message } if message == "its stack overflowed");
    assert!(overflows && last.thread == ThreadId(1), "the story ends with it: {last:?}");
}

#[test]
fn a_destructor_may_lock_while_an_execution_is_unwound() {
    struct Locks(Arc<Mutex<u32>>);
    impl Drop for Locks {
        fn drop(&mut self) {
            *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += 1;
        }
    }
    let (failure, _) = failure(|| {
        let lock = Arc::new(Mutex::new(0));
        let _locks = Locks(Arc::clone(&lock));
        let never = Mutex::new(());
        let _once = never.lock();
        let _twice = never.lock();
    });
    assert!(matches!(failure, Failure::Deadlock { .. }));
}

#[test]
fn a_destructor_that_would_panic_does_not_end_the_process() {
    /// Waits for its thread, as a thread pool does, and takes the lock that this one has.
    struct Pool(Arc<(Mutex<bool>, Condvar)>, Option<thread::JoinHandle<()>>);
    impl Drop for Pool {
        fn drop(&mut self) {
            *self.0.0.lock().unwrap() = true;
            self.0.1.notify_all();
            self.1.take().unwrap().join().unwrap();
        }
    }
    let (failure, _) = failure(|| {
        let shared = Arc::new((Mutex::new(false), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let worker = thread::spawn(move || {
            let ended = theirs.0.lock().unwrap();
            drop(theirs.1.wait_while(ended, |ended| !*ended).unwrap());
        });
        let _pool = Pool(shared, Some(worker));
        thread::park();
    });
    assert!(matches!(failure, Failure::Deadlock { .. }), "{failure:?}");
}

#[test]
fn a_scope_is_unwound_before_what_its_threads_borrow() {
    let (failure, _) = failure(|| {
        let lock = Mutex::new(String::from("borrowed"));
        let pair = Condvar::new();
        thread::scope(|scope| {
            scope.spawn(|| {
                let text = lock.lock().unwrap();
                let text = pair.wait(text).unwrap();
                assert_eq!(*text, "borrowed");
            });
        });
    });
    assert!(matches!(failure, Failure::Deadlock { .. }));
}

#[test]
fn programs_that_are_not_deterministic_are_refused() {
    use std::sync::atomic::AtomicUsize as Real;
    static CALLS: Real = Real::new(0);
    let outcome = explore(|| {
        let value = Arc::new(AtomicUsize::new(0));
        // A counter that the explorer does not know of.
        if CALLS.fetch_add(1, Relaxed).is_multiple_of(2) {
            value.load(SeqCst);
        }
        let theirs = Arc::clone(&value);
        let other = thread::spawn(move || theirs.store(1, SeqCst));
        value.store(2, SeqCst);
        other.join().unwrap();
    });
    assert_eq!(outcome.status, Status::Refused, "{outcome}");
    assert!(outcome.summary.contains("not deterministic"), "{outcome}");
}

#[test]
fn objects_that_the_scenario_did_not_make_are_refused() {
    let shared = Arc::new(Mutex::new(0));
    let outcome = explore(move || {
        let theirs = Arc::clone(&shared);
        thread::spawn(move || *theirs.lock().unwrap() += 1);
        *shared.lock().unwrap() += 1;
    });
    assert_eq!(outcome.status, Status::Refused, "{outcome}");
    assert!(outcome.summary.contains("lives on from one execution to the next"), "{outcome}");
}

#[test]
fn time_outs_fire_when_nothing_else_can_happen() {
    let outcome = explore(|| {
        let pair = (Mutex::new(false), Condvar::new());
        let start = explore_engine::time::Instant::now();
        let guard = pair.0.lock().unwrap();
        let (_guard, result) = pair.1.wait_timeout(guard, Duration::from_secs(3600)).unwrap();
        assert!(result.timed_out());
        assert!(start.elapsed() >= Duration::from_secs(3600), "virtual time has passed");
    });
    assert!(outcome.is_proved(), "{outcome}");
}

/// `process::exit` before a thread has begun, and after it has done its work.
#[test]
fn a_program_that_ends_itself_beside_a_thread_is_explored_in_every_order() {
    let (told, _) = failure(|| {
        let saved = Arc::new(Mutex::new(false));
        let saver = Arc::clone(&saved);
        thread::spawn(move || *saver.lock().unwrap() = true);
        if *saved.lock().unwrap() {
            process::exit(7);
        }
        process::exit(0)
    });
    assert_eq!(told, Failure::Exit { thread: ThreadId(0), code: Some(7) });

    let (told, _) = failure(|| {
        let (first, second) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (first2, second2) = (Arc::clone(&first), Arc::clone(&second));
        thread::spawn(move || {
            thread::spawn(move || second2.store(true, SeqCst));
            first2.store(true, SeqCst);
        });
        if second.load(SeqCst) && !first.load(SeqCst) {
            process::abort();
        }
        process::exit(0)
    });
    assert_eq!(told, Failure::Exit { thread: ThreadId(0), code: None });

    let (told, _) = failure(|| {
        let seen = Arc::new(AtomicBool::new(false));
        let seer = Arc::clone(&seen);
        let _other = thread::spawn(move || seer.store(true, SeqCst));
        assert!(!seen.load(SeqCst), "begun and done");
        process::exit(0)
    });
    assert!(
        matches!(told, Failure::Panic { ref message, .. } if message == "begun and done"),
        "{told:?}"
    );

    let proved = explore(|| {
        let saved = Arc::new(AtomicBool::new(false));
        let saver = Arc::clone(&saved);
        thread::spawn(move || saver.store(true, SeqCst));
        process::exit(0)
    });
    // Before the thread begins, before its store, before its end, and after it.
    assert_eq!((proved.status, proved.executions), (Status::Proved, 4), "{proved}");
}

/// Each of these leaves a thread that has not begun; what it would have run on must not be lost, or there is soon no memory for another.
#[test]
fn a_program_that_ends_itself_before_its_threads_begin_costs_no_memory() {
    let config = Config { max_executions: 70_000, keep_going: true, ..Config::default() };
    let outcome = Explorer::new(config).run("scenario", || {
        for _ in 0..5 {
            thread::spawn(|| ());
        }
        process::exit(0)
    });
    assert_ne!(outcome.status, Status::Refused, "{outcome}");
}
