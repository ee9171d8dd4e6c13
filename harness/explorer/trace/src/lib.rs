//! The one trace format of the project, and its renderings.
//!
//! A [`Trace`] is one run of a concurrent program: recorded on real threads, or chosen by the explorer. It is plain data with a
//! versioned JSON form; `schema/trace.schema.json` describes it. Everything that is shown of a run is made from it:
//!
//! - [`Terminal`]: text with a lane for each thread,
//! - [`Svg`]: swim lanes for a page,
//! - [`Trace::to_perfetto`]: a file for a trace viewer,
//! - [`graph::StateGraph`]: many runs as one graph, for a reader to step through (`schema/state-graph.schema.json`).
//!
//! The words are the same in all of them, and what they say about locks, waits and values comes from one place, [`replay`].
//! This crate neither runs nor explores anything; it depends on no other crate of the project.
//!
//! ```
//! use explore_trace::*;
//!
//! let source = "fn stuck() {\n    let lock = Mutex::new(());\n    let _a = lock.lock();\n    let _b = lock.lock();\n}\n";
//! let (main, lock) = (ThreadId(0), ObjectId(0));
//! let operation = Operation::Lock { lock, mode: LockMode::Exclusive };
//! let line = |line| Some(Location::new("stuck.rs", line));
//! let waits_for = Some(WaitsFor::Lock { lock, held_by: vec![main] });
//!
//! let mut trace = Trace {
//!     version: VERSION,
//!     program: Program { name: "stuck".into(), entry: None },
//!     origin: Origin::Explored,
//!     threads: vec![Thread::default()],
//!     objects: vec![Object { kind: ObjectKind::Mutex, name: None, created: line(2), initial: None }],
//!     steps: vec![
//!         Step { at: line(3), ..Step::new(main, operation.clone()) },
//!         Step { at: line(4), blocked: waits_for.clone(), ..Step::new(main, operation) },
//!     ],
//!     verdict: Verdict {
//!         outcome: Outcome::Failed {
//!             failure: Failure::Deadlock { waits: vec![Wait { thread: main, at: line(4), waits_for }] },
//!         },
//!         search: None,
//!     },
//!     output: vec![],
//!     sources: Default::default(),
//! };
//! trace.quote(&mut ("stuck.rs", source));
//!
//! let picture = Terminal::default().draw(&trace);
//! assert!(picture.contains("main holds lock and waits for lock, which it itself holds."));
//! assert_eq!(Trace::from_json(&trace.to_json()).unwrap(), trace);
//! ```

mod chart;
mod explain;
mod format;
pub mod graph;
mod json;
mod labels;
mod location;
mod naming;
mod operation;
mod perfetto;
pub mod replay;
mod sources;
mod svg;
mod terminal;
pub mod text;
mod verdict;
mod words;

pub use format::{
    Choice, Object, ObjectId, ObjectKind, Origin, Output, Program, Step, Stream, Thread, ThreadId,
    Trace, VERSION,
};
pub use json::ReadError;
pub use labels::Labels;
pub use location::Location;
pub use operation::{ChannelOutcome, LockMode, Operation, Ordering, Read, Stale};
pub use sources::{SourceFiles, Sources};
pub use svg::{Svg, SvgLayout};
pub use terminal::Terminal;
pub use verdict::{Failure, Outcome, Search, Verdict, Wait, WaitsFor};
