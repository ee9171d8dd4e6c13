//! A thread pool, and what Python's `with` becomes in Rust.
//!
//! [`ThreadPool`] runs tasks on a bounded number of threads that it starts on
//! demand. The road there has three steps. [`naive::ThreadPool`] is the
//! document's: a queue with workers behind it, and counts that nobody locks.
//! [`correct::ThreadPool`] keeps the queue and the counts under one lock.
//! [`ThreadPool`] does the same at the speed of the fastest, and can do more.
//!
//! [`guard`], [`defer`] and [`with`] are three shapes of the same promise: what
//! was begun is ended, however the code between comes to its end.

// The steps are named here also where they are left out.
#![cfg_attr(not(feature = "steps"), allow(rustdoc::broken_intra_doc_links))]

mod builder;
mod context;
#[cfg(feature = "steps")]
pub mod correct;
mod error;
mod guard;
mod inline;
#[cfg(feature = "steps")]
pub mod naive;
mod task;
mod task_handle;
mod thread_pool;

pub use builder::Builder;
pub use context::{ContextError, Yielder, with};
pub use error::{ExecuteError, TaskError, TaskPanic, WaitError};
pub use guard::{Guard, defer, guard};
pub use task::Task;
pub use task_handle::TaskHandle;
pub use thread_pool::{Sizes, ThreadPool};
