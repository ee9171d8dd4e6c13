//! Chapter 2: threads as Python's `threading` has them, on `std`.
//!
//! `std::thread` runs a function in a new thread and hands its result back.
//! Python's threads can more: they have a name that may change, an identifier
//! that is none before the start, a daemon flag that the end of the program
//! respects, a `join` with a time-out; and the module knows them all. This
//! crate adds what is missing and keeps what Rust does better: the result and
//! the panic come back through `join`, and a thread that is joined or started
//! twice does not compile.
//!
//! | Python | here |
//! |---|---|
//! | `Thread(target=f, name=…, daemon=…)` | [`Builder::build`] gives an [`Unstarted`] |
//! | `t.start()`, `t.run()` | [`Unstarted::start`], [`Unstarted::run`]; either once, by type |
//! | `t.join()`, `t.join(timeout)` | [`JoinHandle::join`], [`JoinHandle::join_timeout`] |
//! | `t.name`, `t.ident`, `t.native_id`, `t.is_alive()`, `t.daemon` | the methods of [`Thread`] |
//! | `current_thread()`, `enumerate()`, `active_count()` | [`current`], [`enumerate`], [`active_count`] |
//! | the wait for all non-daemon threads at exit | [`main_scope`] |
//! | `Timer`, `local` | [`Timer`], [`Local`] |
//!
//! ```
//! use ch02_threads::{Builder, main_scope};
//!
//! let total = main_scope(|| {
//!     let worker = Builder::new().name("adder").spawn(|| 1 + 2)?;
//!     assert_eq!(worker.thread().name(), "adder");
//!     Ok::<i32, std::io::Error>(worker.join().unwrap())
//! })?;
//! assert_eq!(total, 3);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # When not to use it
//!
//! Threads that borrow from their creator want [`std::thread::scope`]. Threads
//! that nobody names, counts or waits for with a time-out want
//! [`std::thread::spawn`]: it does less at each start and end.

#![warn(missing_docs)]

mod builder;
mod current;
mod ident;
mod join_handle;
mod local;
mod main_scope;
mod record;
mod registry;
mod thread;
mod timer;

pub use builder::{Builder, Unstarted, spawn};
pub use current::current;
pub use ident::Ident;
pub use join_handle::JoinHandle;
pub use local::Local;
pub use main_scope::main_scope;
pub use registry::{active_count, enumerate};
pub use thread::Thread;
pub use timer::Timer;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks `mutex` whether or not it is poisoned. Every critical section of this
/// crate leaves its data whole at each point where it could panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
