//! What a pool is to be like, and its start.

use crate::dispatch::Dispatch;
use crate::error::PoolError;
use crate::pool::{Inner, Pool};
use crate::worker::{Recipe, Task};
use ch08_multiprocessing::{Child, Function, Message, cpu_count};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;

/// What a pool is to be like.
#[derive(Debug)]
#[must_use = "there is no pool until it is started"]
pub struct Builder {
    processes: usize,
    tasks_per_child: Option<u64>,
    initializer: Result<Option<Task>, PoolError>,
}

impl Builder {
    pub(crate) fn new() -> Builder {
        Builder { processes: cpu_count(), tasks_per_child: None, initializer: Ok(None) }
    }

    /// How many workers; without this, as many as the process may use CPUs.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// let pool = Pool::builder().processes(2).start()?;
    /// assert_eq!(pool.worker_pids().len(), 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn processes(mut self, processes: usize) -> Builder {
        self.processes = processes;
        self
    }

    /// Replaces a worker after it did that many tasks (a chunk of a map is one
    /// task). Bounds what a task that leaks can leak.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// let pool = Pool::builder().processes(1).tasks_per_child(1).start()?;
    /// let pid = |()| std::process::id();
    /// assert_ne!(pool.apply(pid, ())?, pool.apply(pid, ())?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn tasks_per_child(mut self, tasks: u64) -> Builder {
        self.tasks_per_child = Some(tasks);
        self
    }

    /// Has every worker call `function` with a copy of `argument` before its
    /// first task. If that panics, the tasks fail with
    /// [`TaskError::Initializer`](crate::TaskError::Initializer); CPython would
    /// start workers for ever.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// use std::sync::OnceLock;
    /// static NAME: OnceLock<String> = OnceLock::new();
    /// let remember = |name| drop(NAME.set(name));
    /// let pool = Pool::builder().processes(2).initializer(remember, "bob".to_owned()).start()?;
    /// assert_eq!(pool.apply(|()| NAME.get().cloned(), ())?, Some("bob".to_owned()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn initializer<A>(mut self, function: fn(A), argument: A) -> Builder
    where
        A: Serialize + DeserializeOwned,
    {
        self.initializer = initial_task(function, &argument).map(Some);
        self
    }

    /// Starts the workers. Does not wait until they are ready.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch10_pool::Pool;
    /// let pool = Pool::builder().start()?;
    /// assert_eq!(pool.apply(|n: u32| n + 1, 1)?, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`PoolError`].
    pub fn start(self) -> Result<Pool, PoolError> {
        if self.processes == 0 {
            return Err(PoolError::NoWorkers);
        }
        if self.tasks_per_child == Some(0) {
            return Err(PoolError::NoTasks);
        }
        let recipe = Recipe { initializer: self.initializer? };
        let dispatch = Arc::new(Dispatch::new(recipe, self.tasks_per_child));
        // All processes first: they start up side by side.
        let mut started = Started(Vec::new());
        let mut workers = Vec::new();
        for _ in 0..self.processes {
            let worker = dispatch.start_worker()?;
            started.0.push(worker.child().clone());
            workers.push(worker);
        }
        let inner = Inner::new(dispatch, workers).map_err(PoolError::Thread)?;
        started.0.clear();
        Ok(Pool { inner })
    }
}

/// Workers of a pool that does not come about.
struct Started(Vec<Child>);

impl Drop for Started {
    fn drop(&mut self) {
        for child in &self.0 {
            let _ = child.kill();
        }
        for child in &self.0 {
            let _ = child.join();
        }
    }
}

fn initial_task<A>(function: fn(A), argument: &A) -> Result<Task, PoolError>
where
    A: Serialize + DeserializeOwned,
{
    Ok(Task::new(Function::new(function)?, Message::encode(argument)?))
}
