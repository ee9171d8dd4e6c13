//! `std::thread`, for programs that may be explored.

pub(crate) mod handle;
pub mod local;
mod park;
mod scope;
mod spawn;

pub use handle::{Thread, ThreadId, current};
pub use local::{AccessError, LocalKey};
pub(crate) use park::nanoseconds;
pub use park::{available_parallelism, park, park_timeout, sleep, spin_loop, yield_now};
#[expect(deprecated, reason = "std still has them")]
pub use park::{park_timeout_ms, sleep_ms};
pub use scope::{Scope, ScopedJoinHandle, scope};
pub use spawn::{Builder, JoinHandle, spawn};

pub use crate::panic::panicking;
pub use std::thread::Result;
