//! Linearizability: whether what several threads got from one object could have come from one thread that made the same calls one after the other.
//!
//! An assertion says what one program must not do. This says what a *type* must not do: its operations, the arguments to try and a sequential
//! model are declared once, and [`Clients::check`] makes the programs, so many threads with so many calls each, in every combination. Under the explorer each is run
//! in every interleaving, and each history of calls and answers is held against the model. A history that no order of its calls explains is a panic
//! that shows it; the explorer draws the run.
//!
//! ```
//! use linearizable::{Clients, Model, Object};
//! use std::sync::Mutex;
//!
//! #[derive(Clone, Debug)]
//! enum Call {
//!     Push(u32),
//!     Pop,
//! }
//!
//! struct Stack(Mutex<Vec<u32>>);
//!
//! impl Object for Stack {
//!     type Call = Call;
//!     type Answer = Option<u32>;
//!
//!     fn new() -> Self {
//!         Self(Mutex::new(Vec::new()))
//!     }
//!
//!     fn call(&self, call: &Call) -> Option<u32> {
//!         let mut items = self.0.lock().unwrap();
//!         match call {
//!             Call::Push(item) => {
//!                 items.push(*item);
//!                 None
//!             }
//!             Call::Pop => items.pop(),
//!         }
//!     }
//! }
//!
//! #[derive(Clone, Default)]
//! struct OneThread(Vec<u32>);
//!
//! impl Model<Stack> for OneThread {
//!     fn call(&mut self, call: &Call) -> Option<Option<u32>> {
//!         Some(match call {
//!             Call::Push(item) => {
//!                 self.0.push(*item);
//!                 None
//!             }
//!             Call::Pop => self.0.pop(),
//!         })
//!     }
//! }
//!
//! // Two threads with a call each; `cargo test` runs each client once, the explorer in every interleaving.
//! Clients::of(2, 1).calling([Call::Push(1), Call::Push(2), Call::Pop]).check::<Stack, OneThread>();
//! ```
//!
//! # How it works, and what it promises
//!
//! *Which client* is a choice that the explorer makes like any other ([`choose`]), so that one verdict, "proved: N executions cover every interleaving", is about all of
//! them. Clients that differ in the numbers of their threads only are one. Those in which the model itself would wait for ever are not run; [`Clients::number`] counts the others.
//!
//! *Which call came before which*: a call that began after another had returned must not be explained by an order that has it first (Herlihy and Wing, 1990). Each thread
//! counts its calls when they return, and looks at the others' counts before it begins one. A look that finds a count is a real order of the two; and whichever orders
//! an execution could have had are looked at in one of those that the explorer makes, as looks are atomic loads and it explores what each can find.
//! The counts are stored with `Release` and loaded with `Acquire`: who has seen that a call returned has seen its effects. In executions where a look finds nothing they order nothing.
//!
//! *Whether there is an explanation* is a search over the orders that respect this (Wing and Gong, 1993), with each state of the model tried once for each set of calls that are over.

mod clients;
mod explain;
mod history;

pub use clients::{Clients, choose};

use std::fmt::Debug;

/// A type whose operations several threads call at once.
pub trait Object: Send + Sync + Sized + 'static {
    /// One call with its arguments.
    type Call: Clone + Debug + Send + Sync + 'static;
    /// What a call returns.
    type Answer: PartialEq + Debug + Send + 'static;

    /// An object as each client begins with it.
    fn new() -> Self;

    /// Makes the call. It may block, if [`Model::call`] can say so.
    fn call(&self, call: &Self::Call) -> Self::Answer;
}

/// What the object is, for one thread.
///
/// It is plain data without locks or atomics: what it does is part of no interleaving.
pub trait Model<O: Object>: Clone + Default {
    /// Makes the call; or `None`, with the state left as it was, when it would have to wait for another thread.
    fn call(&mut self, call: &O::Call) -> Option<O::Answer>;
}
