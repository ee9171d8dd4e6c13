//! State graphs, built from all interleavings of small models.

mod fixtures;
mod model;

use std::collections::BTreeSet;

use explore_trace::graph::{GraphError, StateGraph};
use explore_trace::replay::Phase;
use explore_trace::{ThreadId, Trace, WaitsFor};
use model::{Model, Op};

fn lost_update(threads: usize) -> Model {
    Model {
        threads: vec![vec![Op::Load, Op::StoreOneMore]; threads],
        locks: 0,
        expect: threads as u64,
    }
}

fn ab_ba() -> Model {
    let thread = |a, b| vec![Op::Lock(a), Op::Lock(b), Op::Unlock(b), Op::Unlock(a)];
    Model { threads: vec![thread(0, 1), thread(1, 0)], locks: 2, expect: 0 }
}

fn philosophers() -> Model {
    let thread = |a, b| vec![Op::Lock(a), Op::Lock(b), Op::Unlock(b), Op::Unlock(a)];
    Model { threads: vec![thread(0, 1), thread(1, 2), thread(2, 0)], locks: 3, expect: 0 }
}

fn graph(model: &Model) -> (Vec<Trace>, StateGraph) {
    let runs = model.runs();
    let graph = StateGraph::new(&runs, true).unwrap();
    graph.check().unwrap();
    (runs, graph)
}

/// Merging neither loses a run nor makes one up: as many ways lead through the graph as there are interleavings.
#[test]
fn the_ways_through_the_graph_are_the_interleavings() {
    for model in [lost_update(2), lost_update(3), ab_ba(), philosophers()] {
        let (runs, graph) = graph(&model);
        let failing = runs.iter().filter(|run| model::fails(run)).count();
        assert_eq!(graph.runs, Some(runs.len() as u64));
        assert_eq!(graph.failing, Some(failing as u64));
        let steps: usize = runs.iter().map(|run| run.steps.len()).sum();
        assert!(graph.nodes.len() * 2 < steps, "{} nodes for {steps} steps", graph.nodes.len());
    }
}

#[test]
fn counts_of_the_lost_update() {
    let (runs, graph) = graph(&lost_update(2));
    // Two threads of two steps: 4! / (2! 2!) ways, and only the two without overlap end well.
    assert_eq!((runs.len(), graph.runs, graph.failing), (6, Some(6), Some(4)));
}

#[test]
fn a_lost_update_says_whose_value_it_overwrote() {
    let (_, graph) = graph(&lost_update(3));
    let failing = graph.examples.iter().find(|example| example.fails).unwrap();
    let nodes = graph.follow(&failing.path).unwrap();
    let edges: Vec<_> =
        nodes.iter().zip(&failing.path).map(|(node, &choice)| &node.next[choice]).collect();
    let gone =
        edges.iter().find_map(|edge| edge.overwrote.as_ref().map(|gone| (edge.step.thread, gone)));
    let (by, gone) = gone.unwrap();
    assert_ne!(by, gone.by);
    let last = nodes[nodes.len() - 1];
    assert!(last.end.as_ref().unwrap().failure.is_some());
    assert_ne!(last.objects[0].value.as_deref(), Some("3"));
}

/// Who has read a value knows of it, whoever stored it.
#[test]
fn an_update_after_another_overwrites_nothing_unseen() {
    let (_, graph) = graph(&lost_update(3));
    let passing = graph.examples.iter().find(|example| !example.fails).unwrap();
    let nodes = graph.follow(&passing.path).unwrap();
    for (node, &choice) in nodes.iter().zip(&passing.path) {
        assert_eq!(node.next[choice].overwrote, None);
    }
}

#[test]
fn the_deadlock_of_three_says_who_waits_for_whom() {
    let (_, graph) = graph(&philosophers());
    let stuck: Vec<_> = graph
        .nodes
        .iter()
        .filter(|node| node.next.is_empty() && node.end.as_ref().unwrap().failure.is_some())
        .collect();
    assert_eq!(stuck.len(), 1, "there is one way to deadlock");
    for thread in 1..=3 {
        let Phase::Blocked { waits_for: WaitsFor::Lock { held_by, .. } } =
            &stuck[0].threads[thread].phase
        else {
            panic!("{:?}", stuck[0].threads[thread]);
        };
        assert_eq!(held_by, &[ThreadId(thread as u32 % 3 + 1)]);
        assert_eq!(stuck[0].threads[thread].holds.len(), 1);
        assert!(stuck[0].threads[thread].at.is_some());
    }
    assert_eq!(stuck[0].objects.iter().filter(|object| object.waiters.len() == 1).count(), 3);
}

/// A thread is blocked exactly where it has no step.
#[test]
fn blocked_threads_have_no_steps() {
    for model in [ab_ba(), philosophers()] {
        let (_, graph) = graph(&model);
        for node in &graph.nodes {
            let moving: BTreeSet<u32> = node.next.iter().map(|edge| edge.step.thread.0).collect();
            for (index, thread) in node.threads.iter().enumerate() {
                assert_eq!(
                    thread.phase == Phase::Ready,
                    moving.contains(&(index as u32)),
                    "{index}: {node:#?}"
                );
            }
        }
    }
}

#[test]
fn reads_what_it_writes() {
    for model in [lost_update(2), ab_ba()] {
        let (_, graph) = graph(&model);
        assert_eq!(StateGraph::from_json(&graph.to_json()).unwrap(), graph);
        assert_eq!(StateGraph::from_json(&graph.to_json_pretty()).unwrap(), graph);
    }
}

#[test]
fn a_graph_of_one_run_is_a_line() {
    for (name, trace) in fixtures::all() {
        let graph = StateGraph::new(std::slice::from_ref(&trace), false).unwrap();
        graph.check().unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(graph.runs, Some(1), "{name}");
    }
}

#[test]
fn refuses_what_does_not_fit_together() {
    assert_eq!(StateGraph::new(&[], true), Err(GraphError::NoRuns));
    let runs = [fixtures::ab_ba_deadlock(), fixtures::lost_wakeup()];
    assert_eq!(StateGraph::new(&runs, true), Err(GraphError::Unstable { run: 1, what: "threads" }));
}

#[test]
fn the_json_of_the_lost_update() {
    let (_, graph) = graph(&lost_update(2));
    insta::assert_snapshot!("lost_update", graph.to_json_pretty());
}
