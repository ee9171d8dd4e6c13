//! Chapter 10: a pool of worker processes.
//!
//! [`Pool`] does what Python's `multiprocessing.Pool` does, on the processes
//! of chapter 8. Where CPython's hangs, this one answers:
//!
//! | | CPython 3.11 | here |
//! |---|---|---|
//! | a worker is killed at its task | `get()` waits for ever | [`TaskError::WorkerLost`]; the worker is replaced |
//! | the initializer raises | workers are started for ever | [`TaskError::Initializer`] |
//! | a callback raises | every later `get()` waits for ever | printed; nothing else |
//! | `join()` before `close()` | `ValueError` | does not compile |
//! | used in a forked copy | waits for ever | [`TaskError::OtherProcess`] |
//!
//! - [`Pool`], [`Builder`], [`ClosedPool`]: the workers, and single tasks.
//! - [`AsyncResult`]: a result that arrives later; callbacks.
//! - [`Mapping`] and [`Imap`]: one function over many elements.
//! - `pipeline`: the database side of the preface's program (feature `programs`,
//!   on by default).

#[cfg(not(target_os = "linux"))]
compile_error!("chapter 10 needs Linux: it is built on the processes of chapter 8");

mod arrivals;
mod assembly;
mod builder;
mod callbacks;
mod dispatch;
mod error;
mod imap;
mod mapping;
mod panics;
#[cfg(feature = "programs")]
pub mod pipeline;
mod pool;
mod result;
mod stand_ins;
mod tender;
mod worker;

pub use builder::Builder;
pub use error::{PoolError, TaskError, TimedOut};
pub use imap::Imap;
pub use mapping::Mapping;
pub use pool::{ClosedPool, Pool};
pub use result::AsyncResult;
