//! The programs of chapter 3, one file each.

pub mod list_race;
pub mod lost_by_chance;
pub mod lost_update;
pub mod methods;
pub mod mutex;
pub mod rwlock;
pub mod ten_threads;
