//! Programs whose threads wait for one another in loops.

use std::sync::Arc;

use explore_engine::sync::atomic::AtomicUsize;
use explore_engine::sync::atomic::Ordering::{self, Acquire, Release, SeqCst};
use explore_engine::thread::{self, spin_loop};

/// Loads until what is loaded will do.
fn until(cell: &AtomicUsize, order: Ordering, will_do: impl Fn(usize) -> bool) -> usize {
    loop {
        let value = cell.load(order);
        if will_do(value) {
            return value;
        }
        spin_loop();
    }
}

/// Each takes a number, and waits until it is called.
pub fn ticket_lock(number: usize, order: Ordering) {
    let cells = shared(2);
    threads(number, move |_| {
        let mine = cells[0].fetch_add(1, order);
        until(&cells[1], acquires(order), |called| called == mine);
        let called = cells[1].load(order);
        cells[1].store(called + 1, releases(order));
    });
}

/// Each looks until the lock is free, and then tries to take it.
pub fn test_and_set_lock(number: usize, order: Ordering) {
    let cells = shared(1);
    threads(number, move |_| {
        loop {
            until(&cells[0], order, |taken| taken == 0);
            if cells[0].swap(1, acquires(order)) == 0 {
                break;
            }
        }
        cells[0].store(0, releases(order));
    });
}

/// Each waits at a node of its own, which the one before it in the queue writes (Mellor-Crummey, Scott, TOCS 1991).
pub fn queue_lock(number: usize, order: Ordering) {
    // The tail; then for each who comes after it; then for each whether it may go on. Nodes are counted from 1.
    let cells: Arc<Vec<AtomicUsize>> = shared(1 + 2 * number);
    threads(number, move |me| {
        let (tail, node) = (&cells[0], me + 1);
        let next = |node: usize| &cells[node];
        let free = |node: usize| &cells[number + node];
        free(node).store(0, order);
        next(node).store(0, order);
        let before = tail.swap(node, if order == SeqCst { SeqCst } else { Ordering::AcqRel });
        if before != 0 {
            next(before).store(node, order);
            until(free(node), acquires(order), |free| free != 0);
        }
        let mut after = next(node).load(order);
        if after == 0 {
            if tail.compare_exchange(node, 0, releases(order), order).is_ok() {
                return;
            }
            after = until(next(node), order, |after| after != 0);
        }
        free(after).store(1, releases(order));
    });
}

/// All wait until the last has come.
pub fn barrier(number: usize, _order: Ordering) {
    let cells = shared(2);
    threads(number, move |_| {
        let step = cells[1].load(SeqCst);
        if cells[0].fetch_add(1, SeqCst) == number - 1 {
            cells[0].store(0, SeqCst);
            cells[1].fetch_add(1, SeqCst);
        } else {
            until(&cells[1], SeqCst, |now| now != step);
        }
    });
}

const ALL: usize = 0x10_0000;

/// Of the lock of Linux for readers and writers of old: who takes it takes away from a number, and gives back if too little is left.
pub fn readers_and_writers(number: usize, order: Ordering) {
    let cells = shared(1);
    cells[0].store(ALL, order);
    threads(number, move |_| {
        let lock = &cells[0];
        let take = |share: usize, will_do: fn(usize) -> bool| {
            while !will_do(lock.fetch_sub(share, acquires(order))) {
                lock.fetch_add(share, order);
                until(lock, order, will_do);
            }
            lock.fetch_add(share, releases(order));
        };
        take(1, |left| left as isize > 0);
        take(ALL, |left| left == ALL);
    });
}

fn shared(number: usize) -> Arc<Vec<AtomicUsize>> {
    Arc::new((0..number).map(|_| AtomicUsize::new(0)).collect())
}

fn threads(number: usize, body: impl Fn(usize) + Clone + Send + Sync + 'static) {
    let start = |me| {
        let body = body.clone();
        thread::spawn(move || body(me))
    };
    let threads: Vec<_> = (0..number).map(start).collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

fn releases(order: Ordering) -> Ordering {
    if order == SeqCst { SeqCst } else { Release }
}

fn acquires(order: Ordering) -> Ordering {
    if order == SeqCst { SeqCst } else { Acquire }
}

/// One waits for another.
pub fn flag(_number: usize, order: Ordering) {
    let cells = shared(1);
    threads(2, move |me| {
        if me == 0 {
            cells[0].store(1, releases(order));
        } else {
            until(&cells[0], acquires(order), |value| value != 0);
        }
    });
}

/// A program for so many threads, all of whose accesses have at least this ordering.
pub type Program = fn(usize, Ordering);

/// All of them, with how many executions others count for two threads.
pub const ALL_PROGRAMS: [(&str, Program, Option<u64>); 6] = [
    ("flag", flag, Some(1)),
    ("ticket lock", ticket_lock, Some(2)),
    ("test-and-test-and-set lock", test_and_set_lock, Some(4)),
    ("queue lock (MCS)", queue_lock, Some(6)),
    ("barrier", barrier, Some(2)),
    ("readers and writers", readers_and_writers, None),
];
