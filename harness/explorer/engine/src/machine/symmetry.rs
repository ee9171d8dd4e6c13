//! Threads that do the same, of which one order counts.
//!
//! Threads are of one *family* if one thread spawned them one right after the other, with the same closure over the same objects: the same code, and the same
//! bytes captured. To swap two of them is to rename two threads, as long as nobody can tell them apart. Of two runs that differ by such names alone, the search
//! makes one: see [`optimal`](crate::search::optimal).
//!
//! Two things do tell them apart that mean nothing, and are made the same for all of a family:
//!
//! - *Births.* They come one after the other, and the first thread could begin before the last is born. Here all begin when the last is born, and at once. In
//!   between the spawning thread has only spawned. So what others could have done meanwhile, they can do afterwards as well, and it comes to the same, but for
//!   the numbers of threads.
//! - *Joins.* They come one after the other, too, and the first could succeed before the last thread has ended. Here all succeed when the last thread has ended,
//!   and what it knew is learnt at the last join. Between them whoever joins has only joined: so nobody can tell.
//!
//! Both leave runs out, and make none that there is not otherwise.
//!
//! Whether something else tells them apart is known only when it happens: somebody looks at the number of a thread, at one member alone, does something between two
//! joins. Then the family is told apart, the search begins anew, and the family counts as none. Such a thing cannot hide: swapping two members leads from a run in which it
//! happens to one in which it happens as well, and of those the search makes one. Until it happens, what the search takes for the same is the same.

use super::op::{Loc, Op, Tid};
use super::thread::Thread;
use super::{Bad, Machine, plain};
use crate::config::Fault;
use crate::search::clock::Clock;

/// What a thread is born to do.
#[derive(Debug)]
pub struct Kin {
    /// The code of its closure.
    code: usize,
    /// Where it is spawned.
    at: Loc,
    /// What its closure has captured.
    captured: Vec<u8>,
}

/// Threads that do the same.
struct Family {
    kin: Kin,
    parent: Tid,
    /// The members, as a bit mask.
    members: u64,
    /// More of them may be born.
    is_open: bool,
    /// What the spawning thread knew at the first birth.
    birth: Clock,
    /// What it did itself the first member knows up to the one count, and the last up to the other.
    known: (u16, u16),
    /// Who was joined, as bit masks: as threads, and as closures.
    joined: u64,
    returned: u64,
}

/// What is known of threads that do the same.
#[derive(Default)]
pub struct Symmetry {
    pub is_on: bool,
    /// There are such threads, in some execution.
    pub is_met: bool,
    /// Whose threads were told apart, by where they are spawned. Kept across executions.
    apart: Vec<Loc>,
    families: Vec<Family>,
    /// In this execution threads were told apart: of one family, or all.
    told: Option<Option<Loc>>,
}

impl Family {
    fn has_several(&self) -> bool {
        self.members.count_ones() > 1
    }
}

fn is_same(a: Loc, b: Loc) -> bool {
    std::ptr::eq(a, b) || a == b
}

/// The threads of a bit mask.
pub(super) fn tids(mut mask: u64) -> impl Iterator<Item = Tid> {
    std::iter::from_fn(move || {
        let first = (mask != 0).then_some(mask.trailing_zeros() as Tid);
        mask &= mask.wrapping_sub(1);
        first
    })
}

impl Symmetry {
    /// A new execution begins.
    pub fn begin(&mut self) {
        self.families.clear();
        self.told = None;
    }

    /// Whether threads of some family were told apart.
    pub fn tells_some_apart(&self) -> bool {
        !self.apart.is_empty()
    }

    /// Goes back to a search without it.
    pub fn give_up(&mut self) {
        self.is_on = false;
        self.begin();
    }
}

impl Machine {
    /// The current thread is about to spawn a thread with this closure.
    pub fn bears(&mut self, code: usize, captured: &[u8], at: Loc) {
        let symmetry = &self.symmetry;
        let current = self.current;
        self.threads[current].bears = None;
        if symmetry.is_on && !symmetry.apart.iter().any(|apart| is_same(apart, at)) {
            let captured = match self.config.fault {
                Some(Fault::SameCodeIsEnough) => Vec::new(),
                _ => captured.to_vec(),
            };
            self.threads[current].bears = Some(Kin { code, at, captured });
        }
    }

    /// A thread was born, with what its parent knows.
    pub(super) fn is_born(&mut self, thread: &mut Thread) {
        let parent = self.current;
        let Some(kin) = self.threads[parent].bears.take() else { return };
        let number = match self.threads[parent].brood {
            Some(open) => open,
            None => {
                let birth = self.threads[parent].views.current.clone();
                let known = birth.get(self.threads[parent].clock);
                self.symmetry.families.push(Family {
                    kin,
                    parent,
                    members: 0,
                    is_open: true,
                    birth,
                    known: (known, known),
                    joined: 0,
                    returned: 0,
                });
                self.symmetry.families.len() - 1
            }
        };
        self.threads[parent].brood = Some(number);
        thread.family = Some(number);
        let family = &mut self.symmetry.families[number];
        family.members |= 1 << self.threads.len();
        family.known.1 = self.threads[parent].views.current.get(self.threads[parent].clock);
    }

    /// Whether the spawn that the current thread announces is of one more of those that it has just spawned.
    fn bears_on(&self, open: usize, op: Op) -> bool {
        let (family, parent) = (&self.symmetry.families[open], &self.threads[self.current]);
        let same = parent.bears.as_ref().is_some_and(|kin| {
            (kin.code, &kin.captured) == (family.kin.code, &family.kin.captured)
                && is_same(kin.at, family.kin.at)
        });
        let counts = plain::is_on().then_some(parent.clock);
        op == Op::Spawn && same && parent.views.current.is_but(counts, &family.birth)
    }

    /// The current thread will do this next: it has spawned all of a family, or not; and may not stop to join one.
    pub(super) fn watch_kin(&mut self, op: Op) {
        if !self.symmetry.is_on {
            return;
        }
        let current = self.current;
        if let Some(open) = self.threads[current].brood.filter(|&open| !self.bears_on(open, op)) {
            self.threads[current].brood = None;
            let members = self.symmetry.families[open].members;
            self.symmetry.families[open].is_open = false;
            let last = tids(members).filter_map(|tid| self.threads[tid].spawned_by).max();
            tids(members).for_each(|tid| self.threads[tid].spawned_by = last);
        }
        if let Some(gathered) = self.threads[current].gathers {
            let goes_on = joined_by(op).is_some_and(|of| self.threads[of].family == Some(gathered));
            if !goes_on {
                self.threads[current].gathers = None;
                if self.config.fault != Some(Fault::JoinsTellNothing) {
                    self.tell_apart(gathered);
                }
            }
        }
        match op {
            Op::IsFinished(of) | Op::RestScope(of) => self.tell_apart_from_others(of),
            // Whose rounds in vain are left out, and when, has not been thought through.
            Op::SpinYield | Op::Exit(_) | Op::Abort => self.tell_all_apart(),
            _ => {}
        }
    }

    /// The others of a thread's family that it may be joined with: all must have ended, or returned.
    pub(super) fn joined_with(&self, of: Tid) -> impl Iterator<Item = Tid> + use<> {
        let family = self.threads[of].family.map(|number| &self.symmetry.families[number]);
        tids(family.map_or(1 << of, |family| family.members))
    }

    /// The current thread has joined a thread. Whose ends it knows of now.
    pub(super) fn gathers(&mut self, of: Tid, closures: bool) -> (u64, u64) {
        let alone = if closures { (0, 1 << of) } else { (1 << of, 0) };
        let Some(number) = self.threads[of].family else { return alone };
        let family = &mut self.symmetry.families[number];
        let before = family.joined | family.returned;
        if before == family.members {
            return alone;
        }
        *(if closures { &mut family.returned } else { &mut family.joined }) |= 1 << of;
        let is_last = family.joined | family.returned == family.members;
        let known = (family.joined, family.returned);
        let (tid, more) = (self.current, (!is_last).then_some(number));
        self.threads[tid].gathers = more;
        if is_last { known } else { (0, 0) }
    }

    /// Whether a thread is of a family of which more may be born.
    pub(super) fn waits_to_begin(&self, tid: Tid) -> bool {
        self.threads[tid].family.is_some_and(|number| self.symmetry.families[number].is_open)
    }

    /// The thread that begins now, before anybody does anything else: of those that begin together.
    pub(super) fn who_begins(&self) -> Option<Tid> {
        let all = self.symmetry.families.iter().filter(|family| !family.is_open);
        let mut all = all.filter(|family| family.has_several());
        let begins = |tid: &Tid| self.threads[*tid].pending == Op::Start;
        all.find_map(|family| tids(family.members).find(begins))
    }

    /// Nothing else can happen, and somebody waits for a family of which some have ended. They might have joined those, and who they are makes no difference to
    /// the search: but what they would have done then is not known.
    pub(super) fn joins_are_late(&self) -> bool {
        let mut waiting = self.threads.iter().filter(|thread| thread.ended.is_none());
        waiting.any(|thread| match thread.pending {
            Op::Join(of) => self.joined_with(of).any(|of| self.threads[of].ended.is_some()),
            Op::JoinScoped(of) => self.joined_with(of).any(|of| self.threads[of].has_returned()),
            _ => false,
        })
    }

    /// Threads that can be swapped where they stand, as bit masks: they have begun, and done nothing yet. What they do first touches the same.
    pub(super) fn twins(&self) -> Vec<u64> {
        let mut twins = Vec::new();
        if self.quiescent {
            return twins;
        }
        for family in self.symmetry.families.iter().filter(|family| !family.is_open) {
            let mut fresh = tids(family.members).filter(|&tid| self.threads[tid].taken == 1);
            let Some(first) = fresh.next() else { continue };
            let like_first = |tid: &Tid| {
                let (one, other) = (&self.threads[first], &self.threads[*tid]);
                one.pending == other.pending
                    && is_same(one.at, other.at)
                    && self.footprints(first, 0) == self.footprints(*tid, 0)
            };
            let mask = fresh.filter(like_first).fold(1 << first, |mask, tid| mask | 1_u64 << tid);
            if mask.count_ones() > 1 {
                twins.push(mask);
            }
        }
        twins
    }

    /// Who does in some run what this thread does in this one.
    pub(super) fn family_of(&self, tid: Tid) -> u64 {
        let family = self.threads.get(tid).and_then(|thread| thread.family);
        family.map_or(1 << tid, |number| self.symmetry.families[number].members)
    }

    /// Somebody looks at this thread, and not at others of its family.
    pub fn tell_apart_from_others(&mut self, tid: Tid) {
        if let Some(number) = self.threads.get(tid).and_then(|thread| thread.family) {
            self.tell_apart(number);
        }
    }

    fn tell_apart(&mut self, number: usize) {
        let family = &self.symmetry.families[number];
        if family.has_several() {
            self.symmetry.told.get_or_insert(Some(family.kin.at));
        }
    }

    /// The members of all families are told apart.
    pub fn tell_all_apart(&mut self) {
        self.symmetry.told = Some(None);
    }

    /// What a thread did before others of a family were born makes a difference to who knows of it: it clashes with what the current thread does.
    pub(super) fn is_known_to_some(&self, tid: Tid, epoch: u16) -> bool {
        let knows = |family: &Family| {
            family.parent == tid && family.known.0 < epoch && epoch <= family.known.1
        };
        self.symmetry.families.iter().any(knows)
    }

    /// Whether the execution that has just ended, in this way, has told threads apart, or was the first to have such as do the same. Then all must begin again.
    pub fn are_told_apart(&mut self, bad: Option<&Bad>) -> bool {
        let any = self.symmetry.families.iter().any(Family::has_several);
        if !self.symmetry.is_on || !any {
            return false;
        }
        let read = &self.read;
        // Each thread has random numbers of its own. What else goes wrong might not, if some member had known more.
        let own = read.random || read.keys || read.process || read.files;
        let differs = own || self.config.left != 0;
        let fine = matches!(bad, None | Some(Bad::Panic { .. } | Bad::Deadlock | Bad::Leak));
        if differs || !fine {
            self.tell_all_apart();
        }
        let was_met = std::mem::replace(&mut self.symmetry.is_met, true);
        match self.symmetry.told.take() {
            None => return !was_met,
            Some(Some(at)) => {
                self.symmetry.apart.push(at);
                // Perhaps there is no other family, and nothing to swap.
                self.symmetry.is_met = false;
            }
            Some(None) => self.symmetry.is_on = false,
        }
        true
    }
}

/// Whom an operation joins.
fn joined_by(op: Op) -> Option<Tid> {
    match op {
        Op::Join(of) | Op::JoinScoped(of) => Some(of),
        _ => None,
    }
}
