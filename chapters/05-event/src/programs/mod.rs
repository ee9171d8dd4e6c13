//! The programs of chapter 5, one file each.

pub mod methods;
pub mod set_clear;
pub mod ten_waiters;
