//! threadpool: jobs done when `join` returns.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use threadpool::ThreadPool;

fn run(workers: usize, jobs: u32) {
    let pool = ThreadPool::new(workers);
    let done = Arc::new(AtomicU32::new(0));
    for _ in 0..jobs {
        let done = Arc::clone(&done);
        pool.execute(move || {
            done.fetch_add(1, Ordering::Relaxed);
        });
    }
    pool.join();
    assert_eq!(done.load(Ordering::Relaxed), jobs);
}

/// One worker, one job.
pub fn one_worker_one_job() {
    run(1, 1);
}

/// One worker, two jobs.
pub fn one_worker_two_jobs() {
    run(1, 2);
}

/// Two workers, one job.
pub fn two_workers_one_job() {
    run(2, 1);
}
