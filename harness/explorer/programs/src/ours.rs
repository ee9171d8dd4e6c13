//! On the engine's own types.

mod facade {
    pub use explore_engine::{sync, thread};
}

#[path = "programs.rs"]
pub mod programs;
