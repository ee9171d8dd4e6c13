//! Names the explorer.
extern crate explore_engine;
pub use explore_engine::Explorer;
