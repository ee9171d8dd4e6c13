//! All pieces of a search, and who waits for what.
//!
//! Where the search was divided there is a *junction*: a node with its ways, each of which is a piece or leads to another junction. Each way is taken with
//! those before it asleep, whether they are done or not. What pieces ask for at a junction is put to its ways when all that were there are done, in the
//! order of the choices. So the pieces, and what comes of each, are the same however many work on them and whoever is first.

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
    asked: Vec<(Choice, Vec<Choice>)>,
    /// How many times what is here was divided before.
    generation: u32,
}

/// See the [module](self).
#[derive(Debug, Default)]
pub(crate) struct Board {
    junctions: Vec<Option<Junction>>,
    free: Vec<usize>,
    /// Pieces that nobody works on; the next one last.
    waiting: Vec<At>,
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
        let at = self.waiting.pop()?;
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
            self.waiting.push(at);
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
        let mut chain = vec![at.junction];
        while let Some(parent) = self.junction(chain[chain.len() - 1]).parent {
            chain.push(parent.junction);
        }
        for Asked { depth, choice, awake } in asked {
            let Some(&junction) = chain.iter().rev().nth(depth) else { continue };
            let asked = &mut self.junction(junction).asked;
            match asked.iter_mut().find(|(other, _)| *other == choice) {
                Some((_, already)) => already.extend(awake),
                None => asked.push((choice, awake)),
            }
        }
        let way = self.way(at);
        way.step = way.step.or(step.map(|step| step.0));
        match rest.filter(|rest| !rest.nodes.is_empty()) {
            Some(rest) => {
                way.below = Below::Divided;
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
            let number = self.add(Junction {
                parent,
                node,
                open: ways.len(),
                ways,
                asked: Vec::new(),
                generation,
            });
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
        let ways = &self.junction(junction).ways;
        let all: Vec<At> = (from..ways.len()).rev().map(|way| At { junction, way }).collect();
        if ways.len() - from > 1 {
            let unseen = all.iter().filter(|at| ways[at.way].step.is_none()).copied();
            let unseen: Vec<At> = unseen.collect();
            self.unseen.extend(unseen);
        }
        self.waiting.extend(all);
    }

    /// A way is done. Where that was the last, what was asked for is next; if there is nothing, the junction is done, and so on above it.
    fn close(&mut self, mut at: At) {
        loop {
            self.way(at).below = Below::Done;
            let junction = self.junction(at.junction);
            junction.open -= 1;
            if junction.open > 0 {
                return;
            }
            let from = junction.ways.len();
            junction.take_up();
            if junction.ways.len() > from {
                junction.open = junction.ways.len() - from;
                return self.offer(at.junction, from);
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
        Node { choices, asleep, tree, objects, done }
    }

    /// Makes ways of what was asked for.
    fn take_up(&mut self) {
        let mut asked = std::mem::take(&mut self.asked);
        asked.sort_unstable();
        for (wanted, mut awake) in asked {
            awake.sort_unstable();
            awake.dedup();
            let alike = |choice: &Choice| match wanted.alt {
                ANY_ALT => choice.thread == wanted.thread,
                _ => *choice == wanted,
            };
            for choice in self.node.choices.iter().copied().filter(alike) {
                let is_way = self.ways.iter().any(|way| way.choice == choice);
                if !is_way && !self.node.sleeps(choice) {
                    let below = Below::Waiting(Vec::new());
                    self.ways.push(Way { choice, awake: awake.clone(), step: None, below });
                }
            }
        }
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
        node.asleep.push(Sleeper { choice, footprint, widest: footprint });
        let below = Below::Waiting(Vec::new());
        ways.push(Way { choice, awake: branch.awake, step: None, below });
    }
    node.asleep.truncate(asleep);
    ways
}
