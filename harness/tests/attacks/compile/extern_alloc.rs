//! Looks for alloc.
extern crate alloc;
pub use alloc::alloc::alloc as attack;
