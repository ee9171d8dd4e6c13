//! What crosses the border between a program under exploration and the process that started it. Types, and their JSON.
//!
//! | module | what lives there | who writes | who reads |
//! |---|---|---|---|
//! | [`config`] | what a search covers, and how long it may take | the tool | the program |
//! | [`outcome`] | what came of a search, and how far one is | the program | the tool |
//! | [`position`] | where a run stands, and every way to go on | the program | the tool |
//! | [`check`] | what a grader asks of a check's process, and what that says | both | both |
//! | [`called`] | a call of a client, of a check that makes clients | the check's process | the grader |
//! | [`resume`] | where a search writes down what it has done | the tool | the program |
//! | [`read`] | reading JSON in a program under exploration | | |
//! | [`schedule`] | the string that replays a run | the program | both |
//!
//! A program under exploration is linked with this crate, and the compiler considers each implementation that is in the program's graph of
//! crates. So nothing here needs serde unless the feature `serde` is on, which only tools switch on; what such a program writes, it writes
//! by [`trace::json`], and what it reads, by [`read`].

pub mod called;
pub mod check;
pub mod config;
pub mod outcome;
pub mod position;
pub mod read;
pub mod resume;
pub mod schedule;

pub use called::Called;
pub use check::{ClientsOrder, Frame, Order, Panic, ProgramOrder};
pub use config::{Config, Memory, Random};
pub use outcome::{Outcome, Printed, Progress, Status, rounded};
pub use position::{Position, Untold, Way};
pub use resume::Resume;
pub use schedule::ScheduleError;
