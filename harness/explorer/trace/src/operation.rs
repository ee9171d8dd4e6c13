//! What a thread can do that another thread can notice.

use crate::{ObjectId, ThreadId};

/// One visible operation.
///
/// The variants are classes of meaning, not names of functions: `lock`, `lock` of an `RwLock` for writing and a `Mutex`
/// taken by a condition variable's wake-up differ for a reader only in their object and their [`Step::call`](crate::Step::call).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "op", rename_all = "snake_case", deny_unknown_fields))]
pub enum Operation {
    /// The thread begins.
    Start,
    /// The thread's closure has returned.
    End,
    /// The thread panics. Its guards are dropped by the steps that follow.
    Panic {
        /// The panic's message.
        message: String,
    },
    /// `process::exit`.
    Exit {
        /// The exit code.
        code: i32,
    },
    /// `process::abort`.
    Abort,
    /// Starts another thread.
    Spawn {
        /// The new thread.
        child: ThreadId,
    },
    /// Waits for another thread to end.
    Join {
        /// The thread that is waited for.
        child: ThreadId,
    },
    /// `thread::yield_now`, or a round of a spin loop.
    Yield,
    /// `thread::sleep`.
    Sleep {
        /// How long, in nanoseconds.
        ns: u64,
    },
    /// `thread::park` or `park_timeout`.
    Park {
        /// The time-out in nanoseconds, if there is one.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        timeout_ns: Option<u64>,
    },
    /// `Thread::unpark`.
    Unpark {
        /// The thread whose token is set. In JSON `target`: `thread` is who acts.
        #[cfg_attr(feature = "serde", serde(rename = "target"))]
        thread: ThreadId,
    },
    /// Takes a mutex or a reader-writer lock.
    Lock {
        /// The lock.
        lock: ObjectId,
        /// Alone or shared.
        #[cfg_attr(feature = "serde", serde(default))]
        mode: LockMode,
    },
    /// Tries to take a lock and goes on at once.
    TryLock {
        /// The lock.
        lock: ObjectId,
        /// Alone or shared.
        #[cfg_attr(feature = "serde", serde(default))]
        mode: LockMode,
        /// Whether the thread has it now.
        acquired: bool,
    },
    /// Gives a lock back.
    Unlock {
        /// The lock.
        lock: ObjectId,
        /// How it was held.
        #[cfg_attr(feature = "serde", serde(default))]
        mode: LockMode,
    },
    /// `Condvar::wait`: gives the lock back and falls asleep, in one step. [`Operation::Wake`] is its other half.
    Wait {
        /// The condition variable.
        condvar: ObjectId,
        /// The mutex that is given back.
        lock: ObjectId,
        /// The time-out in nanoseconds, if there is one.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        timeout_ns: Option<u64>,
    },
    /// `Condvar::wait` returns: the thread is awake and has the lock again.
    /// Why it woke is the step's [`Choice`](crate::Choice); without one it was notified.
    Wake {
        /// The condition variable.
        condvar: ObjectId,
        /// The mutex that is taken again.
        lock: ObjectId,
    },
    /// `Condvar::notify_one` or `notify_all`. Whom it woke are the step's `wakes`.
    Notify {
        /// The condition variable.
        condvar: ObjectId,
        /// Whether this is `notify_all`.
        all: bool,
    },
    /// `Barrier::wait`.
    Barrier {
        /// The barrier.
        barrier: ObjectId,
        /// Whether this thread was the one that opened it.
        #[cfg_attr(feature = "serde", serde(default))]
        leader: bool,
    },
    /// A `Once`, `OnceLock` or `LazyLock` starts its initialiser on this thread.
    OnceBegin {
        /// The cell.
        once: ObjectId,
    },
    /// The initialiser has returned (or panicked, which poisons the cell).
    OnceEnd {
        /// The cell.
        once: ObjectId,
    },
    /// The cell is asked for its value or whether it is done.
    OnceGet {
        /// The cell.
        once: ObjectId,
        /// Whether it was initialised.
        ready: bool,
    },
    /// Puts a message into a channel.
    Send {
        /// The channel.
        channel: ObjectId,
        /// What came of it.
        #[cfg_attr(feature = "serde", serde(default))]
        outcome: ChannelOutcome,
    },
    /// Takes a message from a channel.
    Receive {
        /// The channel.
        channel: ObjectId,
        /// What came of it.
        #[cfg_attr(feature = "serde", serde(default))]
        outcome: ChannelOutcome,
        /// The time-out in nanoseconds, if there is one.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        timeout_ns: Option<u64>,
    },
    /// The last sender, or the receiver, of a channel is dropped.
    Close {
        /// The channel.
        channel: ObjectId,
    },
    /// Reads an atomic.
    Load {
        /// The atomic.
        atomic: ObjectId,
        /// The ordering that was asked for.
        ordering: Ordering,
        /// What was read.
        read: Read,
    },
    /// Writes an atomic.
    Store {
        /// The atomic.
        atomic: ObjectId,
        /// The ordering that was asked for.
        ordering: Ordering,
        /// What was written.
        value: String,
    },
    /// Reads and writes an atomic in one step: `swap`, `fetch_add`, `compare_exchange` and their kin.
    Update {
        /// The atomic.
        atomic: ObjectId,
        /// The ordering that was asked for.
        ordering: Ordering,
        /// What was read.
        read: Read,
        /// What was written; nothing if a compare-exchange failed.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
        value: Option<String>,
    },
    /// A memory fence.
    Fence {
        /// Its ordering.
        ordering: Ordering,
    },
    /// Anything else that is worth a row, described by [`Step::call`](crate::Step::call).
    Other,
}

/// Whether a lock is held alone or with others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum LockMode {
    /// A mutex, or an `RwLock` for writing.
    #[default]
    Exclusive,
    /// An `RwLock` for reading.
    Shared,
}

/// What came of a send or a receive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum ChannelOutcome {
    /// The message went through.
    #[default]
    Done,
    /// `try_send` found no room, or `try_recv` found no message.
    WouldBlock,
    /// The other side is gone.
    Disconnected,
    /// The time-out passed.
    TimedOut,
}

/// A memory ordering, as in `std::sync::atomic::Ordering`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Ordering {
    /// Atomic and nothing more.
    Relaxed,
    /// A load that sees what came before the release store that it reads from.
    Acquire,
    /// A store that publishes what came before it.
    Release,
    /// Both.
    AcqRel,
    /// Both, and in one order that all threads agree on.
    SeqCst,
}

impl From<std::sync::atomic::Ordering> for Ordering {
    fn from(ordering: std::sync::atomic::Ordering) -> Self {
        use std::sync::atomic::Ordering as Std;
        match ordering {
            Std::Relaxed => Self::Relaxed,
            Std::Acquire => Self::Acquire,
            Std::Release => Self::Release,
            Std::AcqRel => Self::AcqRel,
            // `std`'s enum is open; SeqCst is the strongest that there can be.
            _ => Self::SeqCst,
        }
    }
}

/// What a load or an update read, and which store it read from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Read {
    /// The value that was read.
    pub value: String,
    /// The step that stored it; `None` for the value that the atomic was created with.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub from: Option<usize>,
    /// Present when newer stores existed and the memory model let the load miss them.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub stale: Option<Stale>,
}

impl Read {
    /// The newest value was read.
    pub fn newest(value: impl Into<String>, from: Option<usize>) -> Self {
        Self { value: value.into(), from, stale: None }
    }

    /// What the load missed, if it is another value than the one that was read: only that makes a difference to anybody.
    #[cfg(feature = "pictures")]
    pub(crate) fn outdated(&self) -> Option<&Stale> {
        self.stale.as_ref().filter(|stale| stale.newest != self.value)
    }
}

/// What a stale load missed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Stale {
    /// The newest value at that moment.
    pub newest: String,
    /// How many stores lie between the one that was read and the newest, the newest included: at least 1.
    pub missed: u32,
}
