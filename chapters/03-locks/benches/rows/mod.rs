//! What is measured: `Lock` and its peers, doing the same.

use ch03_locks::{Lock, correct};
use paired::threads::{Row, alone, together};
use std::cell::Cell;
use std::hint::black_box;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

const ONE_AND_TWO: &[usize] = &[1, 2];

/// The rows of the table.
pub fn rows() -> Vec<Row> {
    let contended = |peer, reach, theirs| Row {
        what: "two threads contend",
        peer,
        reach,
        cpus: ONE_AND_TWO,
        ours: contended_ours,
        theirs,
    };
    let uncontended = |peer, reach, theirs| Row {
        what: "uncontended",
        peer,
        reach,
        cpus: &[1],
        ours: uncontended_ours,
        theirs,
    };
    let not_looking = |peer, theirs| Row {
        what: "two threads contend, `with_looks(0)`",
        ours: contended_not_looking,
        ..contended(peer, None, theirs)
    };
    vec![
        uncontended("parking_lot `Mutex`", Some(1.1), uncontended_parking_lot),
        uncontended("`std` `Mutex`", None, uncontended_std),
        uncontended("`correct::Lock`", None, uncontended_correct),
        contended("parking_lot `Mutex`", Some(1.1), contended_parking_lot),
        contended("`std` `Mutex`", None, contended_std),
        contended("`correct::Lock`", None, contended_correct),
        not_looking("parking_lot `Mutex`", contended_parking_lot),
    ]
}

fn uncontended_ours(rounds: u64) -> Duration {
    let lock = Lock::new();
    alone(rounds, || drop(black_box(&lock).lock()))
}

fn uncontended_correct(rounds: u64) -> Duration {
    let lock = correct::Lock::new();
    alone(rounds, || {
        black_box(&lock).acquire();
        lock.release().unwrap();
    })
}

fn uncontended_parking_lot(rounds: u64) -> Duration {
    let lock = parking_lot::Mutex::new(());
    alone(rounds, || drop(black_box(&lock).lock()))
}

fn uncontended_std(rounds: u64) -> Duration {
    let lock = Mutex::new(());
    alone(rounds, || drop(black_box(&lock).lock().unwrap()))
}

/// Two threads, each `rounds` times: take the lock, count, give it back.
fn contended(rounds: u64, count: impl Fn() + Sync) -> Duration {
    let work = || (0..rounds).for_each(|_| count());
    together(work, work)
}

fn contended_ours(rounds: u64) -> Duration {
    contended_by(Lock::new(), rounds)
}

fn contended_not_looking(rounds: u64) -> Duration {
    contended_by(Lock::with_looks(0), rounds)
}

fn contended_by(lock: Lock, rounds: u64) -> Duration {
    let n = AtomicU64::new(0);
    let time = contended(rounds, || {
        let _held = lock.lock();
        n.store(n.load(Relaxed) + 1, Relaxed);
    });
    assert_eq!(n.into_inner(), 2 * rounds);
    time
}

fn contended_correct(rounds: u64) -> Duration {
    let (lock, n) = (correct::Lock::new(), AtomicU64::new(0));
    let time = contended(rounds, || {
        lock.acquire();
        n.store(n.load(Relaxed) + 1, Relaxed);
        lock.release().unwrap();
    });
    assert_eq!(n.into_inner(), 2 * rounds);
    time
}

fn contended_parking_lot(rounds: u64) -> Duration {
    let n = parking_lot::Mutex::new(Cell::new(0));
    let time = contended(rounds, || {
        let n = n.lock();
        n.set(n.get() + 1);
    });
    assert_eq!(n.into_inner().get(), 2 * rounds);
    time
}

fn contended_std(rounds: u64) -> Duration {
    let n = Mutex::new(Cell::new(0));
    let time = contended(rounds, || {
        let n = n.lock().unwrap();
        n.set(n.get() + 1);
    });
    assert_eq!(n.into_inner().unwrap().get(), 2 * rounds);
    time
}
