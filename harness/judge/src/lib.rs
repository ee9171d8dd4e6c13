//! What the checks of an assignment are linked with.
//!
//! A check is a plain function that panics when something is wrong. Those of `checks.rs` call the submission, which is linked into the same
//! process; [`inside`] runs one of them and gets its verdict out of the process. Most need nothing from here. A check that wants the submission
//! to panic says so with [`panics`].

pub mod inside;

pub use inside::panics::panics;
