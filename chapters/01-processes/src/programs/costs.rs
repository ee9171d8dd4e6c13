//! What a thread has for itself, what it shares, and what one costs.
//!
//! Each thread has a stack of its own; the heap and everything on it belongs to
//! the process. That is why a thread is cheap: it needs a stack, and a process
//! needs a whole memory.

use ch01_processes::again;
use std::collections::HashSet;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Instant;
use tour::{Failure, Program, decimal, line, value};

pub const PROGRAM: Program = Program::with_arguments(
    "costs",
    "own stack, shared heap; a thread's price and a process's",
    "[--child]",
    main,
)
.varying(&[
    line("a thread: <µs> µs to start and join, <KiB> KiB of memory"),
    line("a process: <µs> µs to start and wait for, <KiB> KiB of memory"),
    line("in time, a process costs <ratio> threads"),
])
.values(&[
    value("µs", decimal(0.0, 10_000_000.0)),
    value("KiB", decimal(0.0, 10_000_000.0)),
    value("ratio", decimal(0.0, 1_000_000.0)),
]);

// ANCHOR: memory
fn who_owns_what() {
    let shared = Arc::new(0);
    // Both locals must be alive when their addresses are taken.
    let both = Arc::new(Barrier::new(2));
    let threads = [0, 1].map(|i| {
        let (shared, both) = (Arc::clone(&shared), Arc::clone(&both));
        thread::spawn(move || {
            let own = i;
            let addresses = ((&raw const own).addr(), Arc::as_ptr(&shared).addr());
            both.wait();
            addresses
        })
    });
    let seen = threads.map(|thread| thread.join().expect("the thread only looks at addresses"));
    let stack: HashSet<usize> = seen.iter().map(|(own, _)| *own).collect();
    let heap: HashSet<usize> = seen.iter().map(|(_, shared)| *shared).collect();
    println!("two threads, one local variable each: {} addresses", stack.len());
    println!("two threads, one shared value: {} address", heap.len());
}
// ANCHOR_END: memory

/// The mean time of `times` runs in microseconds.
fn microseconds(times: u32, mut run: impl FnMut() -> Result<(), Failure>) -> Result<f64, Failure> {
    let start = Instant::now();
    for _ in 0..times {
        run()?;
    }
    Ok(start.elapsed().as_secs_f64() * 1e6 / f64::from(times))
}

/// The memory that this process occupies, pages that it shares with other
/// processes included. Linux only; 0 elsewhere.
fn resident_kib() -> f64 {
    // The figures of /proc/self/status are batched; these are counted page by page.
    std::fs::read_to_string("/proc/self/smaps_rollup")
        .ok()
        .and_then(|text| {
            let line = text.lines().find_map(|line| line.strip_prefix("Rss:"))?;
            line.trim().strip_suffix("kB")?.trim().parse().ok()
        })
        .unwrap_or(0.0)
}

/// How much the process grows with each of 64 threads that wait.
fn thread_kib() -> f64 {
    const THREADS: usize = 64;
    let before = resident_kib();
    let all_started = Barrier::new(THREADS + 1);
    let measured = Barrier::new(THREADS + 1);
    let after = thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                all_started.wait();
                measured.wait();
            });
        }
        all_started.wait();
        let after = resident_kib();
        measured.wait();
        after
    });
    (after - before).max(0.0) / THREADS as f64
}

fn parent() -> Result<(), Failure> {
    who_owns_what();

    let thread = microseconds(100, || {
        thread::spawn(|| ()).join().map_err(|_| "a thread that does nothing panicked".into())
    })?;
    println!("a thread: {thread:.1} µs to start and join, {:.1} KiB of memory", thread_kib());

    let mut process_kib = 0.0;
    let process = microseconds(20, || {
        let output = again("costs", &["--child"])?.output()?;
        process_kib = String::from_utf8(output.stdout)?.trim().parse()?;
        Ok(())
    })?;
    println!("a process: {process:.1} µs to start and wait for, {process_kib:.1} KiB of memory");
    println!("in time, a process costs {:.1} threads", process / thread);
    Ok(())
}

pub fn main(arguments: &[String]) -> Result<(), Failure> {
    match arguments {
        [] => parent(),
        [role] if role == "--child" => {
            println!("{}", resident_kib());
            Ok(())
        }
        other => Err(format!("{other:?} is not understood; leave it out").into()),
    }
}
