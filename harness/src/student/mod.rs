//! What a student does: begin an assignment, check it, watch it, ask for a hint.
//!
//! | module | what lives there |
//! |---|---|
//! | [`copy`] | the working copy: what it is, how it is made |
//! | [`progress`] | what a copy remembers: hints that were shown, checks that were passed |
//! | [`watch`], `screen` | checks on every save; where they are shown |
//! | [`verbs`] | the verbs `start`, `check`, `hint` |
//! | [`change`] | five-minute changes, and the verb of that name |
//!
//! Nothing that a student has written is ever changed here. What is written into a copy later is one file of its own, `.progress.json`.

pub mod change;
pub mod copy;
pub mod progress;
mod screen;
pub mod verbs;
pub mod watch;
