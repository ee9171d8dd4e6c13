//! Looks for what is in the test crate.
extern crate test;
pub use test::black_box;
