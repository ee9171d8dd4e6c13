// The handles are kept until all jobs have been started.

use std::thread;

/// A closure in a box: in boxes, closures of several types fit into one `Vec`.
pub type Job = Box<dyn FnOnce() + Send>;

pub fn run_all(jobs: Vec<Job>) {
    let mut workers = Vec::new();
    for job in jobs {
        workers.push(thread::spawn(job));
    }
    for worker in workers {
        worker.join().unwrap();
    }
}
