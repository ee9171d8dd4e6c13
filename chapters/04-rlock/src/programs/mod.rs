//! The programs of chapter 4, one file each.

pub mod condvar;
pub mod lock_once;
pub mod lock_twice;
pub mod misuse;
pub mod rlock_twice;
