//! The programs, one file each.

pub mod dead_holder;
pub mod lost_update;
pub mod slices;
pub mod typecodes;
pub mod value_array;
