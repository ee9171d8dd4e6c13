//! Tasks that wait for one another on tokio: it has no event, but a way to wake all who wait now;
//! and its queue knows when no more will come.

use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio::time::timeout;
use tour::{Failure, Program};

pub const PROGRAM: Program = Program::fallible(
    "event-and-queue-tokio",
    "an event and a bounded queue between tasks, on tokio",
    main,
);

// ANCHOR: main
async fn wait(event: &Notify, i: u32) {
    event.notified().await;
    println!("waiter {i} goes on");
}

async fn event() {
    let event = Notify::new();
    let set_and_clear = async {
        println!("set, and cleared at once");
        event.notify_waiters();
    };
    // Asked in this order: the three wait by then.
    tokio::join!(biased; wait(&event, 0), wait(&event, 1), wait(&event, 2), set_and_clear);
    let set = timeout(Duration::from_millis(10), event.notified()).await;
    println!("set: {}", set.is_ok());
}

async fn queue() {
    let (sender, mut receiver) = mpsc::channel(2);
    let produce = async move {
        for item in 1..=4 {
            sender.send(item).await.expect("the consumer takes them all");
            println!("put {item}");
        }
        // Here the only sender goes, and the receiver learns of it.
    };
    let consume = async {
        while let Some(item) = receiver.recv().await {
            println!("  got {item}");
        }
    };
    tokio::join!(biased; produce, consume);
    println!("nothing more: {}", receiver.recv().await.is_none());
}

pub fn main() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async {
        event().await;
        queue().await;
    });
    Ok(())
}
// ANCHOR_END: main
