//! Who reads, who writes, and whom a lock that is given back is kept for.

use std::sync::Arc;

use explore_engine::sync::RwLock;
use explore_engine::sync::atomic::{AtomicBool, Ordering::*};
use explore_engine::{Explorer, thread};
use trace::Failure;

use crate::{explore, failure, is_panic, proved};

#[test]
fn who_reads_twice_may_wait_for_a_writer_that_waits_for_it() {
    let scenario = || {
        let lock = Arc::new(RwLock::new(0));
        let theirs = Arc::clone(&lock);
        let other = thread::spawn(move || *theirs.write().unwrap() = 1);
        let first = lock.read().unwrap();
        let second = lock.read().unwrap();
        drop((first, second));
        other.join().unwrap();
    };
    let outcome = explore(scenario);
    assert!(outcome.summary.starts_with("deadlock: main waits"), "{outcome}");
    let again = Explorer::default().replay("scenario", scenario, &outcome.schedule.unwrap());
    assert!(again.unwrap().is_failed());
}

#[test]
fn who_waits_for_a_reader_while_it_reads_may_wait_for_ever() {
    let told = failure(|| {
        let lock = Arc::new(RwLock::new(0));
        let (reads, writes) = (Arc::clone(&lock), Arc::clone(&lock));
        let held = lock.read().unwrap();
        let reader = thread::spawn(move || *reads.read().unwrap());
        let writer = thread::spawn(move || *writes.write().unwrap() += 1);
        reader.join().unwrap();
        drop(held);
        writer.join().unwrap();
    });
    assert!(matches!(told, Failure::Deadlock { .. }), "{told:?}");
}

#[test]
fn readers_that_wait_for_nothing_cost_nothing() {
    let outcome = proved(|| {
        let lock = Arc::new(RwLock::new(0));
        let read = |lock: &Arc<RwLock<i32>>| {
            let lock = Arc::clone(lock);
            thread::spawn(move || *lock.read().unwrap())
        };
        let threads = [read(&lock), read(&lock)];
        *lock.write().unwrap() += 1;
        threads.into_iter().for_each(|thread| assert!(thread.join().unwrap() < 2));
    });
    assert_eq!(outcome.executions, 4);
}

#[test]
fn a_try_read_may_fail_because_a_writer_waits() {
    assert!(is_panic(&failure(|| {
        let lock = Arc::new(RwLock::new(0));
        let theirs = Arc::clone(&lock);
        let held = lock.read().unwrap();
        let other = thread::spawn(move || *theirs.write().unwrap() += 1);
        assert!(lock.try_read().is_ok());
        drop(held);
        other.join().unwrap();
    })));
}

/// Main gives the lock back while others wait for it: a writer, a reader, or both. Then it looks.
fn left_while_others_wait(writers: usize, readers: usize, look: fn(&RwLock<()>) -> bool) {
    let lock = RwLock::new(());
    let come = AtomicBool::new(false);
    let seen = thread::scope(|scope| {
        let guard = lock.write().unwrap();
        for _ in 0..writers {
            scope.spawn(|| {
                let _guard = lock.write().unwrap();
                come.store(true, SeqCst);
            });
        }
        for _ in 0..readers {
            scope.spawn(|| {
                let _guard = lock.read().unwrap();
                come.store(true, SeqCst);
            });
        }
        drop(guard);
        // Whoever has had the lock has come before it could be had again.
        look(&lock) || lock.try_write().is_err() || come.load(SeqCst)
    });
    assert!(seen, "nobody has come, nobody has it, and it could not be had");
}

/// On Linux, nearly each time.
#[test]
fn a_lock_that_is_given_back_is_kept_for_a_writer_if_a_reader_waits_too() {
    fn try_read(lock: &RwLock<()>) -> bool {
        lock.try_read().is_ok()
    }
    let told = failure(|| left_while_others_wait(1, 1, try_read));
    assert!(is_panic(&told), "{told:?}");
    // A look by `{:?}` tries to read as well.
    let told = failure(|| {
        left_while_others_wait(1, 1, |lock| !format!("{lock:?}").contains("<locked>"));
    });
    assert!(is_panic(&told), "{told:?}");
    // With only one kind it is free, and whoever wants to write may have it in any case.
    proved(|| left_while_others_wait(1, 0, try_read));
    proved(|| left_while_others_wait(0, 1, try_read));
    proved(|| left_while_others_wait(1, 1, |lock| lock.try_write().is_ok()));
}

/// Nobody waits any more who has had it.
#[test]
fn a_lock_that_all_have_had_is_kept_for_nobody() {
    proved(|| {
        let lock = RwLock::new(0);
        thread::scope(|scope| {
            let guard = lock.write().unwrap();
            scope.spawn(|| *lock.write().unwrap() += 1);
            scope.spawn(|| *lock.read().unwrap());
            drop(guard);
        });
        assert_eq!(*lock.try_read().unwrap(), 1);
    });
    // `downgrade` lets all readers in.
    proved(|| {
        let lock = RwLock::new(0);
        let guard = lock.write().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| *lock.read().unwrap());
            let guard = explore_engine::sync::RwLockWriteGuard::downgrade(guard);
            assert_eq!(*lock.try_read().unwrap(), 0);
            drop(guard);
        });
    });
}

#[test]
fn who_reads_again_may_have_lost_the_first_guard_to_another_thread() {
    let with = |read: fn(&RwLock<u32>) -> bool| {
        move || {
            let lock: &'static RwLock<u32> = Box::leak(Box::new(RwLock::new(0)));
            let guard = SentGuard(lock.read().unwrap());
            let other = thread::spawn(move || {
                let guard = guard;
                drop(guard.0);
            });
            let writer = thread::spawn(move || {
                if let Ok(mut guard) = lock.try_write() {
                    *guard = 1;
                }
            });
            let fine = read(lock);
            other.join().unwrap();
            writer.join().unwrap();
            assert!(fine);
        }
    };
    assert!(is_panic(&failure(with(|lock| *lock.read().unwrap() == 0))));
    assert!(is_panic(&failure(with(|lock| lock.try_read().is_ok()))));
}

struct SentGuard<'a>(explore_engine::sync::RwLockReadGuard<'a, u32>);
// SAFETY: std's guards are not to be sent; on Linux they do not mind, and that is what is explored.
unsafe impl Send for SentGuard<'_> {}
