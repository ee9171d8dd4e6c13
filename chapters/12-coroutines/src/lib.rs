//! Chapter 12.
mod greenlet;
pub mod hub;
mod stack;
pub use greenlet::{CyclicParents, Exit, Greenlet, WeakGreenlet};
