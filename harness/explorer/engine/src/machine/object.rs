//! The shared objects of one execution: what the machine knows of each lock, channel and atomic.

use super::memory::Stored;
use super::op::{Loc, Obj, Tid};
use crate::search::clock::Clock;

/// One shared object.
#[derive(Debug)]
pub struct Object {
    /// What it is called in `std`: `Mutex`, `AtomicUsize`.
    pub kind: &'static str,
    /// Where it was created; an atomic: where it was used first.
    pub created: Loc,
    /// Another one has taken its place in memory.
    pub is_gone: bool,
    /// The one whose place in memory it has taken.
    pub replaces: Option<Obj>,
    /// Counts the changes that a spin loop could notice, if `state` does not; see `super::spinning`.
    pub version: u32,
    /// Its state.
    pub state: State,
}

/// The state of an object, by kind.
#[derive(Debug)]
pub enum State {
    /// `Mutex` and `RwLock`.
    Lock(Lock),
    /// `Condvar`.
    Condvar {
        /// Who waits and is not notified, as a bit mask.
        waiting: u64,
    },
    /// `Barrier`.
    Barrier {
        /// How many threads have come.
        arrived: usize,
        /// How often it has opened.
        generation: u32,
        /// What those who came knew.
        view: Clock,
        /// For each time that it has opened: what those knew who opened it, and the step that did. Who passes late learns nothing of the next time.
        opened: Vec<(Clock, u32)>,
    },
    /// `Once` and what is built on it.
    Once(Once),
    /// An `mpsc` channel.
    Channel(Channel),
    /// An atomic.
    Atomic(Atomic),
    /// Another name of the channel before it, see `super::channels`.
    Name,
}

/// A lock.
#[derive(Debug, Default)]
pub struct Lock {
    /// Who holds it alone.
    pub owner: Option<Tid>,
    /// Who holds it for reading; a thread may be there twice.
    pub readers: Vec<Tid>,
    /// The writers that wait for it and were there before later readers, as a bit mask.
    pub queued: u64,
    /// The readers that wait for it, where that is explored, as a bit mask.
    pub waiting: u64,
    /// It was given back while a writer and a reader waited for it, and no writer has come since.
    pub kept: bool,
    /// What those knew who held it alone.
    pub view: Clock,
    /// What those knew who held it for reading.
    pub read_view: Clock,
    /// Whose panic poisoned it.
    pub poisoned_by: Option<Tid>,
    /// When somebody took it last, or asked for it, on his clock.
    pub time: u64,
    /// What it was.
    pub past: super::past::Number,
    /// Whether it was poisoned.
    pub poison_past: super::past::Number,
    /// When it was poisoned last, or that was cleared.
    pub poison_time: u64,
    /// How often it was given back.
    pub releases: u32,
    /// What was in memory when it was taken, if that may matter.
    pub taken: Option<super::spinning::sections::Section>,
    /// What is under it, before its holder could change it.
    pub handed_out: Option<super::spinning::contents::Contents>,
}

impl Lock {
    /// Somebody has given it back.
    pub fn is_left(&mut self) {
        self.kept = self.is_free() && self.queued != 0 && self.waiting != 0;
    }

    /// Whether nobody holds it.
    pub fn is_free(&self) -> bool {
        self.owner.is_none() && self.readers.is_empty()
    }
}

/// A cell that is initialised once.
#[derive(Debug, Default)]
pub struct Once {
    /// Where it stands.
    pub phase: OncePhase,
    /// That it was not initialised.
    pub past: super::past::Number,
    /// What the initialiser knew.
    pub view: Clock,
    /// The panic that poisoned it, see `Machine::poisons`.
    pub poisoned_by: u32,
}

/// Where a cell stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OncePhase {
    /// Nobody has begun.
    #[default]
    New,
    /// This thread runs the initialiser.
    Running(Tid),
    /// It is initialised.
    Done,
    /// The initialiser panicked.
    Poisoned,
}

/// A channel. The messages themselves stay with the two ends; here are their places.
#[derive(Debug, Default)]
pub struct Channel {
    /// For each message that waits: the step that sent it, and what its sender knew.
    pub queue: std::collections::VecDeque<(u32, Clock)>,
    /// How many messages fit; `None` if any number.
    pub capacity: Option<usize>,
    /// How many senders there are.
    pub senders: usize,
    /// Whether the receiver is there.
    pub receiver: bool,
    /// The receiver waits in `recv`, of a rendezvous: what it knew when it came.
    pub awaited: Option<Clock>,
    /// How many messages were sent, and taken.
    pub sent: u32,
    /// See `sent`.
    pub taken: u32,
    /// The steps that dropped a sender.
    pub dropped: Vec<u32>,
    /// The receiver has found that all senders are gone.
    pub found_closed: bool,
    /// The first panic that dropped an end of it, in `Machine::raised`.
    pub broken_by: Option<usize>,
    /// What those knew who have sent.
    pub queued: Clock,
    /// What those who dropped their senders knew.
    pub close_view: Clock,
    /// The steps that took a message, and what the receiver knew: each made room.
    pub room: Vec<(u32, Clock)>,
}

/// An atomic.
#[derive(Debug, Default)]
pub struct Atomic {
    /// Its place in views.
    pub index: usize,
    /// How many bytes it has.
    pub size: usize,
    /// Every store, in modification order, which is the order of execution. The first is the value it had at the start.
    pub stores: Vec<Stored>,
}
