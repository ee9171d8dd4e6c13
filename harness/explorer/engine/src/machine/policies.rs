//! What std leaves open, and whether this program could notice.
//!
//! Whether a writer that waits for an `RwLock` keeps later readers out depends on the system; on Linux it does. Mostly that only
//! delays the readers, as if they had come later, and nothing new can happen. It makes a difference where a thread waits for something while it
//! holds a lock for reading: then who is kept out may be the one that it waits for, or itself. And `try_read` can see it, even where nobody has the lock: on Linux one that is given
//! back while a writer and a reader wait for it is kept for the writer, which is woken alone, and until that one has come `try_read` finds it as if it were taken. `try_write` does not. To explore
//! it costs a step for each writer, so it is done only for programs that do such a thing: they are noticed on the way, and the exploration begins
//! again.

//!
//! Likewise a blocking call of std that waits by `park`, as channels and the end of a scope do on Linux: it eats the token of its thread, and whoever
//! parks later waits for ever (rust-lang/rust #145816). That matters only to a thread that does such a call, and is unparked, and parks. It can leave one, too. The last thread of a
//! scope unparks the owner, who need not have parked; and whoever serves a thread that waits in a channel says so first and unparks it afterwards: if it looks in between, it goes on without
//! the token. Then the next `park` returns at once. That is not switched on yet.

//!
//! And who destroys the result of a thread whose handle was dropped: the thread, or who dropped the handle, whoever is later. That matters if the destructor does something that others can
//! notice.

//!
//! And when a lock is poisoned: while it is still held, by a step of its own, which only `is_poisoned` can tell from the one that gives it back.

//!
//! And the lock of a standard stream, which a print takes, and gives back when its text is put together and written. Mostly nobody can tell. It makes a
//! difference where a thread does something that others can notice while it has the lock: then the lock is one like all others.

//!
//! And whether a sleep lasts longer than the time-out of another thread. Who sleeps may go on at any moment, as others may be slow; so a sleep is a step like others, and as long as it can be
//! taken no time-out fires. But one of a second does not end before a time-out of ten milliseconds that began with it, unless somebody is very slow. So in a program that has
//! both, such a sleep may take its time: then it ends as a time-out fires, when nothing else can happen, and those that pass before it have fired first.

use super::object::Object;
use super::op::{Loc, Op, Tid};
use super::symmetry::tids;
use super::thread::Thread;
use super::{Machine, arena, context};

/// What the program was seen to do, in all executions together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policies {
    /// It waits for an `RwLock` to write.
    pub(crate) writes: bool,
    /// It waits for something while it holds a lock for reading, or tries to get one.
    pub(crate) notices: bool,
    /// A thread gives back a lock that another has for reading.
    pub(crate) hands_on: bool,
    /// It waits for one to read.
    pub(crate) reads: bool,
    /// It tries to read one.
    pub(crate) tries: bool,
    /// The threads that park, as bit masks; those that are unparked; those that block in another call that parks.
    pub(crate) parks: u64,
    pub(crate) unparked: u64,
    pub(crate) blocks: u64,
    /// And those that park after such a call.
    pub(crate) parks_afterwards: u64,
    /// It does something while it has the lock of a standard stream.
    pub(crate) streams: bool,
    /// It does a `compare_exchange_weak`.
    pub weak: bool,
    /// A thread does one that may not fail for no reason any more.
    pub weak_again: bool,
    /// A thread waits where it may not wake for no reason, or not any more.
    pub wakes_only_when_woken: bool,
    /// It waits with a time-out.
    pub timed: bool,
    /// It waits with a time-out that is shorter than a nap.
    pub naps: bool,
    /// A time-out waits for a shorter one.
    pub(crate) kept_back: bool,
    /// The shortest time-out of a call that waits, in nanoseconds, 0 if there is none; and the longest sleep; and the threads that wait or sleep so, as a bit mask.
    pub(crate) shortest: u64,
    pub(crate) longest: u64,
    pub(crate) sleepers: u64,
    /// It looks at a channel without waiting.
    pub peeks: bool,
    /// It looks at another of std's objects without waiting.
    pub looks: bool,
    /// It does something that others can notice while it destroys the result of a thread that nobody has joined.
    pub results: bool,
    /// It asks whether a lock is poisoned; and a thread poisons one.
    pub(crate) asks_poison: bool,
    pub(crate) poisons: bool,
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
        self.reads |= matches!(op, Op::Read(_));
        self.tries |= matches!(op, Op::TryRead(_));
        self.peeks |= matches!(op, Op::TrySend(_) | Op::TryReceive(_));
        self.looks |= super::past::may_look_back(op);
        self.results |= thread.destroys;
        self.asks_poison |= matches!(op, Op::IsPoisoned(_));
        self.note_time(tid, thread, op);
        let waits = matches!(op, Op::Wait { .. } | Op::Park { .. });
        self.wakes_only_when_woken |= waits && thread.spurious_left == 0;
        match op {
            Op::Lock(lock) => self.writes |= objects[lock as usize].kind == "RwLock",
            Op::Park { .. } => {
                self.parks |= 1 << tid;
                self.parks_afterwards |= u64::from(thread.has_blocked) << tid;
            }
            Op::Unpark(other) => self.unparked |= 1 << other,
            _ if op.parks() => self.blocks |= 1 << tid,
            Op::Compare { atomic, expected, weak, .. } => {
                self.weak |= weak;
                self.weak_again |= weak && thread.weak_left == 0;
                // A pointer with a tag is kept in a number.
                let is_address = arena::holds(expected as usize);
                self.pointers |= is_address || objects[atomic as usize].kind == "AtomicPtr";
            }
            _ => {}
        }
    }

    fn note_time(&mut self, tid: Tid, thread: &Thread, op: Op) {
        let waits = op.timeout().filter(|time| *time > 0 && !thread.patient);
        if let Some(time) = waits {
            self.shortest = shorter(self.shortest, time);
            self.sleepers |= 1 << tid;
        } else if let Op::Sleep(time) = op {
            self.longest = self.longest.max(time);
            self.sleepers |= 1 << tid;
        }
    }

    /// What another process was seen to do as well.
    pub fn join(&mut self, other: Self) {
        self.writes |= other.writes;
        self.notices |= other.notices;
        self.hands_on |= other.hands_on;
        self.reads |= other.reads;
        self.tries |= other.tries;
        self.parks |= other.parks;
        self.unparked |= other.unparked;
        self.blocks |= other.blocks;
        self.parks_afterwards |= other.parks_afterwards;
        self.weak |= other.weak;
        self.weak_again |= other.weak_again;
        self.wakes_only_when_woken |= other.wakes_only_when_woken;
        self.timed |= other.timed;
        self.naps |= other.naps;
        self.kept_back |= other.kept_back;
        self.shortest = shorter(self.shortest, other.shortest);
        self.longest = self.longest.max(other.longest);
        self.sleepers |= other.sleepers;
        self.streams |= other.streams;
        self.peeks |= other.peeks;
        self.looks |= other.looks;
        self.results |= other.results;
        self.asks_poison |= other.asks_poison;
        self.poisons |= other.poisons;
        self.doubts |= other.doubts;
        self.pointers |= other.pointers;
    }

    /// Whether a thread of the program can notice that its token was eaten.
    pub fn tokens(self) -> bool {
        self.parks & self.unparked & self.blocks != 0
    }

    /// Whether the program can notice that a lock is poisoned while it is still held.
    pub fn sees_poison(self) -> bool {
        self.asks_poison && self.poisons
    }

    /// Whether the program can notice that an `RwLock` which nobody has is kept for a writer.
    pub fn readers(self) -> bool {
        self.writes && self.reads && self.tries
    }

    /// Sleeps that are longer than this may last beyond a time-out of another thread. 0, if there are none. A power of two, so that not every other time-out is another answer.
    pub fn long_sleeps(self) -> u64 {
        let together = self.sleepers.count_ones() > 1;
        let lasts = together && self.shortest < self.longest;
        self.shortest.checked_ilog2().filter(|_| lasts).map_or(0, |power| 1 << power)
    }

    /// Whether the program can notice who gets an `RwLock` first. Where guards go from thread to thread, who has one for reading cannot be sure to keep it, so to read once more
    /// is not nothing.
    pub fn queues(self) -> bool {
        (self.writes && self.notices) || self.hands_on
    }
}

/// The shorter of two times, of which 0 is none.
fn shorter(one: u64, other: u64) -> u64 {
    if one == 0 || other == 0 { one.max(other) } else { one.min(other) }
}

impl Machine {
    /// A thread does something. The others of its family do it as well, in runs that need not be made.
    pub(super) fn note_policies(&mut self, tid: Tid, op: Op) {
        if !self.symmetry.is_on {
            return self.policies.note(tid, &self.threads[tid], op, &self.objects);
        }
        let unparked = match op {
            Op::Unpark(whom) => self.family_of(whom),
            _ => 1,
        };
        for whom in tids(unparked) {
            let op = if matches!(op, Op::Unpark(_)) { Op::Unpark(whom) } else { op };
            for who in tids(self.family_of(tid)) {
                self.policies.note(who, &self.threads[tid], op, &self.objects);
            }
        }
    }

    /// Whether it makes a difference to a thread that std's calls leave a park token with it.
    pub fn minds_left(&self, tid: Tid) -> bool {
        self.config.left >> tid & 1 == 1
    }
}

/// A thread comes to a call that may block: where that matters, whether it must wait is seen first.
pub fn rest(op: Op, at: Loc) {
    if context::with(|machine| machine.config.tokens) == Some(true) {
        context::visible(op, at);
    }
}
