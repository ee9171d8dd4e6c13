//! Workers that add numbers up.

use crossbeam_channel::{Sender, bounded};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, JoinHandle};

/// Workers and what waits for them.
pub struct Workers {
    jobs: Sender<u32>,
    sum: Arc<AtomicU32>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// So many.
    pub fn new(number: usize) -> Workers {
        let (jobs, waiting) = bounded::<u32>(2);
        let sum = Arc::new(AtomicU32::new(0));
        let worker = || {
            let (waiting, sum) = (waiting.clone(), Arc::clone(&sum));
            thread::spawn(move || {
                for job in waiting {
                    sum.fetch_add(job, Ordering::Relaxed);
                }
            })
        };
        let threads = (0..number).map(|_| worker()).collect();
        Workers { jobs, sum, threads }
    }

    /// Leaves a number. Blocks while two are left that nobody has taken.
    pub fn add(&self, number: u32) {
        self.jobs.send(number).unwrap();
    }

    /// Waits until nothing is left to do. The bug: a job that a worker has taken is no longer in the queue, and not done.
    pub fn flush(&self) {
        while !self.jobs.is_empty() {
            thread::yield_now();
        }
    }

    /// The sum so far.
    pub fn sum(&self) -> u32 {
        self.sum.load(Ordering::Relaxed)
    }

    /// Ends, and returns the sum.
    pub fn finish(self) -> u32 {
        let Workers { jobs, sum, threads } = self;
        drop(jobs);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        sum.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flushed_is_done() {
        let workers = Workers::new(1);
        workers.add(5);
        workers.flush();
        assert_eq!(workers.sum(), 5);
        workers.finish();
    }
}
