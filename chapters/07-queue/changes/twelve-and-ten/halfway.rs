// `try_iter` takes what is there now, and the rest comes later.

use std::sync::mpsc;
use std::thread;

/// Adds up all numbers. A thread of its own sends those of each part.
pub fn sum(parts: Vec<Vec<u32>>) -> u32 {
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for part in parts {
            let sender = sender.clone();
            scope.spawn(move || {
                for number in part {
                    sender.send(number).unwrap();
                }
            });
        }
        receiver.try_iter().sum()
    })
}
