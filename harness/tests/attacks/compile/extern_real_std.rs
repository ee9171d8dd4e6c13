//! Names the crate behind the list.
extern crate explore_std as real;
pub use real::fs;
