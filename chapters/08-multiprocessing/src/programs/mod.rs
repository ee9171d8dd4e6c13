//! The programs of chapter 8, one a file.

pub mod daemon;
pub mod exit_codes;
pub mod fork_with_threads;
pub mod hello;
pub mod methods;
pub mod pipe;
pub mod process_queue;
pub mod start_methods;
pub mod together;
