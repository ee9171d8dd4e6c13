//! What std leaves open, and whether this program could notice.
//!
//! Whether a writer that waits for an `RwLock` keeps later readers out depends on the system; on Linux it does. Mostly that only
//! delays the readers, as if they had come later, and nothing new can happen. It makes a difference where a thread waits for something while it
//! holds a lock for reading: then who is kept out may be the one that it waits for, or itself. And `try_read` can see it. To explore
//! it costs a step for each writer, so it is done only for programs that do such a thing: they are noticed on the way, and the exploration begins
//! again.

//!
//! Likewise a blocking call of std that waits by `park`, as channels and the end of a scope do on Linux: it eats the token of its thread, and whoever
//! parks later waits for ever (rust-lang/rust #145816). That matters only to a thread that does such a call, and is unparked, and parks.

//!
//! And who destroys the result of a thread whose handle was dropped: the thread, or who dropped the handle, whoever is later. That matters if the destructor does something that others can
//! notice.

//!
//! And the lock of a standard stream, which a print takes, and gives back when its text is put together and written. Mostly nobody can tell. It makes a
//! difference where a thread does something that others can notice while it has the lock: then the lock is one like all others.

use super::context;
use super::object::Object;
use super::op::{Loc, Op, Tid};
use super::thread::Thread;

/// What the program was seen to do, in all executions together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policies {
    /// It waits for an `RwLock` to write.
    pub(crate) writes: bool,
    /// It waits for something while it holds a lock for reading, or tries to get one.
    pub(crate) notices: bool,
    /// The threads that park, as bit masks; those that are unparked; those that block in another call that parks.
    pub(crate) parks: u64,
    pub(crate) unparked: u64,
    pub(crate) blocks: u64,
    /// It does something while it has the lock of a standard stream.
    pub(crate) streams: bool,
    /// It does a `compare_exchange_weak`.
    pub weak: bool,
    /// It waits with a time-out.
    pub timed: bool,
    /// It waits with a time-out that is shorter than a nap.
    pub naps: bool,
    /// It looks at a channel without waiting.
    pub peeks: bool,
    /// It looks at another of std's objects without waiting.
    pub looks: bool,
    /// It does something that others can notice while it destroys the result of a thread that nobody has joined.
    pub results: bool,
    /// A loop waits in a way of which it is not known that its rounds in vain can be left out.
    pub doubts: bool,
    /// It compares and exchanges pointers.
    pub pointers: bool,
}

impl Policies {
    /// A thread, which holds a lock for reading or not, or that of a stream, does something.
    pub fn note(&mut self, tid: Tid, thread: &Thread, op: Op, objects: &[Object]) {
        let reading = thread.reading > 0;
        self.streams |= thread.printing > 0;
        self.notices |= (reading && op.can_wait()) || matches!(op, Op::TryRead(_));
        self.peeks |= matches!(op, Op::TrySend(_) | Op::TryReceive(_));
        self.looks |= super::past::may_look_back(op);
        self.results |= thread.destroys;
        match op {
            Op::Lock(lock) => self.writes |= objects[lock as usize].kind == "RwLock",
            Op::Park { .. } => self.parks |= 1 << tid,
            Op::Unpark(other) => self.unparked |= 1 << other,
            _ if op.parks() => self.blocks |= 1 << tid,
            Op::Compare { atomic, weak, .. } => {
                self.weak |= weak;
                self.pointers |= objects[atomic as usize].kind == "AtomicPtr";
            }
            _ => {}
        }
    }

    /// What another process was seen to do as well.
    pub fn join(&mut self, other: Self) {
        self.writes |= other.writes;
        self.notices |= other.notices;
        self.parks |= other.parks;
        self.unparked |= other.unparked;
        self.blocks |= other.blocks;
        self.weak |= other.weak;
        self.timed |= other.timed;
        self.naps |= other.naps;
        self.streams |= other.streams;
        self.peeks |= other.peeks;
        self.looks |= other.looks;
        self.results |= other.results;
        self.doubts |= other.doubts;
        self.pointers |= other.pointers;
    }

    /// Whether a thread of the program can notice that its token was eaten.
    pub fn tokens(self) -> bool {
        self.parks & self.unparked & self.blocks != 0
    }

    /// Whether the program can notice who gets an `RwLock` first.
    pub fn queues(self) -> bool {
        self.writes && self.notices
    }
}

/// A thread comes to a call that may block: where that matters, whether it must wait is seen first.
pub fn rest(op: Op, at: Loc) {
    if context::with(|machine| machine.config.tokens) == Some(true) {
        context::visible(op, at);
    }
}
