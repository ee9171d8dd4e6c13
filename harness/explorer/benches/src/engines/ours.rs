//! The programs on our engine's types.

pub mod facade {
    pub use explore_engine::{sync, thread};
}

#[path = "../../../engine/tests/programs/mod.rs"]
pub mod programs;
