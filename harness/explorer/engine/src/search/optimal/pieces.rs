//! A search in pieces, for several processes.
//!
//! A piece is the runs that begin with one prefix, without those that begin with what sleeps there: others make these. Below its *border*, the end of its
//! prefix, a piece is searched as the whole is. A race with a step above the border asks for a run that is not the piece's own, unless somebody has it
//! already; it is noted, and whoever keeps all pieces together ([`board`](super::board)) makes a piece of it.
//!
//! Across borders this is the algorithm of *source sets* (Abdulla et al. 2017, section 4) in the place of wakeup trees: a branch that somebody may be
//! working on cannot be told how to begin. Source sets are as sound; what they cost is executions that turn out to repeat another. One thing must then be
//! different within a piece as well, if something sleeps that another piece begins with. A sequence that the sleeper, or a branch, is independent of may lead
//! to a run in which something that comes after goes before it. In one process that run is asked for by whoever runs the sleeper first. In another it may
//! find that somebody does it already: this piece. So here only what a sequence can begin with counts as having it. And a run of which the rest repeats
//! another is stopped there: what waits then is turned round as what waits at the end, for at the end of the run that it repeats something else may wait.

use crate::search::Choice;
use crate::search::footprint::Footprint;
use crate::search::log::Event;
use crate::search::wakeup::Branch;

use super::{Node, Optimal, Sleeper};
use crate::config::Fault;

/// A part of a search.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(super) nodes: Vec<Node>,
    pub(super) border: usize,
}

/// Where a piece begins: what can be done there, and what sleeps.
#[derive(Clone, Debug)]
pub(crate) struct Begins(Node);

impl Begins {
    /// Every way on.
    pub fn ways(&self) -> Vec<Choice> {
        let node = &self.0;
        node.choices.iter().copied().filter(|choice| !node.sleeps(*choice)).collect()
    }
}

impl Piece {
    /// All runs.
    pub fn all() -> Self {
        Self { nodes: Vec::new(), border: 0 }
    }

    /// Those of its runs that go on in this way, without those that could as well go on in one of the ways before, which took these steps.
    pub fn way(&self, begins: &Begins, choice: Choice, before: &[Stood]) -> Self {
        let Self { mut nodes, .. } = self.clone();
        let mut node = begins.0.clone();
        node.asleep.extend(before.iter().map(|step| step.0));
        node.asleep.retain(|sleeper| sleeper.choice != choice);
        node.tree = vec![Branch::new(choice, Footprint::EMPTY)];
        node.done = 0;
        nodes.push(node);
        let border = nodes.len();
        Self { nodes, border }
    }
}

/// A run that a piece asks others for: at this depth, this step, with these awake.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Asked {
    pub depth: usize,
    pub choice: Choice,
    pub awake: Vec<Choice>,
}

/// What is left of a piece that was stopped: its nodes below the border.
#[derive(Clone, Debug)]
pub(crate) struct Rest {
    pub(super) nodes: Vec<Node>,
    /// What the last execution did there, as far as it is the way that is taken now.
    pub(super) steps: Vec<Sleeper>,
}

impl Optimal {
    /// A search of a piece.
    pub fn of_piece(piece: Piece, fault: Option<Fault>) -> Self {
        let Piece { nodes, border } = piece;
        let known = nodes[..border].iter().map(|node| node.tree.len()).collect();
        let is_beside_others = nodes[..border].iter().any(|node| !node.asleep.is_empty());
        Self { nodes, border, known, is_beside_others, fault, ..Self::default() }
    }

    /// What others must do because of what was seen here.
    pub fn asked(&self) -> Vec<Asked> {
        let mut asked = Vec::new();
        for (depth, (node, &known)) in self.nodes.iter().zip(&self.known).enumerate() {
            for branch in &node.tree[known..] {
                asked.push(Asked { depth, choice: branch.choice, awake: branch.awake.clone() });
            }
        }
        asked
    }

    /// The last step above the border, as the last execution took it.
    pub fn step_above(&self) -> Option<Stood> {
        self.log.events().get(self.border.checked_sub(1)?).map(|event| Stood(as_sleeper(event)))
    }

    /// Where the piece begins, as the last execution came to it. Nothing if it ended there, or if all that could go on sleeps.
    pub fn begins(&self) -> Option<Begins> {
        self.nodes.get(self.border).cloned().map(Begins)
    }

    /// What is left to do. The search is at its end with that.
    pub fn rest(&mut self) -> Rest {
        let executed = self.nodes.len().saturating_sub(1);
        let events = self.log.events().iter().take(executed).skip(self.border);
        let steps = events.map(as_sleeper);
        let steps = steps.collect();
        Rest { nodes: self.nodes.drain(self.border.min(self.nodes.len())..).collect(), steps }
    }
}

fn as_sleeper(event: &Event) -> Sleeper {
    let (choice, footprint, widest) = (event.choice, event.footprint, event.widest);
    Sleeper { choice, footprint, widest, is_inherited: false }
}

/// A step that was taken: what it touched, which is what must be known of one that sleeps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stood(pub(super) Sleeper);

/// Numbers, as one process tells them to another.
pub(crate) type Numbers<'a> = &'a mut dyn Iterator<Item = u64>;

fn write_choice(choice: Choice, to: &mut Vec<u64>) {
    to.push(u64::from(choice.thread) << 16 | u64::from(choice.alt));
}

fn read_choice(from: Numbers<'_>) -> Option<Choice> {
    let number = from.next()?;
    Some(Choice { thread: u8::try_from(number >> 16).ok()?, alt: number as u16 })
}

fn write_footprint(footprint: &Footprint, to: &mut Vec<u64>) {
    let [a, b, c, d] = footprint.bits().map(u64::from);
    to.extend([a << 32 | b, c << 32 | d]);
}

fn read_footprint(from: Numbers<'_>) -> Option<Footprint> {
    let (one, other) = (from.next()?, from.next()?);
    let halves = [one >> 32, one, other >> 32, other];
    Some(Footprint::of_bits(halves.map(|half| half as u32)))
}

/// A list, with its length before it.
fn write_list<T>(list: &[T], to: &mut Vec<u64>, write: impl Fn(&T, &mut Vec<u64>)) {
    to.push(list.len() as u64);
    for one in list {
        write(one, to);
    }
}

fn read_list<T>(from: Numbers<'_>, read: &dyn Fn(Numbers<'_>) -> Option<T>) -> Option<Vec<T>> {
    // The length is what somebody says: no memory is taken for it before the numbers are there.
    (0..from.next()?).map(|_| read(from)).collect()
}

fn write_sleeper(sleeper: &Sleeper, to: &mut Vec<u64>) {
    write_choice(sleeper.choice, to);
    write_footprint(&sleeper.footprint, to);
    write_footprint(&sleeper.widest, to);
}

fn read_sleeper(from: Numbers<'_>) -> Option<Sleeper> {
    let choice = read_choice(from)?;
    let (footprint, widest) = (read_footprint(from)?, read_footprint(from)?);
    Some(Sleeper { choice, footprint, widest, is_inherited: false })
}

/// Trees: each branch before those below it, with their number. They can be thousands deep, so nothing here calls itself.
fn write_trees(trees: &[Branch], to: &mut Vec<u64>) {
    to.push(trees.len() as u64);
    let mut left: Vec<&Branch> = trees.iter().rev().collect();
    while let Some(branch) = left.pop() {
        write_choice(branch.choice, to);
        write_footprint(&branch.footprint, to);
        write_list(&branch.awake, to, |choice, to| write_choice(*choice, to));
        to.push(branch.children.len() as u64);
        left.extend(branch.children.iter().rev());
    }
}

fn read_trees(from: Numbers<'_>) -> Option<Vec<Branch>> {
    let mut missing = from.next()?;
    let mut read: Vec<(Branch, u64)> = Vec::new();
    while missing > 0 {
        let (choice, footprint) = (read_choice(from)?, read_footprint(from)?);
        let awake = read_list(from, &read_choice)?;
        let children = from.next()?;
        missing = (missing - 1).checked_add(children)?;
        read.push((Branch { awake, ..Branch::new(choice, footprint) }, children));
    }
    let mut trees: Vec<Branch> = Vec::new();
    while let Some((mut branch, children)) = read.pop() {
        let own = trees.len().checked_sub(usize::try_from(children).ok()?)?;
        branch.children = trees.drain(own..).rev().collect();
        trees.push(branch);
    }
    trees.reverse();
    Some(trees)
}

fn write_node(node: &Node, to: &mut Vec<u64>) {
    write_list(&node.choices, to, |choice, to| write_choice(*choice, to));
    write_list(&node.asleep, to, write_sleeper);
    write_trees(&node.tree, to);
    to.extend([u64::from(node.objects), u64::from(node.done)]);
}

fn read_node(from: Numbers<'_>) -> Option<Node> {
    let choices = read_list(from, &read_choice)?;
    let asleep = read_list(from, &read_sleeper)?;
    let tree = read_trees(from)?;
    let mut number = || u32::try_from(from.next()?).ok();
    Some(Node { choices, asleep, tree, objects: number()?, done: number()?, ..Node::default() })
}

impl Stood {
    pub fn write(&self, to: &mut Vec<u64>) {
        write_sleeper(&self.0, to);
    }

    pub fn read(from: Numbers<'_>) -> Option<Self> {
        read_sleeper(from).map(Stood)
    }
}

impl Piece {
    /// All that its search depends on.
    pub fn write(&self, to: &mut Vec<u64>) {
        to.push(self.border as u64);
        write_list(&self.nodes, to, write_node);
    }
}

impl Asked {
    pub fn write(all: &[Self], to: &mut Vec<u64>) {
        write_list(all, to, |asked, to| {
            to.push(asked.depth as u64);
            write_choice(asked.choice, to);
            write_list(&asked.awake, to, |choice, to| write_choice(*choice, to));
        });
    }

    pub fn read(from: Numbers<'_>) -> Option<Vec<Self>> {
        read_list(from, &|from| {
            let depth = usize::try_from(from.next()?).ok()?;
            Some(Self { depth, choice: read_choice(from)?, awake: read_list(from, &read_choice)? })
        })
    }
}

impl Rest {
    pub fn write(&self, to: &mut Vec<u64>) {
        write_list(&self.nodes, to, write_node);
        write_list(&self.steps, to, write_sleeper);
    }

    pub fn read(from: Numbers<'_>) -> Option<Self> {
        let nodes = read_list(from, &read_node)?;
        Some(Self { nodes, steps: read_list(from, &read_sleeper)? })
    }
}
