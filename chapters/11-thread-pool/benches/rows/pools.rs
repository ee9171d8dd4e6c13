//! The pools, in one shape.

use crossbeam::channel::{Sender, unbounded};
use std::thread;

/// What takes tasks.
pub trait Pool {
    fn of(threads: usize) -> Self;
    fn run(&self, task: impl FnOnce() + Send + 'static);
}

/// What gives their results back.
pub trait Results: Pool {
    /// Has a thread of the pool return `n`.
    fn result(&self, n: u64) -> u64;
}

impl Pool for ch11_thread_pool::ThreadPool {
    fn of(threads: usize) -> Self {
        Self::new(threads)
    }

    fn run(&self, task: impl FnOnce() + Send + 'static) {
        self.execute(task, drop).expect("the pool is open");
    }
}

impl Results for ch11_thread_pool::ThreadPool {
    fn result(&self, n: u64) -> u64 {
        self.submit(move || n).expect("the pool is open").join().expect("the task returns")
    }
}

impl Pool for rayon::ThreadPool {
    fn of(threads: usize) -> Self {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("there are threads")
    }

    fn run(&self, task: impl FnOnce() + Send + 'static) {
        self.spawn(task);
    }
}

impl Pool for threadpool::ThreadPool {
    fn of(threads: usize) -> Self {
        Self::new(threads)
    }

    fn run(&self, task: impl FnOnce() + Send + 'static) {
        self.execute(task);
    }
}

impl Pool for rusty_pool::ThreadPool {
    fn of(threads: usize) -> Self {
        rusty_pool::Builder::new().core_size(threads).max_size(threads).build()
    }

    fn run(&self, task: impl FnOnce() + Send + 'static) {
        self.execute(task);
    }
}

impl Results for rusty_pool::ThreadPool {
    fn result(&self, n: u64) -> u64 {
        self.evaluate(move || n).await_complete()
    }
}

/// The least that makes a pool: a channel of boxed tasks, and threads that take
/// from it. Counts nothing, catches no panic, and has no end but its drop.
pub struct Crossbeam(Sender<Box<dyn FnOnce() + Send>>);

impl Pool for Crossbeam {
    fn of(threads: usize) -> Self {
        let (sender, tasks) = unbounded::<Box<dyn FnOnce() + Send>>();
        for _ in 0..threads {
            let tasks = tasks.clone();
            thread::spawn(move || tasks.into_iter().for_each(|task| task()));
        }
        Crossbeam(sender)
    }

    fn run(&self, task: impl FnOnce() + Send + 'static) {
        self.0.send(Box::new(task)).expect("its threads are there");
    }
}
