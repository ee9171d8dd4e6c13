//! How a task's wait ends from outside, on tokio. Nothing unwinds there: a future that is dropped
//! at its `.await` drops what it holds, and that is all.

use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};
use tour::{Failure, Program};

pub const PROGRAM: Program = Program::fallible(
    "interrupts-tokio",
    "kill, time-outs, and what they leave behind, on tokio",
    main,
);

// ANCHOR: main
const AGES: Duration = Duration::from_secs(3600);
const A_MOMENT: Duration = Duration::from_millis(10);

struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        println!("  cleaned up");
    }
}

async fn sleep_for_ages() {
    let _guard = Guard;
    sleep(AGES).await;
    unreachable!("nobody waits that long");
}

async fn interrupts() {
    println!("-- killed in its sleep");
    let (begins, has_begun) = oneshot::channel();
    let task = tokio::spawn(async {
        begins.send(()).expect("main waits for it");
        sleep_for_ages().await;
    });
    has_begun.await.expect("the task begins"); // and with one thread, it sleeps by now
    task.abort();
    println!("killed: {}", task.await.is_err_and(|error| error.is_cancelled()));

    println!("-- killed before its first turn");
    let task = tokio::spawn(async { println!("never printed") });
    task.abort();
    println!("killed: {}", task.await.is_err_and(|error| error.is_cancelled()));

    println!("-- a time-out ends what it contains, and no more");
    let result = timeout(A_MOMENT, sleep_for_ages()).await;
    println!("out of time: {}", result.is_err());

    println!("-- the nearer time-out fires first");
    let outer = timeout(AGES, async {
        let inner = timeout(A_MOMENT, sleep_for_ages()).await;
        println!("inner out of time: {}", inner.is_err());
    });
    println!("outer out of time: {}", outer.await.is_err());

    println!("-- a join that gives up leaves the task alone");
    let mut task = tokio::spawn(sleep_for_ages());
    // The time-out drops the reference to the handle. To drop a handle ends no task either.
    timeout(A_MOMENT, &mut task).await.expect_err("it sleeps for ages");
    println!("finished: {}", task.is_finished());
    println!("-- the end of the runtime ends what is left");
}

pub fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(interrupts());
    drop(runtime);
    println!("the runtime is gone");
    Ok(())
}
// ANCHOR_END: main
