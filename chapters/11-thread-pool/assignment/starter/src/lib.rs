//! A thread pool with priorities, cancellation and a graceful end.

/// What became of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It ran to its end.
    Done,
    /// It panicked.
    Panicked,
    /// It was cancelled before it began, and never ran.
    Cancelled,
}

/// The pool takes no more tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShutDown;

/// Threads that run tasks, the most urgent first.
///
/// Dropping it is `shutdown`.
pub struct Pool {}

impl Pool {
    /// A pool of so many threads.
    pub fn new(threads: usize) -> Self {
        let _ = threads;
        Pool {}
    }

    /// Queues a task. Tasks of higher priority go first, those of equal priority in the order in
    /// which they were submitted.
    pub fn submit<F>(&self, priority: u32, task: F) -> Result<Ticket, ShutDown>
    where
        F: FnOnce() + Send + 'static,
    {
        let _ = (priority, task);
        Err(ShutDown)
    }

    /// Takes no more tasks, runs all that are queued, and returns when every thread has ended.
    pub fn shutdown(&self) {}

    /// Takes no more tasks, cancels those that are queued, lets those that run come to their end, and
    /// returns when every thread has ended.
    pub fn shutdown_now(&self) {}
}

/// What whoever submitted a task has of it.
pub struct Ticket {}

impl Ticket {
    /// Cancels the task, if it has not begun. Whether this call did it.
    pub fn cancel(&self) -> bool {
        false
    }

    /// Blocks until it is known what became of the task. Any number of threads may ask.
    pub fn wait(&self) -> Outcome {
        Outcome::Cancelled
    }
}
