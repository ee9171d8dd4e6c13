//! The same twelve and ten over a channel of the crossbeam library.
//!
//! A channel needs no shutdown: it ends when the last sender is dropped, and
//! the receivers' loops end with it. It has neither `task_done` nor another
//! order than first in, first out. For passing items on, it is the first
//! choice. Python has no counterpart.

use crossbeam::channel;
use std::thread;
use tour::Program;

pub const PROGRAM: Program =
    Program::new("crossbeam-channel", "the same twelve and ten over a crossbeam channel", main);

const PRODUCERS: usize = 12;
const CONSUMERS: usize = 10;
const ITEMS_EACH: usize = 100;

// ANCHOR: main
pub fn main() {
    let (sender, receiver) = channel::bounded(10);
    let received: Vec<Vec<(usize, usize)>> = thread::scope(|scope| {
        let consumers: Vec<_> = (0..CONSUMERS)
            .map(|_| {
                let receiver = receiver.clone();
                scope.spawn(move || receiver.iter().collect())
            })
            .collect();
        for producer in 0..PRODUCERS {
            let sender = sender.clone();
            scope.spawn(move || {
                for number in 0..ITEMS_EACH {
                    sender.send((producer, number)).expect("the consumers stay to the end");
                }
            });
        }
        // The producers hold clones. With the last one gone, the channel ends.
        drop(sender);
        consumers.into_iter().map(|consumer| consumer.join().unwrap()).collect()
    });
    // ANCHOR_END: main

    // ANCHOR: rest
    println!("arrived: {}", received.iter().map(Vec::len).sum::<usize>());
    for producer in 0..PRODUCERS {
        let in_order = received.iter().all(|items| {
            items.iter().filter(|item| item.0 == producer).is_sorted_by_key(|item| item.1)
        });
        let mut items: Vec<usize> = received
            .iter()
            .flatten()
            .filter(|item| item.0 == producer)
            .map(|item| item.1)
            .collect();
        items.sort();
        let all = if items.iter().copied().eq(0..ITEMS_EACH) { "each item once" } else { "WRONG" };
        let order = if in_order { "in its order" } else { "OUT OF ORDER" };
        println!("producer {producer}: {all}, {order}");
    }
}
// ANCHOR_END: rest
