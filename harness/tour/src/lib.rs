//! The tiny command line that each chapter's `main.rs` is.
//!
//! A chapter is a table of [`Program`]s in reading order. `tour` runs all of
//! them, some of them, or lists them; the harness reads the same list as JSON
//! (a [`Listing`]) and learns from it what each program reads and what form
//! its output has.
//!
//! ```
//! use tour::{Chapter, Program, any_order, in_order, integer, line, value};
//!
//! fn workers() {
//!     let workers: Vec<_> = (0..3).map(|i| std::thread::spawn(move || println!("worker {i}"))).collect();
//!     for worker in workers {
//!         worker.join().unwrap();
//!     }
//!     println!("all done by process {}", std::process::id());
//! }
//!
//! const WORKERS: Program = Program::new("workers", "three workers, in any order", workers)
//!     .output(&[any_order("the workers", 3), in_order(1)])
//!     .varying(&[line("all done by process <pid>")])
//!     .values(&[value("pid", integer(1, 4_194_304))]);
//!
//! const CHAPTER: Chapter = Chapter { number: 2, title: "Threads", programs: &[WORKERS] };
//! // In main: `tour::main(CHAPTER)`. Here: what the harness would read.
//! assert_eq!(CHAPTER.listing().programs[0].name, "workers");
//! ```
//!
//! What does not live here: running a chapter from outside, comparing its
//! output, deadlines. That is the harness's.

#![warn(missing_docs)]

mod command_line;
mod form;
mod listing;
mod program;
mod prompt;

pub use command_line::main;
pub use form::{Block, Line, Property, Value, any_order, decimal, in_order, integer, line, value};
pub use listing::{Form, Listed, Listing};
pub use program::{Chapter, Failure, Program};
pub use prompt::prompt;
