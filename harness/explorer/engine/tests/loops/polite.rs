//! Threads that give way to each other. Nobody has to go round for ever: with another order of the same steps one gets through.

use std::sync::Arc;
use std::time::Duration;

use explore_engine::sync::Mutex;
use explore_engine::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use explore_engine::thread;

/// Raises its flag, and lowers it again if it sees another's, until it sees none.
fn alone(mine: &AtomicBool, others: &[&AtomicBool], pause: fn()) {
    loop {
        mine.store(true, SeqCst);
        if others.iter().all(|other| !other.load(SeqCst)) {
            break;
        }
        mine.store(false, SeqCst);
        pause();
    }
    mine.store(false, SeqCst);
}

fn two(pause: fn()) {
    let (a, b) = (AtomicBool::new(false), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| alone(&a, &[&b], pause));
        alone(&b, &[&a], pause);
    });
}

pub fn flags() {
    two(thread::yield_now);
}

/// The same with a pause of so long.
pub fn flags_asleep() {
    two(|| thread::sleep(Duration::from_millis(1)));
}

/// The third only looks on.
pub fn three_flags() {
    let (a, b) = (AtomicBool::new(false), AtomicBool::new(false));
    let passed = Mutex::new(0);
    thread::scope(|scope| {
        scope.spawn(|| alone(&a, &[&b], thread::yield_now));
        scope.spawn(|| *passed.lock().unwrap() += 1);
        alone(&b, &[&a], thread::yield_now);
    });
}

/// Two locks in two orders; the second is only tried.
pub fn try_locks() {
    fn both(first: &Mutex<u32>, second: &Mutex<u32>) {
        loop {
            let mut one = first.lock().unwrap();
            if let Ok(mut other) = second.try_lock() {
                *one += 1;
                *other += 1;
                break;
            }
            drop(one);
            thread::yield_now();
        }
    }
    let locks = Arc::new((Mutex::new(0), Mutex::new(0)));
    let theirs = Arc::clone(&locks);
    let other = thread::spawn(move || both(&theirs.1, &theirs.0));
    both(&locks.0, &locks.1);
    other.join().unwrap();
}

/// Each gives the turn to the other, whatever the order.
pub fn after_you() {
    let turn = Arc::new(AtomicU32::new(0));
    let theirs = Arc::clone(&turn);
    let gives = |turn: &AtomicU32, mine, others| loop {
        while turn.load(SeqCst) != mine {
            thread::yield_now();
        }
        turn.store(others, SeqCst);
    };
    let other: thread::JoinHandle<()> = thread::spawn(move || gives(&theirs, 1, 0));
    gives(&turn, 0, 1);
    other.join().unwrap();
}

/// Gives up after three rounds.
pub fn counted() {
    let (a, b) = (AtomicBool::new(false), AtomicBool::new(false));
    let tries = |mine: &AtomicBool, other: &AtomicBool| {
        for _ in 0..3 {
            mine.store(true, SeqCst);
            if !other.load(SeqCst) {
                break;
            }
            mine.store(false, SeqCst);
            thread::yield_now();
        }
        mine.store(false, SeqCst);
    };
    thread::scope(|scope| {
        scope.spawn(|| tries(&a, &b));
        tries(&b, &a);
    });
}

/// Both locks in one order, the second tried.
pub fn in_one_order() {
    let locks = Arc::new((Mutex::new(0), Mutex::new(0)));
    let theirs = Arc::clone(&locks);
    let both = |locks: &(Mutex<u32>, Mutex<u32>)| {
        loop {
            let mut one = locks.0.lock().unwrap();
            if let Ok(mut other) = locks.1.try_lock() {
                *one += 1;
                *other += 1;
                break;
            }
            drop(one);
            thread::yield_now();
        }
    };
    let other = thread::spawn(move || both(&theirs));
    both(&locks);
    other.join().unwrap();
}

/// Gives way, and counts how often.
pub fn counts_its_rounds() {
    let (a, b) = (AtomicBool::new(false), AtomicBool::new(false));
    let rounds = AtomicU32::new(0);
    let counts = |mine: &AtomicBool, other: &AtomicBool| {
        loop {
            mine.store(true, SeqCst);
            if !other.load(SeqCst) {
                break;
            }
            mine.store(false, SeqCst);
            rounds.fetch_add(1, SeqCst);
            thread::yield_now();
        }
        mine.store(false, SeqCst);
    };
    thread::scope(|scope| {
        scope.spawn(|| counts(&a, &b));
        counts(&b, &a);
    });
}
