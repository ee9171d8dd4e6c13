//! What the checks of an assignment are linked with.
//!
//! A check is a plain function that panics when something is wrong.
//!
//! - Those of `checks.rs` call the submission, which is linked into the same process; [`inside`] runs one of them and gets its verdict out of
//!   the process. Most need little from here: [`drawn`] gives numbers that nobody knows before, [`seen!`](crate::seen) says what the values of an
//!   enum are, and a check that wants the submission to panic says so with [`panics`]. One of kind `linearizable` says which [`Clients`] there are.
//! - Those of `judge.rs` share nothing with the submission, which runs alone in a jail: a [`Program`] that they start, send input to, and
//!   judge by its answers and its processes. [`outside`] runs one of them.

mod frame;
pub mod inside;
pub mod outside;

pub use inside::clients::{Answer, Clients};
pub use inside::looks::{Seen, drawn};
pub use inside::panics::panics;
pub use outside::{Call, Finished, Held, Program, Random, Riddle, Run, Step};

/// A process of the submission, seen from outside.
pub use jail::ProcessInfo;
/// What a judge sends to a process of the submission.
pub use outside::Signal;

/// What the crate around `checks.rs` has at its root; here for this crate's own tests.
#[cfg(test)]
pub(crate) struct Checks;
