//! The one trace format of the project, and its renderings.
//!
//! A [`Trace`] is one run of a concurrent program: recorded on real threads, or chosen by the explorer. It is plain data with a
//! versioned JSON form; `schema/trace.schema.json` describes it. Everything that is shown of a run is made from it:
//!
//! - [`Terminal`]: text with a lane for each thread,
//! - [`Svg`]: swim lanes for a page,
//! - [`Trace::to_perfetto`]: a file for a trace viewer,
//! - [`Trace::told`]: its steps as sentences, for who shows them in another way,
//! - [`graph::StateGraph`]: many runs as one graph, for a reader to step through (`schema/state-graph.schema.json`).
//!
//! The words are the same in all of them, in English or Chinese ([`Language`]), and what they say about locks, waits and values comes from one place, [`replay`].
//! This crate neither runs nor explores anything; it depends on no other crate of the project.
//!
//! The feature `serde` reads traces and has serde's traits for them; `pictures` draws. Both are on by default. What is linked with
//! programs under exploration goes without, and writes JSON by [`json`]: such a program must not see other crates' implementations.
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
//!             failure: Failure::Deadlock { waits: vec![Wait { thread: main, at: line(4), called_at: None, waits_for }] },
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

#[cfg(feature = "pictures")]
mod captions;
#[cfg(feature = "pictures")]
mod chart;
#[cfg(feature = "pictures")]
mod chinese;
#[cfg(feature = "pictures")]
mod explain;
mod format;
#[cfg(feature = "pictures")]
pub mod graph;
pub mod json;
#[cfg(feature = "pictures")]
mod labels;
mod language;
mod location;
#[cfg(feature = "pictures")]
mod naming;
mod operation;
#[cfg(feature = "pictures")]
mod parameters;
#[cfg(feature = "pictures")]
mod perfetto;
#[cfg(feature = "pictures")]
mod places;
#[cfg(feature = "serde")]
mod read;
#[cfg(feature = "pictures")]
mod receivers;
#[cfg(feature = "pictures")]
pub mod replay;
#[cfg(feature = "pictures")]
mod sources;
#[cfg(feature = "pictures")]
mod svg;
#[cfg(feature = "pictures")]
mod terminal;
#[cfg(feature = "pictures")]
pub mod text;
#[cfg(feature = "pictures")]
mod told;
mod verdict;
#[cfg(feature = "pictures")]
mod words;

pub use format::{
    Choice, Object, ObjectId, ObjectKind, Origin, Output, Program, Step, Stream, Thread, ThreadId,
    Trace, VERSION,
};

#[cfg(feature = "pictures")]
pub use labels::Labels;
pub use language::{Language, UnknownLanguage};
pub use location::Location;
pub use operation::{ChannelOutcome, LockMode, Operation, Ordering, Read, Stale};
#[cfg(feature = "serde")]
pub use read::ReadError;
#[cfg(feature = "pictures")]
pub use sources::{SourceFiles, SourceTexts, Sources};
#[cfg(feature = "pictures")]
pub use svg::{Svg, SvgLayout};
#[cfg(feature = "pictures")]
pub use terminal::Terminal;
#[cfg(feature = "pictures")]
pub use told::{Stands, Told, ToldStep};
pub use verdict::{
    Access, Action, Allocation, Failure, MemoryFault, Outcome, Search, Verdict, Wait, WaitsFor,
};
