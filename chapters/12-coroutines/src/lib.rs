//! Chapter 12: coroutines. Many things at once on one thread, taking turns by
//! agreement.
//!
//! A thread is interrupted by the system, anywhere. A coroutine goes on until it
//! says itself that somebody else may: at a switch, or at a wait. What that
//! buys: a switch costs nanoseconds instead of microseconds, a sleeping coroutine costs a
//! page or two of memory, and what happens between two switches needs no lock. What it
//! costs: one coroutine that computes for long, or blocks the thread, stops all.
//!
//! | Python | here | beside it |
//! |---|---|---|
//! | greenlet | [`Greenlet`] | |
//! | gevent | [`hub`] | tokio |
//!
//! Both are built on stacks of their own, switched by
//! [corosensei](https://docs.rs/corosensei). When to use which, and when tokio: see
//! [`hub`](hub#or-tokio).
//!
//! Needs panics that unwind (`panic = "unwind"`, the default): ending a suspended
//! coroutine means unwinding its stack.

mod greenlet;
pub mod hub;
#[cfg(feature = "programs")]
pub mod pages;
mod stack;

pub use greenlet::{CyclicParents, Exit, Greenlet, WeakGreenlet};
