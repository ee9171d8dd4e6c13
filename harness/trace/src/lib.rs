//! The one trace format of the project, and its renderings.
//!
//! A [`Trace`] is one run of a concurrent program: recorded on real threads, or chosen by the explorer. It is plain data with a
//! versioned JSON form (`schema/trace.schema.json`).

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
mod text;
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
