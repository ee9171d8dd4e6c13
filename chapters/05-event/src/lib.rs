//! Chapter 5: a flag that threads wait for.
//!
//! The road there has three steps. [`naive::Event`] is a flag and a condition
//! variable; it loses waiters when the flag is cleared soon after it was set.
//! [`correct::Event`] counts how often the flag went up, and loses nobody.
//! [`Event`] is as good, and where the flag is up, a wait is one look at it.
//!
//! What lives here: events within one process. What does not: conditions,
//! semaphores and barriers (chapter 6).

#![warn(missing_docs)]
// The steps are named here also where they are left out.
#![cfg_attr(not(feature = "steps"), allow(rustdoc::broken_intra_doc_links))]

#[cfg(feature = "steps")]
pub mod correct;
mod event;
#[cfg(feature = "steps")]
pub mod naive;

pub use event::Event;
