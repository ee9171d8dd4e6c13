// `join` says in its `Result` how the thread ended, and nothing forces us to panic as well.

use std::thread;

pub fn sum_of_quotients(divisors: Vec<u32>) -> u32 {
    let mut workers = Vec::new();
    for divisor in divisors {
        workers.push(thread::spawn(move || 42 / divisor));
    }
    let mut sum = 0;
    for worker in workers {
        if let Ok(quotient) = worker.join() {
            sum += quotient;
        }
    }
    sum
}
