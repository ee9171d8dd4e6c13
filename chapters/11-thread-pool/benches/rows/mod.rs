//! What is measured: `ThreadPool` and its peers, doing the same.

mod pools;

use paired::threads::Row;
use pools::{Pool, Results};
use std::hint::black_box;
use std::sync::atomic::{
    AtomicU64,
    Ordering::{AcqRel, Acquire},
};
use std::sync::{Arc, Barrier};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

const THREADS: usize = 5;

/// The rows of the table.
pub fn rows() -> Vec<Row> {
    let empty = |peer, reach, theirs| Row {
        what: "empty task",
        peer,
        reach: Some(reach),
        cpus: &[1, 2],
        ours: empty_tasks::<ch11_thread_pool::ThreadPool>,
        theirs,
    };
    let result = |peer, reach, theirs| Row {
        what: "submit → result",
        peer,
        reach,
        cpus: &[1, 2],
        ours: results::<ch11_thread_pool::ThreadPool>,
        theirs,
    };
    vec![
        empty("rayon `spawn`", 1.0, empty_tasks::<rayon::ThreadPool>),
        empty("threadpool", 1.0, empty_tasks::<threadpool::ThreadPool>),
        empty("rusty_pool", 1.0, empty_tasks::<rusty_pool::ThreadPool>),
        empty("crossbeam channel and `Box`", 1.1, empty_tasks::<pools::Crossbeam>),
        result("rusty_pool", Some(1.1), results::<rusty_pool::ThreadPool>),
    ]
}

/// A pool all of whose threads have been started.
fn warm<P: Pool>() -> P {
    let pool = P::of(THREADS);
    let all_there = Arc::new(Barrier::new(THREADS + 1));
    for _ in 0..THREADS {
        let all_there = Arc::clone(&all_there);
        pool.run(move || {
            all_there.wait();
        });
    }
    all_there.wait();
    pool
}

/// Counts the tasks that have yet to run.
struct Countdown {
    left: AtomicU64,
    main: Thread,
}

/// Gives the pool `rounds` tasks that do nothing but count themselves, and
/// waits for the last.
fn empty_tasks<P: Pool>(rounds: u64) -> Duration {
    let pool = warm::<P>();
    // Leaked: a share of it for each task would cost more than the pool does.
    let countdown = Countdown { left: AtomicU64::new(rounds), main: thread::current() };
    let countdown: &'static Countdown = Box::leak(Box::new(countdown));
    let begin = Instant::now();
    for _ in 0..rounds {
        pool.run(move || {
            if countdown.left.fetch_sub(1, AcqRel) == 1 {
                countdown.main.unpark();
            }
        });
    }
    while countdown.left.load(Acquire) > 0 {
        thread::park();
    }
    begin.elapsed()
}

/// Gives the pool a task and waits for what it returns, `rounds` times.
fn results<P: Results>(rounds: u64) -> Duration {
    let pool = warm::<P>();
    let begin = Instant::now();
    for n in 0..rounds {
        assert_eq!(pool.result(black_box(n)), n);
    }
    begin.elapsed()
}
