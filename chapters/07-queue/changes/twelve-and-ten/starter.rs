// Several threads send numbers, and the sum of all is wanted. It never comes, although all have
// sent what they had: `iter` ends with the last sender, and one sender is left. Find it.

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
        receiver.iter().sum()
    })
}
