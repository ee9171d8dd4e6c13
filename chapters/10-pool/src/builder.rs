//! What a pool is to be like, and its start.

use crate::dispatch::Dispatch;
use crate::error::PoolError;
use crate::pool::{Inner, Pool};
use crate::worker::{Recipe, Task, Worker};
use ch08_multiprocessing::{Function, Message, StartMethod, cpu_count};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;

/// What a pool is to be like.
#[derive(Debug)]
#[must_use = "there is no pool until it is started"]
pub struct Builder {
    processes: usize,
    tasks_per_child: Option<u64>,
    method: StartMethod,
    initializer: Result<Option<Task>, PoolError>,
}

impl Builder {
    pub(crate) fn new() -> Builder {
        Builder {
            processes: cpu_count(),
            tasks_per_child: None,
            method: StartMethod::default(),
            initializer: Ok(None),
        }
    }

    /// How many workers; without this, as many as the process may use CPUs.
    pub fn processes(mut self, processes: usize) -> Builder {
        self.processes = processes;
        self
    }

    /// Replaces a worker after it did that many tasks (a chunk of a map is one
    /// task). Bounds what a task that leaks can leak.
    pub fn tasks_per_child(mut self, tasks: u64) -> Builder {
        self.tasks_per_child = Some(tasks);
        self
    }

    /// How the workers are started.
    pub fn method(mut self, method: StartMethod) -> Builder {
        self.method = method;
        self
    }

    /// Has every worker call `function` with a copy of `argument` before its
    /// first task. If that panics, the tasks fail with
    /// [`TaskError::Initializer`]; CPython would start workers for ever.
    pub fn initializer<A>(mut self, function: fn(A), argument: A) -> Builder
    where
        A: Serialize + DeserializeOwned,
    {
        let task = || {
            let function = Function::new(function)?;
            Ok(Some(Task::new(function, Message::encode(&argument)?)))
        };
        self.initializer = task();
        self
    }

    /// Starts the workers. Does not wait until they are ready.
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
        let recipe = Recipe { method: self.method, initializer: self.initializer? };
        let dispatch = Arc::new(Dispatch::new(recipe, self.tasks_per_child, self.processes));
        // All processes first: they start up side by side, and a fork wants no threads.
        let workers = (0..self.processes)
            .map(|_| dispatch.start_worker())
            .collect::<Result<Vec<Worker>, _>>()?;
        Ok(Pool { inner: Inner::new(dispatch, workers) })
    }
}
