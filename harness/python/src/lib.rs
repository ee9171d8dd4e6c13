//! The chapters' locks, events, conditions and queues as a module for Python.
//!
//! It is there so that CPython's own tests can be run on them, and it adds
//! nothing to what they do: names, defaults and exceptions are Python's, and
//! each method is a call of the chapter's.
//!
//! | Python | chapter |
//! |---|---|
//! | `Lock` | 3 |
//! | `RLock` | 4 |
//! | `Event` | 5 |
//! | `Condition`, `Semaphore`, `BoundedSemaphore`, `Barrier` | 6 |
//! | `Queue`, `LifoQueue`, `PriorityQueue`, `SimpleQueue`, `Full`, `Empty`, `ShutDown` | 7 |
//! | `processes`: what processes share, and a pool of them | 8, 9, 10 |
//!
//! What lives here: the translation. What must not: anything that waits, or
//! that decides who goes on.
//!
//! # When not to use it
//!
//! It is no package for programs. A thread that blocks here does not hear
//! Ctrl-C. Python's garbage collector does not see what a queue or a barrier
//! holds, so a cycle through one is never freed.

#![warn(missing_docs)]

mod any_lock;
mod barrier;
mod condition;
mod event;
mod interpreter;
mod item;
mod lock;
mod patience;
mod pool;
mod processes;
mod queue;
mod rlock;
mod semaphore;
mod simple_queue;

/// What `import every_interleaving` gives.
#[pyo3::pymodule]
mod every_interleaving {
    use crate::queue::{Empty, Full};
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::{
        barrier::Barrier,
        condition::Condition,
        event::Event,
        lock::Lock,
        queue::{LifoQueue, PriorityQueue, Queue, ShutDown},
        rlock::RLock,
        semaphore::{BoundedSemaphore, Semaphore},
        simple_queue::SimpleQueue,
    };

    /// What processes share, and a pool of them: chapters 8 to 10.
    #[pymodule]
    mod processes {
        #[pymodule_export]
        use crate::processes::{
            barrier::Barrier,
            condition::Condition,
            connection::{Connection, pipe},
            event::Event,
            lock::Lock,
            queue::Queue,
            raw::{RawArray, RawValue},
            rlock::RLock,
            semaphore::{BoundedSemaphore, Semaphore},
            shared::{Array, Value},
        };

        #[pymodule_export]
        use crate::pool::PoolClient;
    }

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let py = module.py();
        module.add("Full", py.get_type::<Full>())?;
        module.add("Empty", py.get_type::<Empty>())
    }
}
