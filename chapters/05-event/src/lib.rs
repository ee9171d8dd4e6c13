//! Chapter 5: a flag that threads wait for.
//!
//! The road there has two steps. [`naive::Event`] is a flag and a condition
//! variable; it loses waiters when the flag is cleared soon after it was set.
//! [`Event`] counts how often the flag went up, and loses nobody.
//!
//! What lives here: events within one process. What does not: conditions,
//! semaphores and barriers (chapter 6).

#![warn(missing_docs)]

mod event;
pub mod naive;

pub use event::Event;
