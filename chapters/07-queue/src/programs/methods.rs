//! Every method of a queue: with waiting, with a time-out, and at once.
//!
//! What was wrong: the document has `join` wait until the queue is empty. It
//! waits until every item was reported by `task_done`.

use ch07_queue::{GetError, PutError, Queue};
use std::thread;
use std::time::Duration;
use tour::Program;

pub const PROGRAM: Program = Program::new("methods", "every method of a queue", main);

const PATIENCE: Duration = Duration::from_millis(20);

// ANCHOR: main
pub fn main() {
    let queue = Queue::new(2);
    show(&queue);

    queue.put("a").expect("the queue is not shut down");
    queue.try_put("b").expect("there is room");
    show(&queue);

    // Full gives the item back.
    match queue.try_put("c") {
        Err(PutError::Full(item)) => println!("put {item} at once: Full"),
        other => println!("put c at once: {other:?}"),
    }
    match queue.put_timeout("c", PATIENCE) {
        Err(PutError::Full(item)) => println!("put {item} within 20 ms: Full"),
        other => println!("put c within 20 ms: {other:?}"),
    }

    // A put without a time-out waits until a get makes room.
    thread::scope(|scope| {
        let waiting = scope.spawn(|| queue.put("c"));
        println!("get: {}", queue.get().expect("a is in it"));
        waiting.join().expect("put does not panic").expect("the queue is not shut down");
    });
    println!("put c: done once there was room");
    // ANCHOR_END: main

    // ANCHOR: rest
    println!("get at once: {}", queue.try_get().expect("b is in it"));
    println!("get within 20 ms: {}", queue.get_timeout(PATIENCE).expect("c is in it"));
    match queue.try_get() {
        Err(GetError::Empty) => println!("get at once: Empty"),
        other => println!("get at once: {other:?}"),
    }
    match queue.get_timeout(PATIENCE) {
        Err(GetError::Empty) => println!("get within 20 ms: Empty"),
        other => println!("get within 20 ms: {other:?}"),
    }

    // A get without a time-out waits until a put brings something.
    thread::scope(|scope| {
        let waiting = scope.spawn(|| queue.get());
        queue.put("d").expect("the queue is not shut down");
        let item = waiting.join().expect("get does not panic").expect("d was put");
        println!("get: {item}, once it was put");
    });

    // Four items were put, so four have to be reported.
    println!("unfinished: {}", queue.unfinished_tasks());
    for _ in 0..4 {
        queue.task_done().expect("four were put");
    }
    queue.join();
    println!("join: every item was reported");
    if queue.task_done().is_err() {
        println!("task_done a fifth time: an error");
    }

    queue.set_capacity(0);
    for item in ["e", "f", "g"] {
        queue.put(item).expect("there is no bound");
    }
    show(&queue);
}

fn show(queue: &Queue<&str>) {
    let yes_or_no = |it| if it { "yes" } else { "no" };
    let (empty, full) = (yes_or_no(queue.is_empty()), yes_or_no(queue.is_full()));
    println!("length {}, empty: {empty}, full: {full}", queue.len());
}
// ANCHOR_END: rest
