//! `task_done` and `join`: an empty queue is not yet finished work.

use ch07_queue::{Queue, SimpleQueue};
use std::thread;
use tour::Program;

pub const PROGRAM: Program =
    Program::new("task-done", "an empty queue is not yet finished work", main);

// ANCHOR: main
pub fn main() {
    let queue = Queue::new(0);
    for page in ["first", "second", "third"] {
        queue.put(page).expect("nobody shuts the queue down");
    }

    let (all_taken, go_on) = (SimpleQueue::new(), SimpleQueue::new());
    thread::scope(|scope| {
        scope.spawn(|| {
            let pages: Vec<_> = (0..3).map(|_| queue.get().expect("three were put")).collect();
            all_taken.put(());
            go_on.get();
            for page in pages {
                println!("printed the {page} page");
                queue.task_done().expect("three were put");
            }
        });

        all_taken.get();
        println!("in the queue: {}, unfinished: {}", queue.len(), queue.unfinished_tasks());
        go_on.put(());
        queue.join();
        println!("joined: in the queue: {}, unfinished: {}", queue.len(), queue.unfinished_tasks());
    });
}
// ANCHOR_END: main
