//! On shuttle's types.

mod facade {
    pub use shuttle::{sync, thread};
}

#[path = "programs.rs"]
pub mod programs;
