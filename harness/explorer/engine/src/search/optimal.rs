//! Optimal dynamic partial order reduction: one execution for each class of equivalent ones.
//!
//! The search is depth-first. At every depth there is a node: what is possible there, what need not be tried because an
//! equivalent run was made already (the *sleep set*, Godefroid 1996), and what is still to be tried (the [wakeup
//! tree](super::wakeup)). After each execution every race in it is turned round: the run in which the other event comes
//! first must be made as well, unless it is equivalent to one that was made or planned.
//!
//! The algorithm is that of Abdulla, Aronis, Jonsson, Sagonas ("Optimal Dynamic Partial Order Reduction", POPL 2014; algorithm 2
//! there), with these differences:
//!
//! - A step is a thread *and its alternative*: which store a load reads, whom `notify_one` wakes. Sleep sets and wakeup
//!   trees hold such pairs.
//! - Weak loads are treated by reads-from, see [`Kind::conflicts`](super::Kind::conflicts).
//! - A race is also sought for operations that never happened because their thread is blocked at the end.
//! - A search can be confined to the runs that begin in a given way: what can come after it is searched as if the program began there, and races
//!   with steps before are not turned round. Which steps were taken before makes no difference to who can notice whom afterwards.
//! - A search can be given away in pieces, see [`pieces`].
//! - Threads that can be swapped count once, see below.
//! - Adding the *thread* of the later event to what is tried (Flanagan and Godefroid, POPL 2005) would be unsound together with sleep
//!   sets; what is planned here is the whole sequence, whose first step is an initial of it.

//! ## Twins
//!
//! Where threads do the same ([`symmetry`](crate::machine::symmetry)), the machine says at each node which of them are *twins*: they have begun, and done
//! nothing yet. To permute twins maps every run from there to one that differs in names alone. Of these, one is made. (Emerson, Jha, Peled: "Combining Partial
//! Order and Symmetry Reductions", TACAS 1997; Kokologiannakis, Marmanis, Vafeiadis: "SPORE", PLDI 2024.) It takes three things:
//!
//! - When a step was explored at a node, the same step of its twins is put asleep beside it.
//! - A sequence that can begin with a twin of the step which is being explored is not planned.
//! - A sleeper that was inherited from another node covers only what it can begin itself, and not what it is merely independent of.
//!
//! *Why nothing is lost.* Let `A(E)` be the permutations, within families, of the threads that have done nothing in `E` but begin. They map runs from `E` to
//! runs from `E`; and `A(E.q)` is a part of `A(E)`, because what a thread has done it has done. When the search leaves `E`, this holds: for every complete
//! run `w` from `E` there is a `π` in `A(E)` such that something which sleeps at `E` is a weak initial of `π(w)`. By induction on the order in which nodes are left;
//! suppose that `w` is an exception. Take those `π` in `A(E)` and `q`, explored at `E`, for which the prefix `u` of `π(w)` that `q` is independent of is longest (there is a `q`: what is explored
//! at `E` is asleep then; and where everything possible slept, each run begins with a sleeper). Let `e` be the event after `u`. By induction, somewhere after `E.q` a run was made that begins as
//! `τ(u)` and has `τ(e)` in a race with `q`, for a `τ` in `A(E.q)`, which does not move the thread of `q`; it cannot have been left to what slept at `E` already, for that would be a weak initial of
//! `τ(π(w))`. Turning the race round asks for `τ(u.e)`, or what of it `e` needs. If it is covered by an inherited sleeper, that is a weak initial of `τ(π(w))`, and
//! `τ.π` is in `A(E)`: no exception. Else it is covered by something that in the end was explored at `E`, or is a twin of that, or it was put into the tree below such a step: and that step, or with one swap more
//! its twin, is independent of a longer prefix, or the first of it. That is a contradiction.
//!
//! Nothing in this needs the way that a wakeup tree plans; and it must not. With wakeup trees alone, what sleeps is awake again when the planned way was gone, and a sequence
//! that an inherited sleeper is independent of was planned with its whole way. Twins break that: the way may have been planned under other names, and left out because they are
//! names of something explored. Hence the third point; without it, four threads that load and one that stores twice lose two outcomes of fifteen.
//!
//! Sleep sets are inherited as ever. If `q` sleeps at `E` and is independent of `p`, a run from `E.p` that can begin with `q` is one from `E` that can, and some
//! permutation of it is equivalent to a run that was made before. Each such step leads to the left in the tree of all runs, which is finite; so in the end to one that was made.
//!
//! What this costs: a way that was planned may turn out to sleep, and a run be made in vain; [`redundant`](super::Search::redundant) says so.

pub(crate) mod board;
mod estimate;
mod node;
pub(crate) mod pieces;
mod reversal;

use std::cell::Cell;
use std::rc::Rc;
use std::time::Instant;

use super::footprint::Footprint;
use super::guided::Turn;
use super::log::Log;
use super::usual::{first_choice, first_to_try};
use super::wakeup::{Branch, Planned};
use super::{Choice, Diverged, Next, Pending, Search, Taken, View};
use node::{Node, Sleeper};

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct Optimal {
    nodes: Vec<Node>,
    log: Log,
    depth: usize,
    /// The rest of this execution is known to repeat another: let it end, and learn nothing.
    blocked: bool,
    /// Nodes to be used again, for their memory.
    spare: Vec<Node>,
    sequence: Vec<Planned>,
    /// How every run begins.
    given: Vec<Turn>,
    /// The nodes above this depth belong to other pieces as well: what is planned there is only noted.
    border: usize,
    /// How much was planned at each of them when the piece began.
    known: Vec<usize>,
    /// Something sleeps that other pieces begin with. Then only what begins in the same way is a run that there is already: see [`pieces`].
    is_beside_others: bool,
    /// Where that is impossible.
    pub(crate) misfit: Rc<Cell<Option<usize>>>,
    pub(crate) fault: Option<crate::config::Fault>,
    /// What the next node goes on with: the one before it, of whose first branch it turned out that it comes to nothing.
    goes_on: Option<Node>,
    is_going_on: bool,
    /// Somebody has waited in a loop.
    waits: bool,
    /// Threads that can be swapped count once.
    pub(crate) swaps: bool,
    /// How many executions were made.
    made: u64,
    /// What the last execution did, and where its objects were created: for the [guess](estimate) of how many there will be.
    last_steps: Vec<estimate::Step>,
    last_places: Vec<u32>,
}

impl Optimal {
    /// A search that has not begun.
    pub fn new(fault: Option<crate::config::Fault>) -> Self {
        Self { fault, ..Self::default() }
    }

    /// A search of the runs that begin with these turns.
    pub fn below(given: Vec<Turn>) -> Self {
        Self { given, ..Self::default() }
    }

    /// Takes the next of the turns that are given.
    fn follow(&mut self, turn: Turn, view: &View<'_>) -> Choice {
        let mut of_thread = view.choices.iter().filter(|choice| choice.thread == turn.0);
        let choice = of_thread.nth(usize::from(turn.1)).copied().unwrap_or_else(|| {
            self.misfit.set(self.misfit.get().or(Some(self.depth)));
            view.choices[0]
        });
        let mut node = self.spare.pop().unwrap_or_default();
        node.choices = vec![choice];
        node.asleep.clear();
        node.twins.clear();
        node.objects = view.objects;
        node.done = 0;
        (node.before, node.current) = (self.made, self.made);
        node.tree = vec![Branch::new(choice, Footprint::EMPTY)];
        self.nodes.push(node);
        self.depth += 1;
        choice
    }

    fn has(&self, fault: crate::config::Fault) -> bool {
        self.fault == Some(fault)
    }

    /// The sleep set of a new node: those that slept at its parent and do not depend on the step between.
    fn inherit(&self, node: &mut Node, view: &View<'_>) {
        let Some(parent) = self.nodes.last() else { return };
        let Some(event) = self.log.events().last() else { return };
        if event.choice.alt == super::QUIESCENT_ALT {
            return;
        }
        let awake = parent.tree.first().map_or(&[][..], |branch| &branch.awake);
        let stays_awake = |choice| {
            awake.contains(&choice) || parent.twins(choice).any(|twin| awake.contains(&twin))
        };
        let still = parent.asleep.iter().filter(|sleeper| {
            sleeper.choice.thread != event.choice.thread
                && !stays_awake(sleeper.choice)
                && !sleeper.footprint.conflicts(&event.footprint, view.places)
        });
        node.asleep.extend(still.map(|sleeper| Sleeper { is_inherited: self.swaps, ..*sleeper }));
    }

    /// Who has read the newest store in vain may wait for ever, whatever older ones it could read: then others go on.
    fn go_on_without(&self, node: &mut Node, view: &View<'_>) {
        let is_stuck = |choice: Choice| view.stuck >> choice.thread & 1 == 1;
        let is_tried = |branch: &Branch| !is_stuck(branch.choice) && node.awake(branch.choice);
        if view.stuck == 0
            || node.tree.iter().any(is_tried)
            || self.has(crate::config::Fault::NobodyWaitsForEver)
        {
            return;
        }
        let could_go = |choice: Choice| !is_stuck(choice) && !node.sleeps(choice);
        let Some(first) = first_choice(view, could_go) else { return };
        let touches = view.next.iter().find(|(thread, _)| *thread == first.thread);
        let footprint = touches.map_or(Footprint::EMPTY, |(_, widest)| *widest);
        let of_thread = view.choices.iter().copied().filter(|choice| choice.thread == first.thread);
        let branches = of_thread
            .filter(|&choice| !node.sleeps(choice))
            .map(|choice| Branch::new(choice, footprint))
            .collect::<Vec<_>>();
        node.tree.extend(branches);
    }

    /// The search ends when it comes back to this depth.
    fn floor(&self) -> usize {
        self.given.len().max(self.border)
    }
}

impl Search for Optimal {
    fn begin(&mut self) {
        self.log.begin();
        self.depth = 0;
        self.blocked = false;
        self.goes_on = None;
        self.is_going_on = false;
    }

    fn forced(&mut self) -> Option<Choice> {
        let choice = self.nodes.get(self.depth)?.tree.first()?.choice;
        self.depth += 1;
        Some(choice)
    }

    fn choose(&mut self, view: &View<'_>) -> Choice {
        if self.blocked {
            return first_choice(view, |_| true).unwrap_or(view.choices[0]);
        }
        if let Some(&turn) = self.given.get(self.depth) {
            return self.follow(turn, view);
        }
        let goes_on = self.goes_on.take();
        let mut node = goes_on.or_else(|| self.spare.pop()).unwrap_or_default();
        node.choices.clear();
        node.choices.extend_from_slice(view.choices);
        node.twins.clear();
        if self.swaps {
            node.twins.extend_from_slice(view.twins);
        }
        if !std::mem::take(&mut self.is_going_on) {
            node.asleep.clear();
            node.objects = view.objects;
            node.done = 0;
            (node.before, node.current) = (self.made, self.made);
            node.tree = match self.nodes.last_mut().and_then(|parent| parent.tree.first_mut()) {
                Some(branch) => std::mem::take(&mut branch.children),
                None => Vec::new(),
            };
            self.inherit(&mut node, view);
        }
        if !node.settle() {
            let Some(first) = first_to_try(view, self.waits, |choice| !node.sleeps(choice)) else {
                self.blocked = true;
                self.spare.push(node);
                return view.choices[0];
            };
            // All alternatives of the thread are runs of their own; when time-outs are all that can happen, so is each of them.
            let alike = |choice: &&Choice| view.quiescent || choice.thread == first.thread;
            let also = view
                .choices
                .iter()
                .filter(alike)
                .copied()
                .filter(|&choice| choice != first && !node.sleeps(choice));
            let branch = |choice| Branch::new(choice, Footprint::EMPTY);
            let tree: Vec<Branch> = std::iter::once(first).chain(also).map(branch).collect();
            node.tree = tree;
        }
        self.go_on_without(&mut node, view);
        let choice = node.tree[0].choice;
        self.nodes.push(node);
        self.depth += 1;
        choice
    }

    fn taken(&mut self, step: &Taken<'_>) -> Result<(), Diverged> {
        if self.blocked {
            return Ok(());
        }
        self.log.add(step)
    }

    fn leaves_out(&self) -> bool {
        self.given.is_empty()
    }

    fn leave_out(&mut self, from: u32) {
        let from = from as usize;
        if self.blocked || from >= self.depth {
            return;
        }
        self.waits = true;
        self.log.leave_out(from);
        if self.has(crate::config::Fault::LooksTooLate) {
            self.log.forget_races(from);
        }
        if self.depth < self.nodes.len() {
            // It was left out before.
            return;
        }
        let before = &mut self.nodes[from];
        // What else is to be tried above the border others do.
        let rest = if from < self.border { Vec::new() } else { before.tree.drain(1..).collect() };
        let asleep = before.asleep.clone();
        let (choices, twins) = (Vec::new(), Vec::new());
        self.goes_on = Some(Node { choices, twins, asleep, tree: rest, ..*before });
        self.is_going_on = true;
    }

    fn known_steps(&self, of: u8, to: u8) -> Option<u16> {
        (!self.blocked).then(|| self.log.known_steps(of, to))
    }

    fn turned_round(&self, earlier: u32, later: u32) -> Option<Vec<Choice>> {
        let kept = self.given.len() as u32;
        (!self.blocked).then(|| self.log.turned_round(earlier, later, kept)).flatten()
    }

    fn finish(&mut self, pending: &[Pending], places: &[u32], deadline: Instant) -> Next {
        self.made += 1;
        self.remember(places);
        // An execution of thousands of steps can have millions of races, and to plan each takes as long as the execution is.
        let late = |done: usize| done % 1024 == 1023 && Instant::now() >= deadline;
        for index in 0..self.log.races.len() {
            let race = self.log.races[index];
            self.reverse(race, None, pending, places);
            if late(index) {
                return Next::OutOfTime;
            }
        }
        // A run that was stopped here has what is pending where it was stopped.
        if (!self.blocked || self.is_beside_others)
            && !self.has(crate::config::Fault::NoRacesAtTheEnd)
        {
            for one in pending {
                for (index, race) in self.log.races_of_pending(one).into_iter().enumerate() {
                    self.reverse(race, Some(one), pending, places);
                    if late(index) {
                        return Next::OutOfTime;
                    }
                }
            }
        }
        while let Some(depth) =
            self.nodes.len().checked_sub(1).filter(|depth| *depth >= self.floor())
        {
            let node = &mut self.nodes[depth];
            if let Some(event) = self.log.events().get(depth) {
                let (choice, footprint, widest) = (event.choice, event.footprint, event.widest);
                node.tree.remove(0);
                node.done += 1;
                node.current = self.made;
                node.asleep.push(Sleeper { choice, footprint, widest, is_inherited: false });
                for choice in node.twins(choice) {
                    if !node.sleeps(choice) {
                        node.asleep.push(Sleeper {
                            choice,
                            footprint,
                            widest,
                            is_inherited: false,
                        });
                    }
                }
            } else {
                node.tree.clear();
            }
            self.log.truncate(depth);
            if node.settle() {
                return Next::Another;
            }
            self.spare.extend(self.nodes.pop());
        }
        Next::Exhausted
    }

    fn class(&self) -> Option<u64> {
        (!self.blocked).then(|| self.log.class())
    }

    fn redundant(&self) -> bool {
        self.blocked
    }

    fn stops(&self) -> bool {
        self.blocked && self.is_beside_others
    }

    fn as_optimal(&mut self) -> Option<&mut Optimal> {
        Some(self)
    }

    fn covered(&self) -> Option<u32> {
        Some((self.share() * 1e6) as u32)
    }

    fn estimate(&self) -> Option<u64> {
        self.guess()
    }
}
