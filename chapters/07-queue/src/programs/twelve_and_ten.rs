//! Twelve producers and ten consumers over a queue that holds ten items.
//!
//! What was wrong: the document's threads run for ever and print nothing. Here
//! each producer puts a hundred items, the queue is shut down after the last
//! one, and the consumers compare notes.

use ch07_queue::Queue;
use std::thread;
use tour::{Program, in_order, integer, line, value};

pub const PROGRAM: Program =
    Program::new("twelve-and-ten", "12 producers, 10 consumers, room for 10", main)
        .output(&[in_order(14)])
        .varying(&[line("most items seen waiting: <waiting>")])
        .values(&[value("waiting", integer(1, 10))]);

const PRODUCERS: usize = 12;
const CONSUMERS: usize = 10;
const ITEMS_EACH: usize = 100;

// ANCHOR: main
pub fn main() {
    let queue = Queue::new(10);
    let (most_waiting, received) = thread::scope(|scope| {
        let consumers: Vec<_> = (0..CONSUMERS)
            .map(|_| scope.spawn(|| queue.iter().collect::<Vec<(usize, usize)>>()))
            .collect();
        let queue = &queue;
        let producers: Vec<_> =
            (0..PRODUCERS).map(|producer| scope.spawn(move || produce(producer, queue))).collect();

        let seen = producers.into_iter().map(|producer| producer.join().unwrap());
        let most_waiting = seen.max().unwrap();
        // Every item is in the queue or already taken. The consumers empty it
        // and then see the end.
        queue.shutdown();
        let received: Vec<_> =
            consumers.into_iter().map(|consumer| consumer.join().unwrap()).collect();
        (most_waiting, received)
    });
    // ANCHOR_END: main

    // ANCHOR: rest
    println!("arrived: {}", received.iter().map(Vec::len).sum::<usize>());
    for producer in 0..PRODUCERS {
        let mut items: Vec<usize> = Vec::new();
        let mut in_order = true;
        for consumer in &received {
            let from_it = consumer.iter().filter(|item| item.0 == producer).map(|item| item.1);
            let from_it: Vec<usize> = from_it.collect();
            in_order &= from_it.is_sorted();
            items.extend(from_it);
        }
        items.sort();
        let all = if items.iter().copied().eq(0..ITEMS_EACH) { "each item once" } else { "WRONG" };
        let order = if in_order { "in its order" } else { "OUT OF ORDER" };
        println!("producer {producer}: {all}, {order}");
    }
    println!("most items seen waiting: {most_waiting}");
}

/// Puts its items and returns the greatest length of the queue that it saw.
fn produce(producer: usize, queue: &Queue<(usize, usize)>) -> usize {
    let mut most_waiting = 1;
    for number in 0..ITEMS_EACH {
        queue.put((producer, number)).expect("nobody shuts the queue down yet");
        most_waiting = most_waiting.max(queue.len());
    }
    most_waiting
}
// ANCHOR_END: rest
