//! Builds the graph from runs.

use std::collections::HashMap;

use thiserror::Error;

use super::examples::examples;
use super::order::moves;
use super::state::{asked, pending, reason, threads};
use super::{Edge, End, Node, NodeThread, StateGraph};
use crate::replay::{ObjectState, Phase, Replay, object_of};
use crate::{
    Choice, Labels, Location, ObjectId, Operation, Outcome, Read, Step, ThreadId, Trace, VERSION,
    WaitsFor,
};

/// Why runs do not make a graph.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum GraphError {
    /// There is nothing to build from.
    #[error("a state graph needs at least one run")]
    NoRuns,
    /// Runs number their threads or objects differently.
    #[error(
        "run {run} numbers its {what} differently from the runs before it; create them in an order that does not depend on the schedule"
    )]
    Unstable {
        /// The run, counted from 0.
        run: usize,
        /// "threads" or "objects".
        what: &'static str,
    },
}

impl StateGraph {
    /// Merges runs of one scenario into a graph. `complete` says that these are all of its interleavings.
    ///
    /// Two states are equal when every thread has done and read the same and every object is in the same state. If any run reads
    /// an older store, the order of the stores to each atomic and of the owners of each lock must be equal too, since they
    /// decide what may be read later.
    ///
    /// # Errors
    ///
    /// [`GraphError`] if there are no runs, or if a thread or an object has another number in another run.
    pub fn new(runs: &[Trace], complete: bool) -> Result<Self, GraphError> {
        let longest = runs.iter().rev().max_by_key(|run| (run.threads.len(), run.objects.len()));
        let model = longest.ok_or(GraphError::NoRuns)?;
        for (index, run) in runs.iter().enumerate() {
            let unstable = |what| GraphError::Unstable { run: index, what };
            if !model.threads.starts_with(&run.threads) {
                return Err(unstable("threads"));
            }
            if !model.objects.starts_with(&run.objects) {
                return Err(unstable("objects"));
            }
        }
        let weak = runs.iter().flat_map(|run| &run.steps).any(is_stale);
        let mut builder = Builder { weak, ..Builder::default() };
        let paths: Vec<Vec<usize>> = runs.iter().map(|run| builder.add(run, model)).collect();
        let mut sources = std::collections::BTreeMap::new();
        for (file, lines) in runs.iter().flat_map(|run| &run.sources) {
            let known: &mut std::collections::BTreeMap<u32, String> =
                sources.entry(file.clone()).or_default();
            known.extend(lines.iter().map(|(line, text)| (*line, text.clone())));
        }
        let labels = Labels::new(model);
        let names =
            |count: usize, name: &dyn Fn(u32) -> String| (0..count as u32).map(name).collect();
        if complete {
            builder.mark_stuck();
        }
        builder.queue();
        let mut graph = Self {
            version: VERSION,
            program: model.program.clone(),
            threads: model.threads.clone(),
            objects: model.objects.clone(),
            thread_labels: names(model.threads.len(), &|id| labels.thread(ThreadId(id)).to_owned()),
            object_labels: names(model.objects.len(), &|id| labels.object(ObjectId(id)).to_owned()),
            examples: examples(&builder.nodes, &paths),
            runs: None,
            failing: None,
            nodes: builder.nodes,
            complete,
            sources,
        };
        graph.runs = graph.count(&builder.depths, |_| true);
        graph.failing = graph.count(&builder.depths, |end| end.failure.is_some());
        Ok(graph)
    }

    /// How many ways lead from the start to an end of some kind.
    fn count(&self, depths: &[usize], wanted: impl Fn(&End) -> bool) -> Option<u64> {
        let mut deepest_first: Vec<usize> = (0..self.nodes.len()).collect();
        deepest_first.sort_by_key(|&index| std::cmp::Reverse(depths[index]));
        let mut ways = vec![0_u64; self.nodes.len()];
        for index in deepest_first {
            let node = &self.nodes[index];
            let here = u64::from(node.end.as_ref().is_some_and(&wanted));
            ways[index] =
                node.next.iter().try_fold(here, |sum, edge| sum.checked_add(ways[edge.to]))?;
        }
        ways.first().copied()
    }
}

/// What one thread did in one step.
type Done = (Operation, Option<Choice>, Option<Location>);

/// What makes two states equal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Key {
    /// What each thread has done and read.
    done: Vec<Vec<Done>>,
    objects: Vec<ObjectState>,
    output: String,
    /// Under weak memory: who changed each object, in order.
    order: Vec<Vec<(ThreadId, usize)>>,
}

#[derive(Debug, Default)]
struct Builder {
    nodes: Vec<Node>,
    /// How many choices lead to a node.
    depths: Vec<usize>,
    /// For each node and thread, what the thread waits for if it turns out that it cannot go on.
    reasons: Vec<Vec<Option<WaitsFor>>>,
    known: HashMap<Key, usize>,
    weak: bool,
}

impl Builder {
    /// Adds a run; returns its way through the graph.
    fn add(&mut self, run: &Trace, model: &Trace) -> Vec<usize> {
        let moves = moves(run);
        // The run again with its steps in their new order, for the books.
        let order: Vec<usize> =
            moves.iter().flat_map(|m| m.chosen.into_iter().chain(m.then.iter().copied())).collect();
        let mut sorted = model.clone();
        sorted.steps = order.iter().map(|&index| reordered(&run.steps[index], &order)).collect();
        let asked = asked(run);
        let mut replay = Replay::new(&sorted);
        let mut key = Key {
            done: vec![Vec::new(); model.threads.len()],
            order: vec![Vec::new(); model.objects.len()],
            ..Key::default()
        };
        let mut path = Vec::new();
        let mut here = 0;
        for (depth, step) in moves.iter().enumerate() {
            let mut overwrote = None;
            for index in step.chosen.iter().chain(&step.then) {
                let done = plain(&run.steps[*index]);
                if let Some(effect) = replay.advance() {
                    overwrote = overwrote.or(effect.overwrote);
                }
                self.remember(&mut key, &done);
                key.output += &printed(run, *index);
            }
            key.objects = replay.objects();
            let pending = pending(run, &replay, &moves[depth + 1..], &asked);
            let threads = threads(&replay, &pending);
            let to = self.node(&key, depth, threads);
            if to == self.reasons.len() {
                self.reasons.push(pending.iter().map(|next| reason(next.as_ref()?)).collect());
            }
            if let Some(chosen) = step.chosen {
                let edge = Edge {
                    to,
                    step: plain(&run.steps[chosen]),
                    overwrote,
                    then: step.then.iter().map(|&index| plain(&run.steps[index])).collect(),
                };
                let next = &mut self.nodes[here].next;
                let choice = next.iter().position(|known| leads_the_same(known, &edge));
                path.push(choice.unwrap_or(next.len()));
                match choice {
                    // Who has not asked yet is not woken in one run, and is in another.
                    Some(known) if next[known].step.wakes.len() < edge.step.wakes.len() => {
                        next[known] = edge;
                    }
                    Some(_) => {}
                    None => next.push(edge),
                }
            }
            here = to;
        }
        let failure = match &run.verdict.outcome {
            Outcome::Failed { failure } => Some(failure.clone()),
            _ => None,
        };
        self.nodes[here].end = Some(End { failure });
        path
    }

    /// With all interleavings at hand, a thread that never goes on from a state cannot.
    fn mark_stuck(&mut self) {
        for (node, reasons) in self.nodes.iter_mut().zip(&self.reasons) {
            if node.end.is_some() {
                continue;
            }
            for (index, (thread, reason)) in node.threads.iter_mut().zip(reasons).enumerate() {
                let goes = node.next.iter().any(|edge| edge.step.thread.0 as usize == index);
                if let (Phase::Ready, false, Some(reason)) = (&thread.phase, goes, reason) {
                    thread.phase = Phase::Blocked { waits_for: reason.clone() };
                }
            }
        }
    }

    /// Lets each object know who waits for it.
    fn queue(&mut self) {
        for node in &mut self.nodes {
            node.objects.iter_mut().for_each(|object| object.waiters.clear());
            for (index, thread) in node.threads.iter().enumerate() {
                let Phase::Blocked { waits_for } = &thread.phase else { continue };
                let object =
                    object_of(waits_for).and_then(|id| node.objects.get_mut(id.0 as usize));
                if let Some(object) = object {
                    object.waiters.push(ThreadId(index as u32));
                }
            }
        }
    }

    fn remember(&self, key: &mut Key, step: &Step) {
        // Between its spawn and its start a thread has done nothing.
        if step.operation == Operation::Start {
            return;
        }
        let Some(done) = key.done.get_mut(step.thread.0 as usize) else { return };
        done.push((step.operation.clone(), step.choice, step.at.clone()));
        if !self.weak {
            return;
        }
        let changed = match step.operation {
            Operation::Store { atomic, .. } | Operation::Update { atomic, value: Some(_), .. } => {
                atomic
            }
            Operation::Lock { lock, .. } | Operation::TryLock { lock, acquired: true, .. } => lock,
            Operation::Wake { lock, .. } => lock,
            _ => return,
        };
        if let Some(order) = key.order.get_mut(changed.0 as usize) {
            order.push((step.thread, done.len()));
        }
    }

    fn node(&mut self, key: &Key, depth: usize, threads: Vec<NodeThread>) -> usize {
        if let Some(&known) = self.known.get(key) {
            // A run that stopped early may not have known where its threads go next.
            for (known, new) in self.nodes[known].threads.iter_mut().zip(threads) {
                if known.at.is_none() && known.phase == Phase::Ready {
                    *known = new;
                }
            }
            return known;
        }
        let index = self.nodes.len();
        self.nodes.push(Node {
            threads,
            objects: key.objects.clone(),
            output: key.output.clone(),
            next: Vec::new(),
            end: None,
        });
        self.depths.push(depth);
        self.known.insert(key.clone(), index);
        index
    }
}

/// Whether two edges from the same state are the same choice.
fn leads_the_same(one: &Edge, other: &Edge) -> bool {
    let choice = |step: &Step| Step { wakes: Vec::new(), ..step.clone() };
    one.to == other.to && choice(&one.step) == choice(&other.step)
}

/// A step without what depends on the way to it.
fn plain(step: &Step) -> Step {
    let mut step = step.clone();
    step.preempts = false;
    step.time_ns = None;
    if let Operation::Load { read, .. } | Operation::Update { read, .. } = &mut step.operation {
        read.from = None;
    }
    step
}

/// A step whose reads name stores by their places in the new order.
fn reordered(step: &Step, order: &[usize]) -> Step {
    let mut step = step.clone();
    if let Operation::Load { read, .. } | Operation::Update { read, .. } = &mut step.operation {
        read.from = read.from.and_then(|store| order.iter().position(|&index| index == store));
    }
    step
}

fn is_stale(step: &Step) -> bool {
    matches!(
        &step.operation,
        Operation::Load { read: Read { stale: Some(_), .. }, .. }
            | Operation::Update { read: Read { stale: Some(_), .. }, .. }
    )
}

/// What the thread of a step printed after it and before its next one.
fn printed(run: &Trace, step: usize) -> String {
    let thread = run.steps[step].thread;
    let next = run.steps[step + 1..].iter().position(|other| other.thread == thread);
    let until = next.map_or(usize::MAX, |offset| step + 1 + offset);
    let texts = run.output.iter().filter(|output| output.thread == thread);
    texts
        .filter(|output| output.after > step && output.after <= until)
        .map(|output| output.text.as_str())
        .collect()
}
