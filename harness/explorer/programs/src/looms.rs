//! On loom's types.

mod facade {
    pub use loom::{sync, thread};
}

#[path = "programs.rs"]
pub mod programs;
