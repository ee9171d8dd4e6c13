//! The decisions: which thread goes next, and what else is left to try. Nothing here runs a program.
//!
//! The machine (`crate::machine`) asks a [`Search`] at every step which of the possible [`Choice`]s to take, and tells it what
//! the step touched. After each execution the search says whether there is another one to run.
//!
//! | file | search |
//! |---|---|
//! | `optimal` | the exhaustive one: optimal DPOR, on the event log of `log` |
//! | `bounded` | exhaustive up to a number of preemptions |
//! | `full` | every order, without any reduction: what the others are tested against |
//! | `states` | every order that leads to a state: for pictures of all states |
//! | `random` | the random ones, for what cannot be exhausted: `pct` by threads, with guarantees; `pos` by steps; `surw` by objects |
//! | `draws` | what these have in common |
//! | `guided` | follows a given schedule |
//! | `usual` | who goes next where nothing else says so |

use std::time::Instant;

pub(crate) mod bounded;
pub mod clock;
pub(crate) mod draws;
pub mod footprint;
pub(crate) mod full;
pub(crate) mod guided;
pub(crate) mod log;
pub(crate) mod names;
pub(crate) mod optimal;
pub(crate) mod pct;
pub(crate) mod pos;
pub(crate) mod random;
pub(crate) mod sequence;
pub(crate) mod states;
pub(crate) mod surw;
pub(crate) mod usual;
pub(crate) mod wakeup;

pub use footprint::{Footprint, Kind};

/// The most threads that one execution can have.
pub const MAX_THREADS: usize = 64;

/// One way to go on: a thread, and which of its alternatives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Choice {
    /// The thread that goes next.
    pub thread: u8,
    /// What it does, if its operation can do several things: which store a load reads, whom `notify_one` wakes. 0 if it cannot.
    pub alt: u16,
}

/// The alternative "any": in a plan, for a step whose alternatives are not known yet.
pub(crate) const ANY_ALT: u16 = u16::MAX;
/// The alternative of a wait whose time-out fires because nothing else can happen.
pub(crate) const QUIESCENT_ALT: u16 = u16::MAX - 1;

/// What a search may look at when it chooses.
pub(crate) struct View<'a> {
    /// Everything that is possible, by thread; each thread's default alternative first.
    pub choices: &'a [Choice],
    /// The thread that took the last step.
    pub last: u8,
    /// Nothing is enabled; the choices are time-outs.
    pub quiescent: bool,
    /// How many objects are known.
    pub objects: u32,
    /// Where each object was created, as a hash.
    pub places: &'a [u32],
    /// The threads whose pending operation is a yield, as a bit mask.
    pub yielding: u64,
    /// The threads that have waited in a loop and can look again, as a bit mask.
    pub waiting: u64,
    /// Those of them that have read the newest store in vain, and may wait for ever whatever older one they could read, as a bit mask.
    pub stuck: u64,
    /// The threads that may turn out to wait in a loop if they go on, as a bit mask.
    pub looking: u64,
    /// The threads whose pending operation others may wait for in loops, as a bit mask.
    pub storing: u64,
    /// The threads whose pending operation nobody else can tell the time of, as a bit mask.
    pub silent: u64,
    /// What the next step of each thread that can go on would touch, if the search [looks ahead](Search::looks_ahead); what it could touch in any of its
    /// alternatives, if somebody is stuck; else nothing.
    pub next: &'a [(u8, Footprint)],
    /// Threads that can be swapped here, as bit masks: what one does next, each of them does in the same alternatives, and it touches the same.
    pub twins: &'a [u64],
}

/// A step that was taken.
pub(crate) struct Taken<'a> {
    /// Who did what.
    pub choice: Choice,
    /// What it touched.
    pub footprint: Footprint,
    /// What it could have touched, had it come earlier.
    pub widest: Footprint,
    /// Whether the operation may have alternatives somewhere.
    pub branching: bool,
    /// Steps that it needed: without them it could not have been taken.
    pub after: &'a [u32],
    /// Steps that gave back what it waited for, after others had taken it. It comes after them, and might have come before the others.
    pub freed: &'a [u32],
    /// It waits for more than its footprint says: moved before one step it may be impossible, and possible before an earlier one.
    pub waits: bool,
    /// A step whose effect it saw, and without which it would have done something else.
    pub observed: Option<u32>,
    /// It happened because nothing else could: it comes after everything.
    pub quiescent: bool,
    /// Tells apart runs that should be equal: operation, object and line.
    pub signature: u64,
}

/// An operation that was never taken: its thread waits for ever, or the execution ended before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending {
    pub thread: u8,
    pub footprint: Footprint,
    pub branching: bool,
    /// See [`Taken::waits`].
    pub waits: bool,
    /// A step that it needed, as in [`Taken::after`].
    pub after: Option<u32>,
}

/// What a search says after an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// There is another one to run.
    Another,
    /// There is none.
    Exhausted,
    /// It was not found in time. The search cannot be gone on with.
    OutOfTime,
}

/// What a search does. The machine calls `begin`, then `forced`/`choose` and `taken` in turn, then `finish`.
pub(crate) trait Search {
    /// A new execution starts.
    fn begin(&mut self);
    /// The next choice, if it is known without looking at what is possible: a prefix that is run again.
    fn forced(&mut self) -> Option<Choice> {
        None
    }
    /// Chooses. `choices` is never empty.
    fn choose(&mut self, view: &View<'_>) -> Choice;
    /// A step was taken. `Err` says that the program did something else than the last time, after the same choices.
    fn taken(&mut self, step: &Taken<'_>) -> Result<(), Diverged>;
    /// The execution has ended; `pending` never happened. Says whether there is another one to run. Looks for it until `deadline`.
    fn finish(&mut self, pending: &[Pending], places: &[u32], deadline: Instant) -> Next;
    /// An equivalent of the last execution up to `later`, in which `earlier` has not happened but is the next step of its thread. `None` if the
    /// one comes before the other in any case, or it is not known.
    fn turned_round(&self, _earlier: u32, _later: u32) -> Option<Vec<Choice>> {
        None
    }
    /// How many steps of a thread come before the last step that another has taken, in every equivalent execution. `None` if that is not known.
    fn known_steps(&self, _of: u8, _to: u8) -> Option<u16> {
        None
    }
    /// Names the Mazurkiewicz trace of the last execution: equivalent executions have the same name. `None` if it is not known.
    fn class(&self) -> Option<u64> {
        None
    }
    /// Whether the last execution was one that the search need not have run.
    fn redundant(&self) -> bool {
        false
    }
    /// Whether the rest of this execution is none of the search's business: what is pending now is what it wants to know.
    fn stops(&self) -> bool {
        false
    }
    /// Which share of the search is done, in millionths, by what is known of it: every branch that is known counts as much as those beside it. `None` if that
    /// means nothing.
    fn covered(&self) -> Option<u32> {
        None
    }
    /// How many executions the whole search will make: a guess. `None` if that means nothing.
    fn estimate(&self) -> Option<u64> {
        None
    }
    /// Whether it leaves out rounds of loops that came to nothing.
    fn leaves_out(&self) -> bool {
        false
    }
    /// The steps from this one on, all of one thread, only looked, and led to where they began.
    fn leave_out(&mut self, _from: u32) {}
    /// The exhaustive search, if it is that: it can be given away in pieces.
    fn as_optimal(&mut self) -> Option<&mut optimal::Optimal> {
        None
    }
    /// Whether an execution cannot be made again by asking for the same one, so that its schedule must be kept at once.
    fn forgets(&self) -> bool {
        false
    }
    /// Whether it wants to know what the next steps would touch.
    fn looks_ahead(&self) -> bool {
        false
    }
}

/// The program is not deterministic: after the same choices, it did something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Diverged {
    /// The step at which it differed.
    pub step: usize,
}
