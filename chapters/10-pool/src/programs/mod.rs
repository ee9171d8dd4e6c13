//! The programs of chapter 10, one a file.

pub mod documentation;
pub mod end_call;
pub mod errors;
pub mod initializer;
pub mod methods;
pub mod pipeline;
pub mod tasks_per_child;
pub mod worker_lost;
