//! How a task's wait ends from outside: killed, out of time, or given up on.

use ch12_coroutines::hub::{self, JoinError, Timeout};
use std::time::Duration;
use tour::{Failure, Program};

pub const PROGRAM: Program =
    Program::fallible("interrupts", "kill, time-outs, and what they leave behind", main);

// ANCHOR: main
const AGES: Duration = Duration::from_secs(3600);
const A_MOMENT: Duration = Duration::from_millis(10);

struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        println!("  cleaned up");
    }
}

fn sleep_for_ages() {
    let _guard = Guard;
    hub::sleep(AGES);
    unreachable!("nobody waits that long");
}

pub fn main() -> Result<(), Failure> {
    hub::run(|| {
        println!("-- killed in its sleep");
        let task = hub::spawn(sleep_for_ages);
        hub::sleep(Duration::ZERO); // now it sleeps
        task.kill();
        println!("killed: {}", matches!(task.join(), Err(JoinError::Killed)));

        println!("-- killed before its first turn");
        let task = hub::spawn(|| println!("never printed"));
        task.kill();
        println!("killed: {}", matches!(task.join(), Err(JoinError::Killed)));

        println!("-- a time-out ends what it contains, and no more");
        let result = hub::timeout(A_MOMENT, sleep_for_ages);
        println!("out of time: {}", result == Err(Timeout));

        println!("-- the nearer time-out fires first");
        let outer = hub::timeout(AGES, || {
            let inner = hub::timeout(A_MOMENT, sleep_for_ages);
            println!("inner out of time: {}", inner == Err(Timeout));
        });
        println!("outer out of time: {}", outer == Err(Timeout));

        println!("-- a join that gives up leaves the task alone");
        let task = hub::spawn(sleep_for_ages);
        let task = task.join_timeout(A_MOMENT).expect_err("it sleeps for ages");
        println!("finished: {}", task.is_finished());
        println!("-- the end of main ends what is left");
    })?;
    println!("the hub is gone");
    Ok(())
}
// ANCHOR_END: main
