//! The programs of the chapter, one file each.

pub mod arc_and_mutex;
pub mod borrowing;
pub mod closures;
pub mod compiler_errors;
pub mod let_mut;
pub mod ownership;
pub mod results;
pub mod send;
