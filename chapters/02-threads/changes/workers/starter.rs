// Two jobs that cannot end without each other, so they have to run at the same time. Here the
// first one is joined before the second has been started. Start all of them, and then join.

use std::thread;

/// A closure in a box: in boxes, closures of several types fit into one `Vec`.
pub type Job = Box<dyn FnOnce() + Send>;

pub fn run_all(jobs: Vec<Job>) {
    for job in jobs {
        let worker = thread::spawn(job);
        worker.join().unwrap();
    }
}
