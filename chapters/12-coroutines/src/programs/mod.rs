//! The programs, one file each.

pub mod connect;
pub mod dropped;
pub mod event_and_queue;
pub mod event_and_queue_tokio;
pub mod interrupts;
pub mod interrupts_tokio;
pub mod pages;
pub mod pages_tokio;
pub mod parents;
pub mod sleepers;
pub mod sleepers_tokio;
pub mod switch_cost;
pub mod switches;
pub mod throw;
pub mod two_tasks;
pub mod two_tasks_tokio;
pub mod values;
