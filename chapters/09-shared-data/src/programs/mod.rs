//! The programs, one file each.

pub mod cost;
pub mod dead_holder;
pub mod lost_update;
pub mod manager;
pub mod manager_dict;
pub mod manager_types;
pub mod nested;
pub mod plain_dict;
pub mod slices;
pub mod typecodes;
pub mod value_array;
