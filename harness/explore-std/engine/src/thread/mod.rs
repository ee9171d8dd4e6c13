//! `std::thread`, for programs that may be explored.

pub(crate) mod handle;
pub mod local;
mod park;
mod scope;
mod spawn;

pub use handle::{Thread, ThreadId, current};
pub use local::{AccessError, LocalKey};
pub(crate) use park::nanoseconds;
pub use park::{park, park_timeout, sleep, spin_loop, yield_now};
pub use scope::{Scope, ScopedJoinHandle, scope};
pub use spawn::{Builder, JoinHandle, spawn};

pub use crate::panic::panicking;
pub use std::thread::{Result, available_parallelism};
