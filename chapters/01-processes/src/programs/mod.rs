//! The programs of the chapter, one file each.

pub mod costs;
pub mod end_of_main;
pub mod join_all;
pub mod memory;
pub mod no_gil;
