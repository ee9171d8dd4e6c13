//! All interleavings of a small scenario as one graph of states, for a reader to step through.
//!
//! A [`StateGraph`] is built from runs: every complete run of the scenario, as the explorer enumerates them. Runs that lead to
//! the same state share a node from there on.

mod build;
mod examples;
mod order;
mod state;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use build::GraphError;

use crate::read::{Names, ReadError, from_json};
use crate::replay::{ObjectState, Overwrite, Phase};
use crate::{Failure, Location, Object, ObjectId, Program, Step, Thread};

/// Every state that a scenario can be in, and every step between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateGraph {
    /// [`VERSION`](crate::VERSION).
    pub version: u32,
    /// What ran.
    pub program: Program,
    /// The threads, as in [`Trace::threads`](crate::Trace::threads).
    pub threads: Vec<Thread>,
    /// The objects, as in [`Trace::objects`](crate::Trace::objects).
    pub objects: Vec<Object>,
    /// What threads are called, in the order of `threads`.
    pub thread_labels: Vec<String>,
    /// What objects are called, in the order of `objects`.
    pub object_labels: Vec<String>,
    /// The states. The first is the start.
    pub nodes: Vec<Node>,
    /// Whether these are all interleavings.
    pub complete: bool,
    /// How many ways lead from the start to an end; absent if there are more than fit into 64 bits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs: Option<u64>,
    /// How many of them fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failing: Option<u64>,
    /// Runs worth showing: the simplest that passes, the simplest that fails.
    pub examples: Vec<Example>,
    /// The source lines that the steps name: file, line, text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sources: BTreeMap<String, BTreeMap<u32, String>>,
}

/// One state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// The threads' states, in the order of [`StateGraph::threads`].
    pub threads: Vec<NodeThread>,
    /// The objects' states, in the order of [`StateGraph::objects`].
    pub objects: Vec<ObjectState>,
    /// What was printed so far.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub output: String,
    /// The steps that can come next. A thread may have several: different waiters to wake, a time-out, an older store to read.
    pub next: Vec<Edge>,
    /// Set if a run ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
}

/// One thread in one state.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NodeThread {
    /// Whether it can go on, and what it waits for if it cannot.
    #[serde(flatten)]
    pub phase: Phase,
    /// The line that it executes next, or at which it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Location>,
    /// The locks that it holds, in the order in which it took them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<ObjectId>,
    /// What it knows of the atomics: the values that it read or wrote last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<Seen>,
}

/// What a thread knows of an atomic.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// The atomic.
    pub atomic: ObjectId,
    /// The value that the thread read or wrote last.
    pub value: String,
}

/// One step from one state to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edge {
    /// The state that it leads to, as an index into [`StateGraph::nodes`].
    pub to: usize,
    /// The step. A [`Read::from`](crate::Read::from) is absent, since a state can be reached in several ways.
    pub step: Step,
    /// The value that a store replaced although its thread never saw it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overwrote: Option<Overwrite>,
    /// What follows by itself, because no other thread can tell when it happens: spawns, ends, joins, panics.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<Step>,
}

/// The end of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// What went wrong; nothing if the run passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// A run worth showing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// Whether it fails.
    pub fails: bool,
    /// The way through the graph: from each node, which of its `next` to take.
    pub path: Vec<usize>,
}

impl StateGraph {
    /// Writes the graph as JSON on one line: it is data for a page, and there are many nodes.
    ///
    /// # Panics
    ///
    /// Never: every field has a JSON form.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("every field has a JSON form")
    }

    /// Writes the graph as indented JSON, for people.
    ///
    /// # Panics
    ///
    /// Never: every field has a JSON form.
    pub fn to_json_pretty(&self) -> String {
        serde_json::to_string_pretty(self).expect("every field has a JSON form")
    }

    /// Reads a graph and makes sure that everything it names exists.
    ///
    /// # Errors
    ///
    /// [`ReadError`] says what is wrong with the text.
    pub fn from_json(text: &str) -> Result<Self, ReadError> {
        let graph: Self = from_json(text, WHAT)?;
        graph.check()?;
        Ok(graph)
    }

    /// Makes sure that every node, thread and object that the graph names exists.
    ///
    /// # Errors
    ///
    /// [`ReadError::Dangling`] names the first one that does not.
    pub fn check(&self) -> Result<(), ReadError> {
        let names = Names {
            what: WHAT,
            threads: self.threads.len(),
            objects: self.objects.len(),
            steps: 0,
        };
        for (index, node) in self.nodes.iter().enumerate() {
            let place = format!("nodes[{index}]");
            for edge in &node.next {
                if edge.to >= self.nodes.len() {
                    return Err(names.missing(&place, format!("node {}", edge.to)));
                }
                names.step(&edge.step, &place)?;
                edge.then.iter().try_for_each(|step| names.step(step, &place))?;
            }
            for thread in &node.threads {
                if let Phase::Blocked { waits_for } = &thread.phase {
                    names.waits_for(waits_for, &place)?;
                }
                let touched = thread.seen.iter().map(|seen| seen.atomic);
                let mut objects = touched.chain(thread.holds.iter().copied());
                objects.try_for_each(|object| names.object(object, &place))?;
            }
            if let Some(End { failure: Some(failure) }) = &node.end {
                names.failure(failure)?;
            }
        }
        for example in &self.examples {
            if self.follow(&example.path).is_none() {
                return Err(names.missing("an example", format!("the path {:?}", example.path)));
            }
        }
        Ok(())
    }

    /// The nodes on a way through the graph, the start included; `None` if there is no such way.
    pub fn follow(&self, path: &[usize]) -> Option<Vec<&Node>> {
        let mut nodes = vec![self.nodes.first()?];
        for &choice in path {
            let edge = nodes[nodes.len() - 1].next.get(choice)?;
            nodes.push(self.nodes.get(edge.to)?);
        }
        Some(nodes)
    }
}

const WHAT: &str = "state graph";
