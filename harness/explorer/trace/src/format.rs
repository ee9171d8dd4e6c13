//! The format itself: one run of a program, and what came of it.

use std::collections::BTreeMap;

use crate::{Location, Operation, Verdict, WaitsFor};

/// The version of the format that this crate writes and reads.
pub const VERSION: u32 = 1;

/// One run of a program: recorded as it happened, or chosen by the explorer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Trace {
    /// [`VERSION`].
    pub version: u32,
    /// What ran.
    pub program: Program,
    /// How the run came about.
    pub origin: Origin,
    /// The threads; a [`ThreadId`] is an index into this list. The first is the main thread.
    pub threads: Vec<Thread>,
    /// The shared objects; an [`ObjectId`] is an index into this list.
    pub objects: Vec<Object>,
    /// What happened, in the order in which it happened.
    pub steps: Vec<Step>,
    /// What came of it.
    pub verdict: Verdict,
    /// What the program printed.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub output: Vec<Output>,
    /// The source lines that the steps name, so that the trace can be read without the program: file, line, text.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "BTreeMap::is_empty"))]
    pub sources: BTreeMap<String, BTreeMap<u32, String>>,
}

/// What ran.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Program {
    /// Its name for people: a package and program, or a scenario.
    pub name: String,
    /// Where its entry point is written, if known.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub entry: Option<Location>,
}

/// How a run came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Origin {
    /// On real threads; the operating system decided who went next.
    Recorded,
    /// In the explorer, which decided who went next.
    Explored,
}

/// A thread, by its place in [`Trace::threads`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct ThreadId(pub u32);

/// A shared object, by its place in [`Trace::objects`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct ObjectId(pub u32);

/// A thread of the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Thread {
    /// The name that the program gave it.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub name: Option<String>,
    /// The thread that spawned it; none for the first.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub parent: Option<ThreadId>,
    /// Where it was spawned.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub spawned: Option<Location>,
}

/// A lock, an atomic, a channel: what threads meet at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Object {
    /// What it is.
    pub kind: ObjectKind,
    /// What the source calls it, if that can be told.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub name: Option<String>,
    /// Where it was created. An atomic is nothing but its value, which does not tell: where it was used first.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub created: Option<Location>,
    /// The value that an atomic was created with.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub initial: Option<String>,
}

/// What kind of thing an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum ObjectKind {
    /// `Mutex`.
    Mutex,
    /// `RwLock`.
    RwLock,
    /// `Condvar`.
    Condvar,
    /// `Barrier`.
    Barrier,
    /// `Once`, `OnceLock`, `LazyLock`.
    Once,
    /// Both ends of an `mpsc` channel.
    Channel,
    /// Any atomic.
    Atomic,
}

/// One thing that one thread did, or could not do yet.
///
/// A step with `blocked` says: *the thread asked for this and could not have it*. A later step of the same thread with the same
/// operation completes it. [`Operation::Wait`] is the exception: it does happen (the lock is given back), so it is one step, and
/// [`Operation::Wake`] the other.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Step {
    /// Who.
    pub thread: ThreadId,
    /// What.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub operation: Operation,
    /// The function of `std` that the source calls, where the operation alone does not say it: `fetch_add`, `wait_while`, `recv_timeout`.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub call: Option<String>,
    /// The source line.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub at: Option<Location>,
    /// Where the program's own code had called what led to the step, if [`at`](Step::at) is in a crate of others.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub called_at: Option<Location>,
    /// Nanoseconds since the run began: real ones in a recorded run, virtual ones in an explored one (where it may be absent).
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub time_ns: Option<u64>,
    /// Why the thread could not have it.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub blocked: Option<WaitsFor>,
    /// The threads that can go on because of this step: notified, unparked, handed a lock, joined.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub wakes: Vec<ThreadId>,
    /// What was chosen besides the thread.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub choice: Option<Choice>,
    /// The scheduler took the turn away from another thread that could have gone on.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub preempts: bool,
    /// A remark for the reader: "nobody is waiting: the notification is lost".
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub note: Option<String>,
}

impl Step {
    /// A step with nothing but a thread and an operation; the other fields are public.
    pub fn new(thread: ThreadId, operation: Operation) -> Self {
        Self {
            thread,
            operation,
            call: None,
            at: None,
            called_at: None,
            time_ns: None,
            blocked: None,
            wakes: Vec::new(),
            choice: None,
            preempts: false,
            note: None,
        }
    }
}

/// What the scheduler chose in a step, besides the thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields))]
pub enum Choice {
    /// The time-out fires.
    Timeout,
    /// The thread wakes although nobody notified it.
    Spurious,
    /// `notify_one` wakes this waiter, of several.
    Waiter {
        /// The waiter.
        thread: ThreadId,
    },
    /// The load reads an older store; [`Read::stale`](crate::Read::stale) says which.
    OlderStore,
    /// `compare_exchange_weak` fails although the value was the expected one.
    WeakFailure,
}

/// Something the program printed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Output {
    /// Who printed it.
    pub thread: ThreadId,
    /// Where to.
    pub stream: Stream,
    /// The text.
    pub text: String,
    /// How many steps had happened before it.
    pub after: usize,
}

/// Where output goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}
