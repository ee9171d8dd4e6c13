//! The programs and their numbers.

use std::sync::Arc;
use std::time::Duration;

use explore_engine::config::Memory;
use explore_engine::sync::Mutex;
use explore_engine::sync::atomic::AtomicUsize;
use explore_engine::sync::atomic::Ordering::{self, Acquire, Relaxed, Release, SeqCst};
use explore_engine::{Config, Explorer, Outcome, thread};

/// One program of one size.
pub struct Case {
    name: &'static str,
    size: usize,
    /// The counts under RC11 and under sequential consistency; `None` where that is not to be compared.
    rc11: Option<u64>,
    sc: u64,
    program: fn(usize, Ordering),
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.name, self.size)
    }
}

impl Case {
    /// How many executions it takes at least; with compare-exchanges, many more than there are distinct ones.
    fn most(&self) -> u64 {
        match (self.name, self.size) {
            ("indexer", 15) => 25_000,
            ("casrot", 9) => 12_000,
            _ => self.sc.max(self.rc11.unwrap_or(0)),
        }
    }

    /// Whether it has more than a thousand executions.
    #[allow(dead_code, reason = "some of those that use this file do not ask")]
    pub fn is_long(&self) -> bool {
        // The sieve's under RC11 are not compared, and more.
        self.sc.max(self.rc11.unwrap_or(0)) > 1000 || self.name == "eratosthenes"
    }

    /// The search under each model, of at most so many executions.
    pub fn searches(&self) -> [(&'static str, impl Fn(u64) -> Outcome); 2] {
        let Self { name, size, program, .. } = *self;
        [("SC", Memory::SeqCst, SeqCst), ("RC11", Memory::Rc11, Relaxed)].map(
            |(model, memory, order)| {
                let explore = move |max_executions| {
                    let config = Config {
                        memory,
                        max_executions,
                        max_time: Duration::from_secs(3600),
                        random_executions: 0,
                        detached: true,
                        ..Config::default()
                    };
                    Explorer::new(config).run(name, move || program(size, order))
                };
                (model, explore)
            },
        )
    }

    /// Counts, and says what differs.
    #[allow(dead_code, reason = "some of those that use this file do not ask")]
    pub fn differences(&self) -> Vec<String> {
        let Self { name, size, .. } = *self;
        let wanted = [Some(self.sc), self.rc11];
        let counts = self.searches().into_iter().zip(wanted);
        counts
            .filter_map(|((model, explore), wanted)| {
                let wanted = wanted?;
                let outcome = explore(u64::MAX);
                assert!(outcome.is_proved(), "{name} {size}: {outcome}");
                let found = outcome.executions - outcome.redundant;
                (wanted != found).then(|| format!("{name} {size}, {model}: {found} for {wanted}"))
            })
            .collect()
    }
}

/// Those that take at most so many executions.
pub fn cases(most: u64) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |name, program: fn(usize, Ordering), counts: &[(usize, u64, u64)]| {
        cases.extend(counts.iter().map(|&(size, rc11, sc)| {
            let rc11 = (rc11 > 0).then_some(rc11);
            Case { name, size, rc11, sc, program }
        }));
    };
    let factorials = [(2, 2, 2), (3, 6, 6), (4, 24, 24), (5, 120, 120), (6, 720, 720)];
    add("ainc", |n, order| increments(n, 1, order), &factorials);
    add("ainc", |n, order| increments(n, 1, order), &[(7, 5040, 5040)]);
    add("binc", |n, order| increments(n, 2, order), &[(2, 4, 4), (3, 36, 36), (4, 576, 576)]);
    add("cinc", |n, order| increments(n, 3, order), &[(2, 8, 8), (3, 216, 216), (4, 13824, 13824)]);
    add("lockinc", |n, _| locks(n), &factorials);
    add("lockinc", |n, _| locks(n), &[(7, 5040, 5040)]);
    add("readers", readers, &[(2, 4, 4), (8, 256, 256), (13, 8192, 8192)]);
    // With weak orders the one that looks can see more.
    add("lastzero", last_zero, &[(5, 0, 64), (10, 0, 3328), (15, 0, 147_456)]);
    add("indexer", indexer, &[(12, 8, 8), (15, 4096, 4096)]);
    add(
        "casrot",
        rotations,
        &[(2, 2, 2), (3, 5, 5), (4, 14, 14), (5, 43, 43), (6, 144, 144), (7, 523, 523)],
    );
    add("casrot", rotations, &[(8, 2048, 2048), (9, 8597, 8597)]);
    add("inc", |n, order| read_and_write(n, true, order), &[(2, 4, 4), (3, 36, 36), (4, 576, 576)]);
    add("rw", |n, order| read_and_write(n, false, order), &[(2, 4, 4), (3, 36, 36), (4, 576, 576)]);
    add("casw", exchange_and_write, &[(2, 6, 6), (3, 66, 66), (4, 1200, 1200), (5, 32880, 32880)]);
    add("wcas", write_and_exchange, &[(2, 5, 5), (3, 13, 13), (4, 33, 33), (5, 81, 81)]);
    add(
        "wcas",
        write_and_exchange,
        &[(6, 193, 193), (7, 449, 449), (8, 1025, 1025), (9, 2305, 2305)],
    );
    add("CoA", coherence, &[(1, 4, 4), (2, 16, 15), (3, 144, 130), (4, 2304, 2028)]);
    add("CoA", coherence, &[(5, 57600, 49776)]);
    add("N-writers", writers, &[(4, 720, 720)]);
    // Under RC11 they are 1512. Ours has 1202: no store comes before one that was executed earlier.
    add("eratosthenes", sieve, &[(5, 0, 398)]);
    add("fib_bench", fibonacci, &[(5, 525_630, 218_243)]);
    cases.retain(|case| case.most() <= most);
    cases
}

fn shared(number: usize) -> Arc<Vec<AtomicUsize>> {
    Arc::new((0..number).map(|_| AtomicUsize::new(0)).collect())
}

/// Starts so many threads, and joins them: all that is counted happens in them.
fn threads(number: usize, body: impl Fn(usize) + Clone + Send + Sync + 'static) {
    let start = |me| {
        let body = body.clone();
        thread::spawn(move || body(me))
    };
    let threads: Vec<_> = (0..number).map(start).collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

/// Each thread increments each counter.
fn increments(number: usize, counters: usize, order: Ordering) {
    let counters = shared(counters);
    threads(number, move |_| {
        counters.iter().for_each(|counter| {
            counter.fetch_add(1, order);
        });
    });
}

fn locks(number: usize) {
    let lock = Arc::new(Mutex::new(0));
    threads(number, move |_| *lock.lock().unwrap() += 1);
}

/// One writes, the others read.
fn readers(number: usize, order: Ordering) {
    let cells = shared(1);
    threads(number + 1, move |me| match me {
        0 => cells[0].store(1, order),
        _ => {
            let _ = cells[0].load(order);
        }
    });
}

/// One looks for the last cell that is still 0, the others write theirs.
fn last_zero(number: usize, order: Ordering) {
    let cells = shared(number + 1);
    threads(number + 1, move |me| match me {
        0 => {
            let _ = (0..=number).rev().find(|&at| cells[at].load(order) == 0);
        }
        _ => cells[me].store(cells[me - 1].load(order) + 1, order),
    });
}

/// Threads put four numbers each into one hash table (Flanagan, Godefroid, POPL 2005).
fn indexer(number: usize, order: Ordering) {
    const SIZE: usize = 128;
    let table = shared(SIZE);
    threads(number, move |me| {
        for turn in 1..=4 {
            let value = turn * 11 + me;
            let mut at = value * 7 % SIZE;
            while table[at].compare_exchange(0, value, order, order).is_err() {
                at = (at + 1) % SIZE;
            }
        }
    });
}

/// Each thread turns its number into the next.
fn rotations(number: usize, order: Ordering) {
    let cells = shared(1);
    threads(number, move |me| {
        let _ = cells[0].compare_exchange(me, me + 1, order, order);
    });
}

/// Two threads that add each other's number.
fn fibonacci(rounds: usize, order: Ordering) {
    let cells = shared(2);
    threads(2, move |me| {
        for _ in 0..rounds {
            let sum = cells[me].load(order) + cells[1 - me].load(order);
            cells[me].store(sum, order);
        }
    });
}

/// The order of a store that publishes, where not all are `SeqCst`.
fn releases(order: Ordering) -> Ordering {
    if order == SeqCst { SeqCst } else { Release }
}

/// The order of a load that looks for what was published.
fn acquires(order: Ordering) -> Ordering {
    if order == SeqCst { SeqCst } else { Acquire }
}

/// Each reads a number, and writes one.
fn read_and_write(number: usize, adds: bool, order: Ordering) {
    let cells = shared(1);
    threads(number, move |me| {
        let read = cells[0].load(order);
        cells[0].store(if adds { read + (1 << me) } else { me }, releases(order));
    });
}

/// Each tries to be the first, and then writes anyway.
fn exchange_and_write(number: usize, order: Ordering) {
    let cells = shared(1);
    threads(number, move |me| {
        let _ = cells[0].compare_exchange(0, 1, order, order);
        cells[0].store(me + 3, releases(order));
    });
}

/// One writes what all others wait to exchange.
fn write_and_exchange(number: usize, order: Ordering) {
    let cells = shared(1);
    threads(number + 1, move |me| {
        if me == 0 {
            cells[0].store(2, releases(order));
        } else {
            let _ = cells[0].compare_exchange(2, 3, order, order);
        }
    });
}

/// Two write one cell and read it again, each after it has read one of two other cells, which the others write.
fn coherence(number: usize, order: Ordering) {
    let cells = shared(3);
    threads(number + 1, move |me| {
        if me < 2 {
            cells[0].store(me + 1, releases(order));
            let _ = cells[1 + me].load(acquires(order));
            let _ = cells[0].load(acquires(order));
        } else {
            cells[1].store(me, releases(order));
            cells[2].store(me, releases(order));
        }
    });
}

/// One more than so many write, and one reads.
fn writers(number: usize, order: Ordering) {
    let cells = shared(1);
    threads(number + 2, move |me| match me {
        0 => {
            let _ = cells[0].load(acquires(order));
        }
        _ => cells[0].store(me, releases(order)),
    });
}

/// Two sieve the same numbers.
fn sieve(numbers: usize, order: Ordering) {
    let cells = shared(numbers);
    threads(2, move |_| {
        for at in 0..numbers {
            if cells[at].load(acquires(order)) == 0 {
                cells[at].store(1, releases(order));
                for multiple in (2 * at + 2..numbers).step_by(at + 2) {
                    cells[multiple].store(2, releases(order));
                }
            }
        }
    });
}
