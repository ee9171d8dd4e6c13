//! What a run, or a search over all runs, came to.

use crate::{Location, ObjectId, ThreadId};

/// The result, and how it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Verdict {
    /// The result.
    pub outcome: Outcome,
    /// How the search was made; absent for a recorded run.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub search: Option<Search>,
}

/// The result of a run or of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(tag = "result", rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Outcome {
    /// A recorded run came to its end. It says nothing about other runs.
    Ended,
    /// Every interleaving was covered, within the bounds that [`Search`] names.
    Proved,
    /// This trace shows a run that goes wrong.
    Failed {
        /// What goes wrong.
        failure: Failure,
    },
    /// Nothing went wrong in what was tried, and not everything was tried.
    NotProved {
        /// Why the search stopped, as a clause: "the budget of 10 s was used up".
        reason: String,
    },
}

/// What goes wrong in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields))]
pub enum Failure {
    /// A thread panicked, and the panic is the failure.
    Panic {
        /// The thread.
        thread: ThreadId,
        /// The panic's message.
        message: String,
        /// Where it panicked.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        at: Option<Location>,
    },
    /// No thread can go on.
    Deadlock {
        /// Who waits for what: one entry a thread that has not ended.
        waits: Vec<Wait>,
    },
    /// Threads run for ever without getting anywhere.
    Livelock {
        /// Where the threads spin.
        spins: Vec<Wait>,
        /// How many steps were taken before the run was stopped.
        steps: u64,
    },
    /// The program ended while threads were still there.
    Leak {
        /// Where the threads stand that nobody joined.
        threads: Vec<Wait>,
    },
    /// A thread met a poisoned lock and gave up.
    Poisoned {
        /// The thread that met it.
        thread: ThreadId,
        /// The lock.
        lock: ObjectId,
        /// The thread that panicked while it held the lock.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        by: Option<ThreadId>,
    },
    /// Memory was used as it must not be.
    Memory {
        /// What is wrong.
        fault: MemoryFault,
        /// Who used it: the earlier access, if there is one, and the one that goes wrong.
        accesses: Vec<Access>,
        /// The allocation that it is about.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        allocation: Option<Allocation>,
    },
    /// The program called `process::exit` with a code other than 0, or `process::abort`.
    Exit {
        /// The thread that called it.
        thread: ThreadId,
        /// The code; absent for `abort`.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        code: Option<i32>,
    },
}

/// What is wrong with a use of memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum MemoryFault {
    /// Two threads touch it, one of them writes, and nothing orders the two.
    DataRace,
    /// It was freed, or may be freed already.
    UseAfterFree,
    /// It was freed twice.
    DoubleFree,
    /// What was freed is no allocation, or one with another layout.
    InvalidFree,
    /// It is still allocated at the end, and nobody can reach it any more.
    Leak,
}

impl MemoryFault {
    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::DataRace => "data race",
            Self::UseAfterFree => "use after free",
            Self::DoubleFree => "double free",
            Self::InvalidFree => "invalid free",
            Self::Leak => "memory is leaked",
        }
    }
}

/// One use of memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Access {
    /// Who.
    pub thread: ThreadId,
    /// What was done.
    pub action: Action,
    /// Where.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub at: Option<Location>,
}

/// What is done with memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Action {
    /// It is read.
    Read,
    /// It is written.
    Write,
    /// An atomic operation, or one of a lock or a channel that lies there.
    Atomic,
    /// It is freed.
    Free,
}

/// A piece of memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Allocation {
    /// Its size in bytes.
    pub size: u64,
    /// Who allocated it.
    pub thread: ThreadId,
    /// Where.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub at: Option<Location>,
}

/// Where a thread stands and what it waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Wait {
    /// The thread.
    pub thread: ThreadId,
    /// The line at which it stands.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub at: Option<Location>,
    /// Where the program's own code had called what led there, if that line is in a crate of others.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub called_at: Option<Location>,
    /// What it waits for; absent if it could go on (a leaked thread may).
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub waits_for: Option<WaitsFor>,
}

/// What a thread waits for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "for", rename_all = "snake_case", deny_unknown_fields))]
pub enum WaitsFor {
    /// A lock, or a cell that another thread initialises.
    Lock {
        /// The lock.
        lock: ObjectId,
        /// Who has it: several threads if it is held for reading.
        held_by: Vec<ThreadId>,
    },
    /// A notification.
    Notify {
        /// The condition variable.
        condvar: ObjectId,
    },
    /// The end of a thread.
    Join {
        /// The thread.
        thread: ThreadId,
    },
    /// Its own token, which `unpark` sets.
    Unpark,
    /// The other threads of a barrier.
    Barrier {
        /// The barrier.
        barrier: ObjectId,
    },
    /// A message: the channel is empty.
    Message {
        /// The channel.
        channel: ObjectId,
    },
    /// Room: the channel is full.
    Room {
        /// The channel.
        channel: ObjectId,
    },
    /// Another value in one of these atomics: the thread spins.
    Change {
        /// The atomics that it reads in each round.
        atomics: Vec<ObjectId>,
    },
    /// Time to pass.
    Time,
}

/// How a search was made and what it covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Search {
    /// How many executions were run.
    pub executions: u64,
    /// How long the search took, in milliseconds.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub elapsed_ms: Option<u64>,
    /// The string that replays this trace.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub schedule: Option<String>,
    /// How many preemptions this trace has: switches away from a thread that could have gone on.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub preemptions: Option<u32>,
    /// Whether no trace with fewer preemptions fails.
    #[cfg_attr(feature = "serde", serde(default))]
    pub minimal: bool,
    /// The bounds, each a short phrase: "at most 1 spurious wake-up a thread", "memory model: RC11 without load buffering".
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub bounds: Vec<String>,
    /// What is not checked, each a short phrase: "data races in unsafe code".
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub not_checked: Vec<String>,
}

#[cfg(feature = "pictures")]
impl Verdict {
    /// The places that the verdict names.
    pub(crate) fn places(&self) -> Vec<&Location> {
        let Outcome::Failed { failure } = &self.outcome else {
            return Vec::new();
        };
        match failure {
            Failure::Panic { at, .. } => at.iter().collect(),
            Failure::Deadlock { waits }
            | Failure::Livelock { spins: waits, .. }
            | Failure::Leak { threads: waits } => {
                waits.iter().flat_map(|wait| [&wait.at, &wait.called_at]).flatten().collect()
            }
            Failure::Memory { accesses, allocation, .. } => {
                let made = allocation.iter().filter_map(|allocation| allocation.at.as_ref());
                accesses.iter().filter_map(|access| access.at.as_ref()).chain(made).collect()
            }
            Failure::Poisoned { .. } | Failure::Exit { .. } => Vec::new(),
        }
    }
}
