//! The programs on loom's types.

pub mod facade {
    pub use loom::{sync, thread};
}

#[path = "../../../engine/tests/programs/mod.rs"]
pub mod programs;
