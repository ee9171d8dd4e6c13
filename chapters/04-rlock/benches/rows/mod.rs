//! What is measured: `RLock` and its peers, doing the same.

use ch04_rlock::{RLock, correct};
use paired::threads::{Row, alone};
use parking_lot::ReentrantMutex;
use std::hint::black_box;
use std::time::Duration;

/// The rows of the table.
pub fn rows() -> Vec<Row> {
    let row = |what, peer, reach, ours, theirs| Row { what, peer, reach, cpus: &[1], ours, theirs };
    let peer = "parking_lot `ReentrantMutex`";
    vec![
        row("depth 1", peer, Some(1.1), once_ours, once_parking_lot),
        row("depth 1", "`correct::RLock`", None, once_ours, once_correct),
        row("nested", peer, Some(1.5), nested_ours, nested_parking_lot),
        row("nested", "`correct::RLock`", None, nested_ours, nested_correct),
    ]
}

fn once_ours(rounds: u64) -> Duration {
    let lock = RLock::new();
    alone(rounds, || drop(black_box(&lock).lock()))
}

fn once_parking_lot(rounds: u64) -> Duration {
    let lock = ReentrantMutex::new(());
    alone(rounds, || drop(black_box(&lock).lock()))
}

fn once_correct(rounds: u64) -> Duration {
    let lock = correct::RLock::new();
    alone(rounds, || {
        black_box(&lock).acquire();
        lock.release().unwrap();
    })
}

/// The second level, over and over, with the first one held.
fn nested_ours(rounds: u64) -> Duration {
    let lock = RLock::new();
    let _held = lock.lock();
    alone(rounds, || drop(black_box(&lock).lock()))
}

fn nested_parking_lot(rounds: u64) -> Duration {
    let lock = ReentrantMutex::new(());
    let _held = lock.lock();
    alone(rounds, || drop(black_box(&lock).lock()))
}

fn nested_correct(rounds: u64) -> Duration {
    let lock = correct::RLock::new();
    lock.acquire();
    alone(rounds, || {
        black_box(&lock).acquire();
        lock.release().unwrap();
    })
}
