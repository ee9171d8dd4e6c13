//! Wakeup trees: what is still to be tried after a prefix, as a tree of steps.
//!
//! Abdulla, Aronis, Jonsson, Sagonas: "Optimal Dynamic Partial Order Reduction", POPL 2014, and "Source Sets: A Foundation for
//! Optimal Dynamic Partial Order Reduction", J. ACM 2017, section 6. A source set says only which thread must go first in a run
//! that turns a race round; the run may then be led astray and be found, late, to repeat another. A wakeup tree says how the run
//! goes on until the race is turned, so no run is started in vain.

use super::clock::Clock;
use super::footprint::Footprint;
use super::names::Names;
use super::{ANY_ALT, Choice};

/// A step to try, and what to try after it. No children: anything.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    pub choice: Choice,
    pub footprint: Footprint,
    pub children: Vec<Branch>,
    /// Steps that were tried before this one and may be independent of it, or not: that is not known, so they may not sleep here.
    pub awake: Vec<Choice>,
}

impl Branch {
    /// A step, and nothing planned after it.
    pub fn new(choice: Choice, footprint: Footprint) -> Self {
        Self { choice, footprint, children: Vec::new(), awake: Vec::new() }
    }
}

/// A step of a sequence that is to be inserted.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub choice: Choice,
    pub footprint: Footprint,
    /// The clock of the event that the step was, for the order within the sequence.
    pub clock: Clock,
    /// The event's own count; 0 for a step that did not happen, which nothing in the sequence comes after.
    pub count: u16,
}

/// Whether a step can be the first of a sequence, perhaps after reordering independent steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Initial {
    /// It is the step at this place.
    At(usize),
    /// It does not occur, and is independent of all that do.
    Absent,
    /// No.
    No,
}

impl Initial {
    /// Whether a run that begins with the step is one of those that the sequence asks for. `strictly`: only if the step is in it.
    pub fn counts(self, strictly: bool) -> bool {
        match self {
            Self::At(_) => true,
            Self::Absent => !strictly,
            Self::No => false,
        }
    }
}

/// Whether `choice` is a weak initial of a sequence (Abdulla et al. 2017, definition 4.2).
///
/// The last step of a sequence did not happen as it is planned: its clock says what it needs, its footprint what it may depend on.
pub(crate) fn weak_initial(
    choice: Choice,
    footprint: &Footprint,
    sequence: &[Planned],
    places: &[u32],
) -> Initial {
    let Some(at) = sequence.iter().position(|step| step.choice.thread == choice.thread) else {
        let independent = sequence.iter().all(|step| !step.footprint.conflicts(footprint, places));
        return if independent { Initial::Absent } else { Initial::No };
    };
    let step = &sequence[at];
    let first = sequence[..at].iter().all(|before| {
        let needed = step.clock.get(before.choice.thread as usize) >= before.count;
        let touched = step.count == 0 && before.footprint.conflicts(&step.footprint, places);
        !needed && !touched
    });
    if first && step.choice.alt == choice.alt { Initial::At(at) } else { Initial::No }
}

/// What a branch of a tree is to a sequence: its first step or not; and whether it might be, if it is not known what it touches.
fn judge(branch: &Branch, sequence: &[Planned], names: &Names<'_>) -> (Initial, bool) {
    let thread = branch.choice.thread;
    // Whether it is the first of those that the sequence has, their clocks say.
    let resolved = match sequence.iter().any(|step| step.choice.thread == thread) {
        true => Some(branch.footprint),
        false => names.resolve(thread, &branch.footprint),
    };
    let footprint = resolved.as_ref().unwrap_or(&branch.footprint);
    let initial = weak_initial(branch.choice, footprint, sequence, names.places());
    let sure = || sequence.iter().any(|step| step.footprint.conflicts_surely(footprint));
    let doubtful = resolved.is_none() && initial == Initial::No && !sure();
    (initial, doubtful)
}

/// Makes sure that the tree leads to the sequence, or to one that is equivalent to an extension of it.
///
/// `sequence` is consumed: what remains of it is not meaningful.
pub(crate) fn insert(
    mut tree: &mut Vec<Branch>,
    first: usize,
    sequence: &mut Vec<Planned>,
    known: u32,
    mut names: Names<'_>,
    strictly: bool,
) {
    let mut skip = first;
    let mut doubtful: Vec<Choice> = Vec::new();
    while !sequence.is_empty() {
        doubtful.clear();
        let mut next = None;
        for (index, branch) in tree.iter().enumerate().skip(skip) {
            let (initial, doubt) = judge(branch, sequence, &names);
            if initial.counts(strictly) {
                next = Some((index, initial));
                break;
            }
            if doubt {
                doubtful.push(branch.choice);
            }
        }
        let Some((index, initial)) = next else { break };
        match initial {
            Initial::At(at) => names.take(&sequence.remove(at)),
            _ => names.take_unseen(tree[index].choice.thread),
        }
        tree[index].awake.append(&mut doubtful);
        // A leaf is followed by everything, so by this sequence as well.
        if tree[index].children.is_empty() {
            return;
        }
        tree = &mut tree[index].children;
        skip = 0;
    }
    let mut chain = sequence.iter().rev().fold(Vec::new(), |children, step| {
        let footprint = step.footprint.named_by_place(known, names.places());
        vec![Branch { children, ..Branch::new(step.choice, footprint) }]
    });
    if let Some(first) = chain.first_mut() {
        first.awake = doubtful;
    }
    tree.extend(chain);
}

/// Whether a branch leaves the alternative open.
pub(crate) fn is_open(branch: &Branch) -> bool {
    branch.choice.alt == ANY_ALT
}
