//! One file a program.

pub mod crossbeam_channel;
pub mod methods;
pub mod orders;
pub mod shutdown;
pub mod task_done;
pub mod twelve_and_ten;
