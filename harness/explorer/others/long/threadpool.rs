//! threadpool: a search that takes long.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use threadpool::ThreadPool;

/// Two workers, two jobs.
pub fn two_workers_two_jobs() {
    let pool = ThreadPool::new(2);
    let done = Arc::new(AtomicU32::new(0));
    for _ in 0..2 {
        let done = Arc::clone(&done);
        pool.execute(move || {
            done.fetch_add(1, Ordering::Relaxed);
        });
    }
    pool.join();
    assert_eq!(done.load(Ordering::Relaxed), 2);
}
