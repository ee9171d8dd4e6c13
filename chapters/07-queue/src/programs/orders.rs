//! Which item comes first: three orders, and the simple queue.

use ch07_queue::{BlockingQueue, LifoQueue, PriorityQueue, Queue, SimpleQueue, Store};
use tour::Program;

pub const PROGRAM: Program = Program::new("orders", "first in, last in or least comes first", main);

const TASKS: [(u8, &str); 4] = [(3, "sweep"), (1, "cook"), (4, "sleep"), (2, "eat")];

// ANCHOR: main
pub fn main() {
    println!("first in first out: {}", through(&Queue::new(0)));
    println!("last in first out: {}", through(&LifoQueue::new(0)));
    println!("least first: {}", through(&PriorityQueue::new(0)));

    let simple = SimpleQueue::new();
    TASKS.into_iter().for_each(|task| simple.put(task));
    let tasks: Vec<_> = TASKS.iter().map(|_| simple.get().1).collect();
    println!("simple: {}", tasks.join(" "));
}

/// Puts all tasks, then gets them all.
fn through<S: Store<Item = (u8, &'static str)>>(queue: &BlockingQueue<S>) -> String {
    for task in TASKS {
        queue.put(task).expect("there is no bound");
    }
    queue.shutdown();
    queue.iter().map(|(_, task)| task).collect::<Vec<_>>().join(" ")
}
// ANCHOR_END: main
