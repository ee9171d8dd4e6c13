//! Every order that leads to a state, for whoever draws the states: a reader who goes through them wants all ways, not one of each kind.
//!
//! As [`full`](super::full), with two savings. A step that nobody else can tell the time of (a start, a spawn, a join, an end) is taken
//! at once, without asking who else could go. And a state that was met before is not left in every direction again: the execution
//! just comes to its end. Two prefixes lead to the same state if they are the same Mazurkiewicz trace.

use std::collections::HashSet;
use std::time::Instant;

use super::log::Log;
use super::{Choice, Diverged, Next, Pending, Search, Taken, View};

/// The state of the search at one depth.
#[derive(Debug)]
struct Node {
    choices: Vec<Choice>,
    /// Which of them is being tried.
    current: usize,
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct States {
    nodes: Vec<Node>,
    depth: usize,
    log: Log,
    /// Where every way on was tried, or is being tried: length and name of the prefix.
    met: Option<HashSet<(usize, u64)>>,
}

impl States {
    /// A search that has not begun. `merges`: whether equal prefixes lead to equal states. Where a load may read an old value they do
    /// not, as far as a reader is concerned.
    pub fn new(merges: bool) -> Self {
        let met = merges.then(HashSet::new);
        Self { nodes: Vec::new(), depth: 0, log: Log::default(), met }
    }
}

impl Search for States {
    fn begin(&mut self) {
        self.depth = 0;
        self.log.begin();
    }

    fn forced(&mut self) -> Option<Choice> {
        let node = self.nodes.get(self.depth)?;
        self.depth += 1;
        node.choices.get(node.current).copied()
    }

    fn choose(&mut self, view: &View<'_>) -> Choice {
        let silent = view.choices.iter().find(|choice| view.silent >> choice.thread & 1 == 1);
        let (depth, class) = (self.depth, self.log.class());
        let is_new = self.met.as_mut().is_none_or(|met| met.insert((depth, class)));
        let choices = match silent {
            Some(&silent) => vec![silent],
            None if is_new => view.choices.to_vec(),
            None => vec![view.choices[0]],
        };
        let first = choices[0];
        self.nodes.push(Node { choices, current: 0 });
        self.depth += 1;
        first
    }

    fn taken(&mut self, step: &Taken<'_>) -> Result<(), Diverged> {
        self.log.add(step)
    }

    fn finish(&mut self, _pending: &[Pending], _places: &[u32], _deadline: Instant) -> Next {
        while let Some(node) = self.nodes.last_mut() {
            node.current += 1;
            if node.current < node.choices.len() {
                self.log.truncate(self.nodes.len() - 1);
                return Next::Another;
            }
            self.nodes.pop();
        }
        Next::Exhausted
    }
}
