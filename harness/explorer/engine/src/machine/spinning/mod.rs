//! Spin loops, exactly. A thread that comes back to an operation with the same registers, the same stack and the same memory, and has changed
//! nothing that others can see, does the same for ever unless it reads something else. So it waits (an `Op::SpinYield`) until something that it looked at
//! has changed. This leaves nothing out. A loop that counts, or that writes down what it has seen, comes back with another memory: it is followed
//! until it gives up.
//!
//! To fail is to look: a `try_lock` that finds the lock taken, a compare-exchange that does not write, a time-out. So is an update that writes what it
//! has read (`swap(true)` of a lock that is taken), and so is a critical section that leaves what it found.
//!
//! A round that changes something and changes it back is in vain as well. But others can see what was changed in between: if nobody has moved during the
//! round, the thread waits until somebody has.
//!
//! If nobody can move, and somebody waits so, that is a livelock: all go round in states that were there before. Threads that change things and change them back
//! beside each other are no such rounds; of those the whole state is compared (`circles`).
//!
//! | file | holds |
//! |---|---|
//! | `circles` | whether the whole program is where it was before |
//! | `closeness` | how exactly is looked where a thread stands |
//! | `looks` | what a thread has looked at, and whether that has changed |
//! | `rounds` | how a round is noticed |
//! | `state` | where a thread stands, and what is in memory |
//! | `sections`, `contents` | whether a critical section has changed anything |
//! | `statics` | the program's plain `static`s |
//! | `unseen` | memory that others may write without a step |
//! | `vain` | what is left out of a search |
//! | `bounds` | what is cut off, and how the search says so |

pub mod bounds;
pub mod circles;
pub mod closeness;
pub mod contents;
pub mod looks;
mod rounds;
pub mod sections;
mod state;
mod statics;
mod unseen;
mod vain;

pub use statics::all as plain_statics;

use super::Machine;
use super::op::{Op, Tid};
use super::perform::Done;
use crate::config::Fault;
use looks::Look;
use rounds::Arrival;
pub(super) use state::kind;

/// So often a thread looks again because of plain memory. Two whose rounds leave different things there would wake each other for ever.
const AGAIN: u8 = 16;

/// What is known of a thread's rounds.
#[derive(Debug, Default)]
pub struct Spin {
    /// What it has looked at since its last change.
    pub reads: Vec<Look>,
    /// What it looked at in the round that it has gone in vain: what it waits for.
    pub round: Vec<Look>,
    /// It has done something else since it yielded last.
    pub went_on: bool,
    /// Where it stood since its last change.
    arrivals: Vec<Arrival>,
    /// Why it waits.
    pub waits: Waits,
    /// What was in memory when it began to wait for a change; and how often it has looked again, as there was something else.
    memory: u64,
    again: u8,
    /// The first step of another thread since it began to wait that may have changed something.
    pub moved: Option<u32>,
    /// Another thread has looked at something since: what it would do next is not known yet.
    looked: bool,
    /// The same, with changes, while nobody else has moved.
    alone: Alone,
    /// The last step that it took.
    ran: u32,
    /// Where its stack is, as of its last call: the stack pointer and the base.
    stack: (usize, usize),
    /// What it has read that others may write without a step, and how often it had when the round began after which it waits.
    pub unseen: unseen::Unseen,
    began: u64,
    /// Which looks it has made in vain where it stands, and need not make again.
    pub vain: vain::Vain,
    /// Which store its next load reads, if the search is bounded, see `bounds`.
    pub tied: Option<u16>,
}

/// What a thread has done while nobody else has moved.
#[derive(Debug, Default)]
struct Alone {
    /// Since which step.
    since: u32,
    arrivals: Vec<Arrival>,
    reads: Vec<Look>,
    /// The steps in which it read what was not the newest.
    stale: Vec<u32>,
    /// How often it has given the turn away.
    yields: u32,
}

/// Why a thread waits before its next round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Waits {
    /// For a change of what it looked at.
    #[default]
    Change,
    /// For somebody else to move. Nobody could have, during its round.
    Move,
    /// Likewise, but somebody could have: then there is a run in which he did.
    Turn,
    /// Likewise, and it goes on if nobody can.
    Politely,
    /// For nothing: but what it read was not the newest, and from now on it is.
    Refresh,
}

/// Who moves, and since when.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mover {
    /// Who took the last step that is no yield.
    pub thread: Tid,
    /// Since which step it is always the same thread.
    pub since: u32,
    /// The last step at which another thread than the chosen one could have gone on.
    pub others_could: u32,
}

impl Spin {
    /// The thread did something that others can see: what it read before tells nothing about a loop.
    pub fn acted(&mut self) {
        self.reads.clear();
        self.round.clear();
        self.arrivals.clear();
        self.again = 0;
    }

    /// Time is state that lies on no stack: whoever looks at the clock sees another one in the next round.
    pub fn saw_the_clock(&mut self) {
        self.arrivals.clear();
        self.alone.arrivals.clear();
        self.vain.spoil();
    }
}

impl Machine {
    /// Whether a thread waits in a spin loop for something to change.
    pub(super) fn spins(&self, tid: Tid) -> bool {
        let thread = &self.threads[tid];
        thread.exists && thread.ended.is_none() && thread.pending == Op::SpinYield
    }

    /// Whether the thread that spins can go on.
    pub(super) fn may_spin_on(&self, tid: Tid) -> bool {
        let spin = &self.threads[tid].spin;
        match spin.waits {
            Waits::Change => self.sees_change(&self.threads[tid]),
            Waits::Refresh => true,
            Waits::Move | Waits::Turn | Waits::Politely => spin.moved.is_some(),
        }
    }

    /// Whether the thread goes on although nobody has moved, as nobody can: it is polite, or it is not known whether another thread, which has only looked,
    /// could take its next step during a round. Or what has changed is plain memory: then no step says so, and only another round can tell whether that is what it waits for.
    pub(super) fn may_try_again(&self, tid: Tid) -> bool {
        let spin = &self.threads[tid].spin;
        let polite = spin.waits == Waits::Politely;
        let unseen = spin.unseen.reads == spin.began || spin.unseen.may_have_changed(spin.began);
        let unknown = matches!(spin.waits, Waits::Move | Waits::Turn) && spin.looked && unseen;
        self.spins(tid) && (polite || unknown || self.may_have_missed(tid))
    }

    /// Whether plain memory is another than when the thread began to wait.
    fn may_have_missed(&self, tid: Tid) -> bool {
        let spin = &self.threads[tid].spin;
        let is_blind = self.config.fault == Some(Fault::SectionsChangeNothing);
        let looks_again = spin.waits == Waits::Change && spin.again < AGAIN && !is_blind;
        looks_again && spin.memory != self.memory_beside(tid)
    }

    /// Whether somebody waits for others to move who could have moved during its round: what would come of that is another run.
    pub(super) fn is_cut_off(&self) -> bool {
        (0..self.threads.len())
            .any(|tid| self.spins(tid) && self.threads[tid].spin.waits == Waits::Turn)
    }

    /// The thread goes on after a round in vain.
    pub(super) fn spin_on(&mut self, tid: Tid) {
        let spin = &self.threads[tid].spin;
        if !matches!(spin.waits, Waits::Change | Waits::Refresh) {
            self.after.extend(spin.moved);
        }
        if spin.waits == Waits::Change && !self.sees_change(&self.threads[tid]) {
            self.threads[tid].spin.again += 1;
        }
        self.see_newest(tid);
    }

    /// A thread has moved: those who waited for that can go on.
    pub(super) fn note_move(&mut self, tid: Tid, op: Op, done: &Done, step: u32) {
        self.threads[tid].spin.ran = self.steps;
        if self.mover.thread != tid {
            if only_looks(op, done) {
                let others = self.threads.iter_mut().enumerate();
                others.filter(|(other, _)| *other != tid).for_each(|(_, o)| o.spin.looked = true);
                return;
            }
            self.mover.thread = tid;
            self.mover.since = step;
        }
        for (other, thread) in self.threads.iter_mut().enumerate() {
            if other != tid && thread.spin.moved.is_none() {
                thread.spin.moved = Some(step);
            }
        }
    }
}

/// Whether a step has changed nothing for others. If such looks were moves, a loop that polls and one that tries would wake each other for ever.
fn only_looks(op: Op, done: &Done) -> bool {
    match op {
        Op::SpinYield | Op::Yield | Op::Sleep(_) | Op::Load { .. } | Op::OnceGet(_) => true,
        Op::SleepEnds(_) | Op::IsFinished(_) | Op::IsPoisoned(_) => true,
        Op::TryLock(_) | Op::TryRead(_) | Op::TryReceive(_) | Op::TrySend(_) => !done.ok,
        Op::Compare { .. } => !done.ok,
        _ => false,
    }
}
