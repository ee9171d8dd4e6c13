//! One file a program.

pub mod callbacks;
pub mod close_and_terminate;
pub mod context_manager;
pub mod guards;
pub mod handles;
pub mod rayon;
pub mod sizes;
pub mod slots;
