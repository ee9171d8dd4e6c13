// One thread for each division, and the sum of all quotients. A division by zero panics, and
// here this panic spoils the sum. Let the sum count only the threads that come to their end.

use std::thread;

pub fn sum_of_quotients(divisors: Vec<u32>) -> u32 {
    let mut workers = Vec::new();
    for divisor in divisors {
        workers.push(thread::spawn(move || 42 / divisor));
    }
    let mut sum = 0;
    for worker in workers {
        sum += worker.join().unwrap();
    }
    sum
}
