//! Names the judge.
extern crate judge;
pub use judge::inside::main;
