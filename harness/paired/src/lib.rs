//! Two things measured in turns.
//!
//! Ours and a peer's, in pairs and in one process, so that a change of the machine's speed hits both. A bench is a table of comparisons; it
//! prints them for people, and, if the variable `PAIRED_RESULTS` names a file, adds them to it for programs (`harness bench` reads that).
//!
//! | module | what it measures |
//! |---|---|
//! | [`threads`] | calls of some nanoseconds, on one CPU and on two (chapters 3 to 7, 11 and 12) |
//! | [`processes`] | what takes microseconds, also against a peer in Python (chapters 8 to 10) |
//! | [`measured`] | what comes out of both |
//!
//! The times are wall-clock times of this machine: no test may depend on them.

pub mod measured;
pub mod processes;
pub mod threads;
