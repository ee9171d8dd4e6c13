//! The programs on shuttle's types.

pub mod facade {
    pub use shuttle::{sync, thread};
}

#[path = "../../../engine/tests/programs/mod.rs"]
pub mod programs;
