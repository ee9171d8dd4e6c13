//! Every order, without any reduction: the yardstick that the tests hold the other searches to.

use std::time::Instant;

use super::log::Log;
use super::usual::willing;
use super::{Choice, Diverged, Next, Pending, Search, Taken, View};

/// The state of the search at one depth.
#[derive(Debug)]
struct Node {
    choices: Vec<Choice>,
    /// Which of them is being tried.
    current: usize,
    /// Preemptions before this step.
    spent: u32,
    /// Who ran before and could go on.
    running: Option<u8>,
}

impl Node {
    fn cost(&self, choice: Choice) -> u32 {
        self.spent + u32::from(self.running.is_some_and(|thread| thread != choice.thread))
    }
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Full {
    nodes: Vec<Node>,
    depth: usize,
    log: Log,
    /// The most preemptions of an execution.
    bound: u32,
}

impl Full {
    /// Every order with at most so many preemptions; any number, without a bound.
    pub fn new(bound: Option<u32>) -> Self {
        Self { nodes: Vec::new(), depth: 0, log: Log::default(), bound: bound.unwrap_or(u32::MAX) }
    }
}

impl Search for Full {
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
        let spent = self.nodes.last().map_or(0, |node| node.cost(node.choices[node.current]));
        let running = willing(view).filter(|_| self.depth > 0);
        let mut node = Node { choices: Vec::new(), current: 0, spent, running };
        node.choices = view
            .choices
            .iter()
            .copied()
            .filter(|&choice| node.cost(choice) <= self.bound)
            .collect();
        let first = node.choices[0];
        self.nodes.push(node);
        self.depth += 1;
        first
    }

    fn taken(&mut self, step: &Taken<'_>) -> Result<(), Diverged> {
        self.log.add(step)
    }

    fn turned_round(&self, earlier: u32, later: u32) -> Option<Vec<Choice>> {
        self.log.turned_round(earlier, later, 0)
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

    fn class(&self) -> Option<u64> {
        Some(self.log.class())
    }
}
