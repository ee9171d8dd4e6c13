//! The engine of the explorer, and the types that take the place of `std`'s.
//!
//! Programs meet it as `std`: the crate `explore-std` re-exports everything here under `std`'s names. Three things can happen to a
//! program that is compiled so:
//!
//! - [`Explorer`] runs it in every order in which its threads can run, and either proves that nothing goes wrong or shows the
//!   simplest run that does;
//! - [`record`] runs it once, on real threads, and keeps what they did;
//! - otherwise it just runs, on the real `std`.
//!
//! Inside, decisions and machinery are apart: `search` chooses and never runs anything, `machine` runs and never chooses. The
//! README beside this package says how the search works, what it does not cover, and why it is not loom or shuttle.

pub mod alloc;
pub mod env;
mod explore;
pub mod io;
mod machine;
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod outside;
/// On other systems only what `std` gives is virtual.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod outside {
    pub fn restore() {}
    pub use std::time::Instant;
    pub fn an_instant() -> Instant {
        Instant::now()
    }
    pub fn apart<R>(f: impl FnOnce() -> R) -> (R, String) {
        (f(), String::new())
    }
}
pub mod panic;
pub mod process;
mod record;
mod search;
pub mod sync;
pub mod thread;
pub mod time;

pub use explore::addresses::stay as same_addresses;
pub use explore::driver::{Scenario, main, main_of};
pub use explore::{Explorer, NoRuns, Outcome, Printed, Progress, ScheduleError, Status};
#[doc(hidden)]
pub use machine::fibers::main_is_spawned;
#[doc(hidden)]
pub use outside::apart;
pub use protocol::config::{self, Config, Memory};
pub use protocol::{Position, Resume};
pub use record::record;
#[doc(hidden)]
pub use thread::handle::call_main;
