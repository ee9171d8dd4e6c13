//! What a switch costs: between two greenlets, and between two threads.
//!
//! Both hand one token back and forth. A greenlet's switch is a handful of
//! instructions; a thread's takes the system twice, to sleep and to wake, and often another processor.

use ch12_coroutines::Greenlet;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use tour::{Program, decimal, integer, line, value};

pub const PROGRAM: Program =
    Program::new("switch-cost", "a coroutine switch against a thread switch", main)
        .varying(&[
            line("a switch between greenlets: <greenlet> ns"),
            line("a switch between threads: <thread> ns"),
            line("a thread's switch costs as much as <ratio> of a greenlet's"),
        ])
        .values(&[
            value("greenlet", integer(0, 1_000_000)),
            value("thread", integer(0, 100_000_000)),
            value("ratio", decimal(0.01, 1_000_000.0)),
        ]);

// ANCHOR: main
fn greenlet_switch() -> Duration {
    const ROUNDS: u32 = 100_000;
    let echo = Greenlet::new(|mut token: u32| {
        loop {
            token = Greenlet::main().switch(token + 1);
        }
    });
    let start = Instant::now();
    let token = (0..ROUNDS).fold(0, |token, _| echo.switch(token));
    assert_eq!(token, ROUNDS);
    start.elapsed() / (2 * ROUNDS)
}

fn thread_switch() -> Duration {
    const ROUNDS: u32 = 5_000;
    let (to_echo, from_main) = mpsc::sync_channel::<u32>(0);
    let (to_main, from_echo) = mpsc::sync_channel::<u32>(0);
    let echo = thread::spawn(move || {
        for token in from_main {
            to_main.send(token + 1).unwrap();
        }
    });
    let start = Instant::now();
    let mut token = 0;
    for _ in 0..ROUNDS {
        to_echo.send(token).unwrap();
        token = from_echo.recv().unwrap();
    }
    let elapsed = start.elapsed();
    assert_eq!(token, ROUNDS);
    drop(to_echo);
    echo.join().unwrap();
    elapsed / (2 * ROUNDS)
}

pub fn main() {
    let (greenlet, thread) = (greenlet_switch(), thread_switch());
    println!("a switch between greenlets: {} ns", greenlet.as_nanos());
    println!("a switch between threads: {} ns", thread.as_nanos());
    let ratio = thread.as_secs_f64() / greenlet.as_secs_f64().max(1e-9);
    println!("a thread's switch costs as much as {ratio:.1} of a greenlet's");
}
// ANCHOR_END: main
