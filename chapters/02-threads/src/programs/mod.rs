//! The programs of the chapter, one file each.

pub mod daemons;
pub mod everyone;
pub mod locals;
pub mod methods;
pub mod panics;
pub mod timers;
pub mod workers;
