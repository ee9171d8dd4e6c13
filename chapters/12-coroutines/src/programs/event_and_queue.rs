//! Tasks that wait for one another: an event, and a queue with room for two.
//!
//! The order is fixed without a lock: a task is never interrupted between two waits.

use ch12_coroutines::hub::{self, Event, Queue};
use std::rc::Rc;
use std::time::Duration;
use tour::{Failure, Program};

pub const PROGRAM: Program =
    Program::fallible("event-and-queue", "an event and a bounded queue between tasks", main);

// ANCHOR: main
fn event() {
    let event = Rc::new(Event::new());
    let waiters: Vec<_> = (0..3)
        .map(|i| {
            let event = event.clone();
            hub::spawn(move || {
                event.wait();
                println!("waiter {i} goes on");
            })
        })
        .collect();
    hub::sleep(Duration::ZERO); // now all three wait
    println!("set, and cleared at once");
    event.set();
    event.clear();
    hub::join_all(waiters);
    println!("set: {}", event.is_set());
}

fn queue() {
    let queue = Rc::new(Queue::new(2));
    let producer = hub::spawn({
        let queue = queue.clone();
        move || {
            for item in 1..=4 {
                queue.put(Some(item));
                println!("put {item}");
            }
            queue.put(None);
        }
    });
    while let Some(item) = queue.get() {
        println!("  got {item}");
    }
    producer.join().expect("the producer has put everything");
    let empty = queue.get_timeout(Duration::from_millis(10));
    println!("nothing more: {}", empty.is_err());
}

pub fn main() -> Result<(), Failure> {
    hub::run(|| {
        event();
        queue();
    })?;
    Ok(())
}
// ANCHOR_END: main
