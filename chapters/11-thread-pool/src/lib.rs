//! A thread pool, and what Python's `with` becomes in Rust.
//!
//! [`ThreadPool`] runs tasks on a bounded number of threads that it starts on
//! demand. It stands on the queue of chapter 7, as the document's pool stands
//! on Python's.
//!
//! [`guard`], [`defer`] and [`with`] are three shapes of the same promise: what
//! was begun is ended, however the code between comes to its end.

mod context;
mod error;
mod guard;
mod task;
mod task_handle;
mod thread_pool;

pub use context::{ContextError, Yielder, with};
pub use error::{ExecuteError, TaskError, TaskPanic, WaitError};
pub use guard::{Guard, defer, guard};
pub use task::Task;
pub use task_handle::TaskHandle;
pub use thread_pool::{Sizes, ThreadPool};
