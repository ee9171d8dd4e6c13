//! Joining is not what makes threads useless. Joining too early is.
//!
//! It is often said that `join` makes multithreading pointless. That is so
//! only if each thread is joined before the next is started. Start all, then
//! join all, and they run at the same time.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};
use tour::{Program, any_order, decimal, in_order, line, value};

pub const PROGRAM: Program =
    Program::new("join-all", "start all and join all, against joining each at once", main)
        .output(&[
            in_order(1 + 8 + 1),
            in_order(1),
            any_order("all four start", 4),
            any_order("all four end", 4),
            in_order(2),
        ])
        .varying(&[line("joining each took <ratio> times as long")])
        .values(&[value("ratio", decimal(0.0, 10_000.0))]);

const WORKERS: usize = 4;

// ANCHOR: work
/// How many workers are at work now, and how many there ever were at once.
#[derive(Default)]
struct AtWork {
    now: AtomicUsize,
    most: AtomicUsize,
}

fn work(i: usize, at_work: &AtWork, before_the_end: impl FnOnce()) {
    let now = at_work.now.fetch_add(1, Relaxed) + 1;
    at_work.most.fetch_max(now, Relaxed);
    println!("worker {i} starts");
    // Stands for a slow disk or a slow network: nothing waits for its end but the worker.
    thread::sleep(Duration::from_millis(20));
    before_the_end();
    println!("worker {i} ends");
    at_work.now.fetch_sub(1, Relaxed);
}
// ANCHOR_END: work

// ANCHOR: main
fn join_each(at_work: &Arc<AtWork>) {
    for i in 0..WORKERS {
        let at_work = Arc::clone(at_work);
        let worker = thread::spawn(move || work(i, &at_work, || ()));
        worker.join().expect("a worker does not panic");
    }
}

fn join_all(at_work: &Arc<AtWork>) {
    // Nobody gets past it before all have come. If they were not all at work
    // at the same time, this program would never end.
    let everyone = Arc::new(Barrier::new(WORKERS));
    let workers = (0..WORKERS).map(|i| {
        let (at_work, everyone) = (Arc::clone(at_work), Arc::clone(&everyone));
        thread::spawn(move || {
            work(i, &at_work, || {
                everyone.wait();
            })
        })
    });
    // `collect` starts them all before the first `join`. Without it, the lazy
    // iterator would start each only when its turn to be joined comes.
    let workers: Vec<_> = workers.collect();
    for worker in workers {
        worker.join().expect("a worker does not panic");
    }
}
// ANCHOR_END: main

pub fn main() {
    let timed = |title, run: fn(&Arc<AtWork>)| {
        println!("{title}");
        let at_work = Arc::<AtWork>::default();
        let start = Instant::now();
        run(&at_work);
        let time = start.elapsed();
        println!("at work at the same time: {}", at_work.most.load(Relaxed));
        time.as_secs_f64()
    };
    let each = timed("join each worker right after its start:", join_each);
    let all = timed("start all workers, then join all:", join_all);
    println!("joining each took {:.1} times as long", each / all);
}
