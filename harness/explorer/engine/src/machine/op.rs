//! The visible operations, as the machine sees them.

use std::panic::Location;
use std::sync::atomic::Ordering;

use crate::config::Config;

/// A line in the user's source.
pub type Loc = &'static Location<'static>;
/// A thread of the program, by the order of spawning.
pub type Tid = usize;
/// A shared object, by the order of first use in this execution.
pub type Obj = u32;

/// What a thread is about to do. It is announced before it is done, so that the search knows what every thread will do next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Op {
    Start,
    /// The closure has returned (or panicked), and destructors of thread-locals are still to run.
    Return,
    /// The thread has ended.
    End,
    Spawn,
    Join(Tid),
    /// The end of a scope waits for a closure to return, not for the end of its thread.
    JoinScoped(Tid),
    IsFinished(Tid),
    /// A thread lets go of its result, or somebody of its handle: the last one destroys the result.
    LetGo(Tid),
    Yield,
    /// A yield at the end of a spin round that read the same values as the round before.
    SpinYield,
    Sleep(u64),
    /// A sleep that takes its time ends.
    SleepEnds(u64),
    Park {
        timeout: Option<u64>,
    },
    Unpark(Tid),
    Lock(Obj),
    TryLock(Obj),
    Unlock(Obj),
    Read(Obj),
    TryRead(Obj),
    /// A writer asks for a lock; if it must wait, readers that come later may have to wait for it.
    Queue(Obj),
    /// A reader asks for a lock, and perhaps must wait.
    QueueRead(Obj),
    /// A reader that a waiting writer keeps out gets its turn.
    ReadBehind(Obj),
    Unread(Obj),
    /// A write lock becomes a read lock.
    Downgrade(Obj),
    /// Asks whether a lock is poisoned.
    IsPoisoned(Obj),
    ClearPoison(Obj),
    /// A guard is dropped by a panic; the lock is given back after that.
    Poison(Obj),
    Wait {
        condvar: Obj,
        lock: Obj,
        timeout: Option<u64>,
    },
    Wake {
        condvar: Obj,
        lock: Obj,
        timeout: Option<u64>,
    },
    NotifyOne(Obj),
    NotifyAll(Obj),
    /// A thread comes to a barrier for `threads`.
    Arrive {
        barrier: Obj,
        threads: usize,
    },
    /// It goes on from there.
    Pass {
        barrier: Obj,
        generation: u32,
    },
    OnceEnter {
        once: Obj,
        ignore_poison: bool,
    },
    OnceLeave {
        once: Obj,
        poisoned: bool,
    },
    OnceGet(Obj),
    /// Waits until another thread has initialised the cell.
    OnceWait {
        once: Obj,
        ignore_poison: bool,
    },
    /// Comes to a channel, to receive or to send, and perhaps must wait there.
    RestIn {
        channel: Obj,
        sends: bool,
    },
    /// Comes to the end of a scope, and perhaps must wait for this thread.
    RestScope(Tid),
    Send(Obj),
    TrySend(Obj),
    /// A rendezvous: the message was offered, now it must be taken.
    SendTaken {
        channel: Obj,
        ticket: u32,
    },
    Receive {
        channel: Obj,
        timeout: Option<u64>,
    },
    TryReceive(Obj),
    /// A rendezvous: the receiver is there.
    Await(Obj),
    DropSender(Obj),
    DropReceiver(Obj),
    Load {
        atomic: Obj,
        order: Ordering,
    },
    Store {
        atomic: Obj,
        order: Ordering,
        value: u64,
    },
    Update {
        atomic: Obj,
        order: Ordering,
    },
    Compare {
        atomic: Obj,
        expected: u64,
        new: u64,
        success: Ordering,
        failure: Ordering,
        weak: bool,
    },
    Fence {
        order: Ordering,
    },
    Print(trace::Stream),
    LockStream(trace::Stream),
    UnlockStream(trace::Stream),
    /// Reads from standard input.
    Input,
    /// The thread begins to end the process, and destroys its thread-locals: nobody else can end it any more.
    BeginExit,
    Exit(i32),
    Abort,
}

/// A time that nobody lives to see, in nanoseconds: a hundred years.
pub const ENDLESS: u64 = 100 * 365 * 24 * 3600 * 1_000_000_000;

impl Op {
    /// Whether the operation does nothing but give something back, or end. A thread that has nothing else to do is as good as ended.
    pub fn only_ends(&self) -> bool {
        use Op::{DropReceiver, DropSender, End, Return, UnlockStream, Unread};
        matches!(
            self,
            End | Return
                | Self::LetGo(_)
                | Self::Unlock(_)
                | Unread(_)
                | DropSender(_)
                | DropReceiver(_)
                | UnlockStream(_)
        )
    }

    /// Whether it is an end of the process, or of the main thread.
    pub fn ends_the_process(&self) -> bool {
        matches!(self, Self::BeginExit | Self::Exit(_) | Self::Return | Self::End)
    }

    /// Whether std waits here by `park`, other than in `park` itself.
    pub fn parks(&self) -> bool {
        use Op::{JoinScoped, Receive, Send, SendTaken};
        matches!(self, Receive { .. } | Send(_) | SendTaken { .. } | JoinScoped(_))
    }

    /// Whether the thread may wait here for another.
    pub fn can_wait(&self) -> bool {
        use Op::{Arrive, Join, JoinScoped, OnceEnter, OnceWait, Receive, Send, Sleep, Yield};
        matches!(
            self,
            Self::Lock(_)
                | Self::Read(_)
                | Self::Wait { .. }
                | Self::Park { .. }
                | Self::SpinYield
                | Self::LockStream(_)
                | Join(_)
                | JoinScoped(_)
                | Arrive { .. }
                | OnceEnter { .. }
                | OnceWait { .. }
                | Receive { .. }
                | Send(_)
                | Yield
                | Sleep(_)
        )
    }

    /// The same, as std does it: a time-out that is beyond the end of its clock is none.
    pub fn as_std_waits(mut self) -> Self {
        if let Self::Wait { timeout, .. }
        | Self::Wake { timeout, .. }
        | Self::Park { timeout }
        | Self::Receive { timeout, .. } = &mut self
        {
            timeout.take_if(|time| *time >= ENDLESS);
        }
        self
    }

    /// How long it waits, if not for ever.
    pub fn timeout(&self) -> Option<u64> {
        match *self {
            Self::Wait { timeout, .. } | Self::Park { timeout } | Self::Receive { timeout, .. } => {
                timeout
            }
            _ => None,
        }
    }

    /// Whether the operation can, somewhere, have several alternatives.
    pub fn branches(&self, config: &Config) -> bool {
        let (spurious, eager) = (config.spurious > 0, config.eager_timeouts);
        match self {
            Self::Load { .. } | Self::Compare { .. } | Self::NotifyOne(_) => true,
            Self::Wait { timeout, .. } => {
                spurious || timeout.is_some_and(|time| eager || time == 0)
            }
            Self::Park { .. } => spurious || config.left != 0,
            Self::TryRead(_) => config.queues || config.past,
            Self::Read(_) => config.queues,
            Self::TryLock(_) | Self::OnceGet(_) | Self::IsPoisoned(_) | Self::IsFinished(_) => {
                config.past
            }
            Self::Sleep(time) => config.long_sleeps != 0 && *time > config.long_sleeps,
            _ if self.parks() => config.tokens || config.left != 0,
            _ => false,
        }
    }

    /// The object that names the operation in a signature.
    pub fn object(&self) -> Obj {
        match *self {
            Self::Lock(o)
            | Self::TryLock(o)
            | Self::Unlock(o)
            | Self::Read(o)
            | Self::TryRead(o)
            | Self::Queue(o)
            | Self::QueueRead(o)
            | Self::ReadBehind(o)
            | Self::Unread(o)
            | Self::Downgrade(o)
            | Self::IsPoisoned(o)
            | Self::ClearPoison(o)
            | Self::Poison(o)
            | Self::NotifyOne(o)
            | Self::NotifyAll(o)
            | Self::OnceGet(o)
            | Self::Send(o)
            | Self::TrySend(o)
            | Self::TryReceive(o)
            | Self::Await(o)
            | Self::DropSender(o)
            | Self::DropReceiver(o) => o,
            Self::Wait { condvar, .. } | Self::Wake { condvar, .. } => condvar,
            Self::Arrive { barrier, .. } | Self::Pass { barrier, .. } => barrier,
            Self::OnceEnter { once, .. }
            | Self::OnceWait { once, .. }
            | Self::OnceLeave { once, .. } => once,
            Self::RestIn { channel, .. }
            | Self::SendTaken { channel, .. }
            | Self::Receive { channel, .. } => channel,
            Self::Load { atomic, .. }
            | Self::Store { atomic, .. }
            | Self::Update { atomic, .. }
            | Self::Compare { atomic, .. } => atomic,
            _ => 0,
        }
    }
}
