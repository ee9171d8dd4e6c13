//! The one trace format of the project, and its renderings.
//!
//! A [`Trace`] is one run of a concurrent program: recorded on real threads, or chosen by the explorer. It is plain data with a
//! versioned JSON form.

mod format;
mod location;
mod operation;
mod verdict;

pub use format::{
    Choice, Object, ObjectId, ObjectKind, Origin, Output, Program, Step, Stream, Thread, ThreadId,
    Trace, VERSION,
};
pub use location::Location;
pub use operation::{ChannelOutcome, LockMode, Operation, Ordering, Read, Stale};
pub use verdict::{Failure, Outcome, Search, Verdict, Wait, WaitsFor};
