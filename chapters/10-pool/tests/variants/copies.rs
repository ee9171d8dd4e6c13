//! A copy of the creator, made by anybody's `fork` at any moment: it has what had come, and hears that the rest never will.

use crate::tasks::running;
use crate::{in_time, square};
use ch08_multiprocessing::Event;
use ch10_pool::{Pool, TaskError};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::thread;
use test_support::copies::in_a_copy;

fn is_told<T>(result: Result<T, TaskError>) {
    assert!(matches!(result, Err(TaskError::OtherProcess)));
}

/// What has come, or that it never will.
fn is_or_is_told(result: Result<i64, TaskError>, expected: i64) {
    match result {
        Ok(x) => assert_eq!(x, expected),
        Err(error) => assert_eq!(error, TaskError::OtherProcess),
    }
}

pub fn fork_amid(_: ()) {
    let pool = Pool::new(2).unwrap();
    let stop = Event::new().unwrap();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !stop.is_set() {
                    let _ = pool.map(square, 0..20).unwrap();
                    drop(pool.apply_async(square, 1).callback(|_| {}));
                    assert_eq!(pool.chunks_of(1).imap(square, 0..50).next(), Some(Ok(0)));
                    assert_eq!(pool.worker_pids().len(), 2);
                }
            });
        }
        let pool = &pool;
        for round in 0..100 {
            let (one, many) = (pool.apply_async(square, 3), pool.map_async(square, 0..9));
            let called = pool.apply_async(square, 4).callback(|_| {});
            let mut imap = pool.chunks_of(1).imap(square, 0..100);
            assert_eq!(imap.next(), Some(Ok(0)));
            in_a_copy(move || {
                is_told(pool.apply(square, 3));
                is_told(pool.map(square, 0..3));
                is_told(pool.apply_async(square, 3).callback(|_| {}).get());
                assert_eq!(pool.worker_pids().len(), 2);
                is_or_is_told(one.get(), 9);
                is_or_is_told(called.get(), 16);
                let _ = many.ready();
                is_or_is_told(imap.next().unwrap(), 1);
                drop((many, imap));
                if round % 20 == 0 {
                    let own = Pool::new(1).unwrap();
                    assert_eq!(own.apply(square, 3), Ok(9));
                    own.close().join();
                }
            });
        }
        stop.set();
    });
    in_time(move || pool.close().join());
}

pub fn lets_go(_: ()) {
    let pool = Pool::new(4).unwrap();
    let closed = Pool::new(1).unwrap().close();
    let result = pool.apply_async(square, 3);
    result.wait();
    in_a_copy(move || {
        // Whose stacks lie where those of the pool's threads lay.
        let mine: Vec<_> = (0..8).map(|n| thread::spawn(move || square(n))).collect();
        drop(pool);
        closed.join();
        let squares: Vec<i64> = mine.into_iter().map(|one| one.join().unwrap()).collect();
        assert_eq!(squares, (0..8).map(square).collect::<Vec<_>>());
        drop(result);
    });
}

pub fn callbacks(_: ()) {
    static CALLED: AtomicI64 = AtomicI64::new(0);
    let pool = Pool::new(1).unwrap();
    let (gate, _, busy) = running(&pool);
    let (come, never) = (pool.apply_async(square, 3), pool.apply_async(square, 4));
    drop(gate);
    come.wait();
    never.wait();
    let (gate, _, pending) = running(&pool);
    in_a_copy(move || {
        let come = come.callback(|x| CALLED.store(*x, Relaxed));
        assert_eq!((come.get(), CALLED.load(Relaxed)), (Ok(9), 9));
        let pending = pending.error_callback(|error| {
            assert_eq!(*error, TaskError::OtherProcess);
            CALLED.store(-1, Relaxed);
        });
        is_told(pending.get());
        assert_eq!(CALLED.load(Relaxed), -1);
        let _ = (never, busy);
    });
    drop(gate);
    in_time(move || pool.close().join());
}
