//! The engine of the explorer, and the types that take the place of `std`'s.

pub mod config;
mod explore;
pub mod io;
mod machine;
mod outside;
pub mod panic;
pub mod process;
mod record;
mod search;
pub mod sync;
pub mod thread;
pub mod time;

pub use config::{Config, Memory};
pub use explore::driver::main;
pub use explore::{Explorer, Outcome, Printed, Progress, ScheduleError, Status};
pub use record::record;
