//! The programs of chapter 6, one file each.

pub mod barrier;
pub mod consumers_first;
pub mod methods;
pub mod notify_n;
pub mod producer_first;
pub mod semaphore;
pub mod two_conditions;
pub mod two_condvars;
