//! All pieces of a search, and who waits for what.
//!
//! Where the search was divided there is a *junction*: a node with its ways, each of which is a piece or leads to another junction. Each way is taken with
//! those before it asleep, whether they are done or not. What a piece asks for at a junction is put behind its ways as soon as the piece has come back, so that
//! there is something to do while others are under way.
//!
//! That is as sound as if it had been there from the start. Whatever its order, a junction is a list of ways, of which each is searched for all runs that
//! begin with it, but for those in which one of the ways before it could come first: these are theirs. A run that is asked for begins with one of the list in the end:
//! with a way that was there, with what sleeps there (somebody else has all its runs), or with the way that is added. None is taken away, and what sleeps on a
//! way is never more than was before it in the list. The order decides only how many executions find out late that they repeat another.
//!
//! Pieces are given out, and what came of them is heard, in an order that follows from what came of them ([`shared`](crate::explore)). So the pieces, and what comes
//! of each, are the same however many work on them and whoever is first.

use std::collections::VecDeque;

use crate::search::footprint::Footprint;
use crate::search::wakeup::{self, Branch};
use crate::search::{ANY_ALT, Choice};

use super::pieces::{Asked, Piece, Rest, Stood};
use super::{Node, Sleeper};

/// A way of a junction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At {
    junction: usize,
    way: usize,
}

/// What stands behind a way.
#[derive(Debug)]
enum Below {
    /// A piece that was begun, or not, and that nobody works on: its nodes.
    Waiting(Vec<Node>),
    /// A piece that somebody works on, with its nodes in case that comes to nothing.
    Given(Vec<Node>),
    /// Another junction.
    Divided,
    Done,
}

#[derive(Debug)]
struct Way {
    choice: Choice,
    awake: Vec<Choice>,
    /// What its first step touches, once that was seen.
    step: Option<Sleeper>,
    below: Below,
}

#[derive(Debug)]
struct Junction {
    parent: Option<At>,
    /// As the search came to it. Its tree is empty: the ways are here.
    node: Node,
    ways: Vec<Way>,
    /// How many of the ways are not done.
    open: usize,
    /// How many times what is here was divided before.
    generation: u32,
}

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// What every piece begins with. Each way on from there is taken by somebody: what is asked for there is there already.
    prefix: Vec<Node>,
    /// So deep are those of which that holds.
    fixed: usize,
    junctions: Vec<Option<Junction>>,
    free: Vec<usize>,
    /// Pieces that nobody works on; the next one last. What others ask for comes after all that were there.
    waiting: VecDeque<At>,
    /// Ways whose first step must be seen before others beside them are taken; the next one last.
    unseen: Vec<At>,
}

impl Board {
    /// Divides what is left of a search.
    pub fn new(rest: Rest) -> Self {
        let mut board = Self::default();
        board.divide(None, rest, 1);
        board
    }

    /// A search of one piece, of a program that is [split](crate::explore) at the nodes above it.
    pub fn of(piece: Piece) -> Self {
        let Piece { nodes: mut prefix, border } = piece;
        let mut board = Self { fixed: border, ..Self::default() };
        if let Some(mut node) = prefix.pop() {
            let ways = std::mem::take(&mut node.tree).into_iter().map(|branch| Way {
                choice: branch.choice,
                awake: branch.awake,
                step: None,
                below: Below::Waiting(Vec::new()),
            });
            let ways: Vec<Way> = ways.collect();
            let (open, parent, generation) = (ways.len(), None, 1);
            let number = board.add(Junction { parent, node, ways, open, generation });
            board.prefix = prefix;
            board.offer(number, 0);
        }
        board
    }

    /// Whether every piece is done.
    pub fn is_done(&self) -> bool {
        self.free.len() == self.junctions.len()
    }

    /// Whether there are ways whose first step must be seen before there is a next piece.
    pub fn is_unseen(&self) -> bool {
        !self.unseen.is_empty()
    }

    /// A way whose first step must be seen, as a piece that begins with it.
    pub fn unseen(&mut self) -> Option<(At, Piece)> {
        let at = self.unseen.pop()?;
        Some((at, self.piece(at, Vec::new())))
    }

    /// It was seen.
    pub fn seen(&mut self, at: At, step: Stood) {
        self.way(at).step = Some(step.0);
    }

    /// A piece to work on, and how many times it was divided before. The first of those that wait, in the order of the search.
    pub fn next(&mut self) -> Option<(At, Piece, u32)> {
        debug_assert!(self.unseen.is_empty());
        let at = self.waiting.pop_back()?;
        let Below::Waiting(nodes) = std::mem::replace(&mut self.way(at).below, Below::Done) else {
            unreachable!("it waits")
        };
        self.way(at).below = Below::Given(nodes.clone());
        let generation = self.junction(at.junction).generation;
        Some((at, self.piece(at, nodes), generation))
    }

    /// Nothing has come of a piece: somebody else has to do it.
    pub fn again(&mut self, at: At) {
        if let Below::Given(nodes) = std::mem::replace(&mut self.way(at).below, Below::Done) {
            self.way(at).below = Below::Waiting(nodes);
            self.waiting.push_back(at);
        }
    }

    /// A piece is done, or, if there is a rest of it, becomes several.
    pub fn come_back(
        &mut self,
        at: At,
        step: Option<Stood>,
        asked: Vec<Asked>,
        rest: Option<Rest>,
    ) {
        let way = self.way(at);
        way.step = way.step.or(step.map(|step| step.0));
        let mut chain = vec![at.junction];
        while let Some(parent) = self.junction(chain[chain.len() - 1]).parent {
            chain.push(parent.junction);
        }
        chain.reverse();
        // What is deepest is next.
        let mut asked = asked;
        asked.sort_unstable_by(|one, other| {
            other.depth.cmp(&one.depth).then_with(|| one.cmp(other))
        });
        for Asked { depth, choice, awake } in asked {
            let below = depth.checked_sub(self.prefix.len()).filter(|_| depth >= self.fixed);
            if let Some(&junction) = below.and_then(|depth| chain.get(depth)) {
                self.put(junction, choice, &awake);
            }
        }
        match rest.filter(|rest| !rest.nodes.is_empty()) {
            Some(rest) => {
                self.way(at).below = Below::Divided;
                let generation = self.junction(at.junction).generation + 1;
                self.divide(Some(at), rest, generation);
            }
            None => self.close(at),
        }
    }

    /// The share of the search that is done, in millionths, as far as is known.
    pub fn covered(&self) -> u32 {
        let mut covered = 0.0;
        // Parents may have come later than what is below them, so each goes up by itself.
        let weight =
            |junction: &Junction| 1.0 / f64::from(junction.node.done + junction.ways.len() as u32);
        for junction in self.junctions.iter().flatten() {
            let mut share = weight(junction);
            let mut up = junction.parent;
            while let Some(parent) = up.and_then(|at| self.junctions[at.junction].as_ref()) {
                share *= weight(parent);
                up = parent.parent;
            }
            let done = junction.ways.len() - junction.open + junction.node.done as usize;
            covered += share * done as f64;
        }
        (covered.min(1.0) * 1e6) as u32
    }

    fn junction(&mut self, number: usize) -> &mut Junction {
        self.junctions[number]
            .as_mut()
            .expect("a junction stays as long as something is open below it")
    }

    fn way(&mut self, at: At) -> &mut Way {
        &mut self.junction(at.junction).ways[at.way]
    }

    fn add(&mut self, junction: Junction) -> usize {
        if let Some(number) = self.free.pop() {
            self.junctions[number] = Some(junction);
            return number;
        }
        self.junctions.push(Some(junction));
        self.junctions.len() - 1
    }

    /// Makes junctions of what is left below a way, down to the first with several ways. The first of these goes on as it was; others begin anew.
    fn divide(&mut self, mut parent: Option<At>, rest: Rest, generation: u32) {
        let mut nodes = rest.nodes.into_iter();
        let mut steps = rest.steps.into_iter();
        while let Some(mut node) = nodes.next() {
            let last = nodes.len() == 0;
            let mut ways = ways(&mut node);
            let several = ways.len() > 1 || last;
            let Some(first) = ways.first_mut() else { unreachable!("a node has a current branch") };
            first.step = steps.next();
            if !several {
                first.below = Below::Divided;
            }
            let number = self.add(Junction { parent, node, open: ways.len(), ways, generation });
            parent = Some(At { junction: number, way: 0 });
            if several {
                self.way(At { junction: number, way: 0 }).below = Below::Waiting(nodes.collect());
                self.offer(number, 0);
                return;
            }
        }
    }

    /// Ways of a junction, from this one on, wait to be taken.
    fn offer(&mut self, junction: usize, from: usize) {
        let way = |way| At { junction, way };
        let count = self.junction(junction).ways.len();
        self.see_before(junction, count - 1);
        self.waiting.extend((from..count).rev().map(way));
    }

    /// The first steps of all ways of a junction before this one must be seen: they sleep there.
    fn see_before(&mut self, junction: usize, way: usize) {
        let ways = &self.junction(junction).ways[..way];
        let unseen = ways.iter().enumerate().rev().filter(|(_, way)| way.step.is_none());
        let unseen: Vec<At> = unseen.map(|(way, _)| At { junction, way }).collect();
        let new: Vec<At> = unseen.into_iter().filter(|at| !self.unseen.contains(at)).collect();
        self.unseen.extend(new);
    }

    /// Makes ways of what a piece asks for at a junction.
    fn put(&mut self, number: usize, wanted: Choice, awake: &[Choice]) {
        let junction = self.junction(number);
        let alike = |choice: &Choice| match wanted.alt {
            ANY_ALT => choice.thread == wanted.thread,
            _ => *choice == wanted,
        };
        let choices: Vec<Choice> = junction.node.choices.iter().copied().filter(alike).collect();
        for choice in choices {
            let junction = self.junction(number);
            let is_there = |way: &&mut Way| way.choice == choice;
            if let Some(way) = junction.ways.iter_mut().find(is_there) {
                // Nobody has begun with it: what must be awake there can still be said.
                if matches!(&way.below, Below::Waiting(nodes) if nodes.is_empty()) {
                    way.awake.extend(
                        awake
                            .iter()
                            .filter(|one| !way.awake.contains(one))
                            .copied()
                            .collect::<Vec<_>>(),
                    );
                }
            } else if !junction.node.sleeps(choice) {
                let below = Below::Waiting(Vec::new());
                let way = junction.ways.len();
                junction.ways.push(Way { choice, awake: awake.to_vec(), step: None, below });
                junction.open += 1;
                self.see_before(number, way);
                self.waiting.push_front(At { junction: number, way });
            }
        }
    }

    /// A way is done. Where that was the last, the junction is done, and so on above it.
    fn close(&mut self, mut at: At) {
        loop {
            self.way(at).below = Below::Done;
            let junction = self.junction(at.junction);
            junction.open -= 1;
            if junction.open > 0 {
                return;
            }
            let parent = junction.parent;
            self.junctions[at.junction] = None;
            self.free.push(at.junction);
            let Some(parent) = parent else { return };
            at = parent;
        }
    }

    /// A way as a piece.
    fn piece(&mut self, at: At, below: Vec<Node>) -> Piece {
        let mut nodes = Vec::new();
        let mut up = Some(at);
        while let Some(at) = up {
            let junction = self.junction(at.junction);
            nodes.push(junction.node_of(at.way));
            up = junction.parent;
        }
        nodes.extend(self.prefix.iter().rev().cloned());
        nodes.reverse();
        let border = nodes.len();
        nodes.extend(below);
        Piece { nodes, border }
    }
}

impl Junction {
    /// The node, as the search finds it that takes a way.
    fn node_of(&self, way: usize) -> Node {
        let choice = self.ways[way].choice;
        let before = self.ways[..way].iter().filter_map(|way| way.step);
        let asleep = self.node.asleep.iter().copied().chain(before);
        let asleep = asleep.filter(|sleeper| sleeper.choice != choice).collect();
        let branch = |way: &Way| {
            // What it could touch, so that nothing is left to it which it may not cover.
            let footprint = way.step.map_or(Footprint::EMPTY, |step| step.widest);
            Branch { awake: way.awake.clone(), ..Branch::new(way.choice, footprint) }
        };
        let tree = self.ways[way..].iter().map(branch).collect();
        let (choices, objects, done) =
            (self.node.choices.clone(), self.node.objects, self.node.done);
        Node { choices, asleep, tree, objects, done, ..Node::default() }
    }
}

/// What is to be tried at a node, without what is to be tried after it.
fn ways(node: &mut Node) -> Vec<Way> {
    let asleep = node.asleep.len();
    let mut ways = Vec::new();
    while node.settle() {
        let branch = node.tree.remove(0);
        debug_assert!(!wakeup::is_open(&branch));
        let (choice, footprint) = (branch.choice, Footprint::EMPTY);
        node.asleep.push(Sleeper { choice, footprint, widest: footprint, is_inherited: false });
        let below = Below::Waiting(Vec::new());
        ways.push(Way { choice, awake: branch.awake, step: None, below });
    }
    node.asleep.truncate(asleep);
    ways
}
