//! Random programs in which several threads do the same, explored with and without taking them for the same.

#[path = "../fuzz/numbers.rs"]
pub mod numbers;

pub mod compare;
pub mod interpret;
pub mod program;
pub mod random;
