//! What sharing a search gains, and whether its memory grows: `cargo run --release -p explore-engine --example shared -- [--jobs 2] [--threads 3] [--adds 5]
//! [--most 1000000]`. Some threads that each add so often to one number; the processor time of all processes, the time by the clock, and the resident memory of
//! the process that leads, each time that a million executions more are done. It fails if that grows by more than a tenth after the first million.

use std::sync::Arc;
use std::time::{Duration, Instant};

use explore_engine::sync::atomic::{AtomicU64, Ordering::Relaxed};
use explore_engine::{Config, Explorer, thread};

fn option(name: &str, default: u64) -> u64 {
    let arguments: Vec<String> = std::env::args().collect();
    let value =
        arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + 1));
    value.map_or(default, |value| {
        value.parse().unwrap_or_else(|_| panic!("{name} wants a number, not {value}"))
    })
}

/// Threads that each add so often to one number.
fn adders(threads: u64, adds: u64) {
    let number = Arc::new(AtomicU64::new(0));
    let add = |number: Arc<AtomicU64>| {
        move || {
            for _ in 0..adds {
                number.fetch_add(1, Relaxed);
            }
        }
    };
    let others: Vec<_> = (1..threads).map(|_| thread::spawn(add(Arc::clone(&number)))).collect();
    add(Arc::clone(&number))();
    others.into_iter().for_each(|other| other.join().unwrap());
    assert_eq!(number.load(Relaxed), threads * adds);
}

/// The resident memory of this process, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// The processor time of this process and of all that it has waited for, in seconds.
fn processor() -> f64 {
    let of = |who| {
        // SAFETY: the structure is this function's own, of the size that is asked for, and numbers throughout.
        let usage: libc::rusage = unsafe {
            let mut usage = std::mem::zeroed();
            libc::getrusage(who, &raw mut usage);
            usage
        };
        let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
        seconds(usage.ru_utime) + seconds(usage.ru_stime)
    };
    of(libc::RUSAGE_SELF) + of(libc::RUSAGE_CHILDREN)
}

fn main() {
    let (threads, adds) = (option("--threads", 3), option("--adds", 5));
    let jobs = option("--jobs", 1) as u32;
    let config = Config {
        jobs,
        max_executions: option("--most", u64::MAX),
        max_time: Duration::from_secs(365 * 24 * 60 * 60),
        random_executions: 0,
        ..Config::default()
    };
    let start = Instant::now();
    let (mut millions, mut first, mut last) = (0, None, 0);
    let outcome =
        Explorer::new(config).run_watched("shared", move || adders(threads, adds), &mut |seen| {
            if seen.executions / 1_000_000 > millions {
                millions = seen.executions / 1_000_000;
                let now = resident();
                println!("{millions} million executions: {now} KiB resident");
                first = first.or(Some(now));
                last = now;
            }
        });
    println!(
        "{outcome}\n{jobs} jobs: {} executions, {} of them repeat others; {:.2} s, {:.2} s of processors, {} KiB resident",
        outcome.executions,
        outcome.redundant,
        start.elapsed().as_secs_f64(),
        processor(),
        resident(),
    );
    if let Some(first) = first.filter(|first| last > first + first / 10) {
        println!("it grows: {first} KiB after the first million, {last} KiB after the last");
        std::process::exit(1);
    }
}
