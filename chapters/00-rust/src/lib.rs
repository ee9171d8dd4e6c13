//! Changes: one small file each, which the reader mends, and which the compiler and a check judge.
//!
//! A change is a folder of `changes` with the file that a reader begins with (`starter.rs`), one that
//! passes (`solution.rs`), and a program that calls what they define (`check.rs`).

mod judge;
mod verb;

pub use judge::{Verdict, judge, names};
pub use verb::main;
