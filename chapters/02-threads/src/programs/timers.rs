//! A function that is called later, and one whose call is cancelled in time.

use ch02_threads::Timer;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tour::{Failure, Program};

pub const PROGRAM: Program =
    Program::fallible("timers", "a function called later, unless it is cancelled", main);

fn yes(it_is: bool) -> &'static str {
    if it_is { "yes" } else { "no" }
}

// ANCHOR: main
pub fn main() -> Result<(), Failure> {
    let late = Timer::start(Duration::from_secs(3600), || println!("timer: an hour later"))?;
    println!("cancelled in time: {}", yes(late.cancel()));
    late.join().map_err(|_| "a cancelled timer calls nothing")?;
    println!("main: the cancelled timer's thread has ended");

    let start = Instant::now();
    let delay = Duration::from_millis(20);
    // ANCHOR: soon
    let (called, wait_for_call) = mpsc::channel();
    let soon = Timer::start(delay, move || {
        println!("timer: at least 20 ms later? {}", yes(start.elapsed() >= delay));
        called.send(()).expect("main waits for this");
    })?;
    wait_for_call.recv()?;
    println!("cancelled in time: {}", yes(soon.cancel()));
    // ANCHOR_END: soon
    soon.join().map_err(|_| "printing does not panic")?;
    println!("main: this timer's thread has ended too");
    Ok(())
}
// ANCHOR_END: main
