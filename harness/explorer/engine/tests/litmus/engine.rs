//! Runs a litmus test on the engine.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use explore_engine::sync::atomic::{AtomicU32, fence};
use explore_engine::{Config, Explorer, thread};

use super::program::{Access, LOCATIONS, Outcome, Program};

/// What a search found.
#[derive(Debug, Default)]
pub struct Found {
    pub outcomes: BTreeSet<Outcome>,
    pub executions: u64,
    pub redundant: u64,
}

fn run(accesses: &[Access], atomics: &[AtomicU32; LOCATIONS]) -> Vec<u32> {
    let mut reads = Vec::new();
    for access in accesses {
        match *access {
            Access::Write { x, value, order } => atomics[x].store(value, order),
            Access::Read { x, order } => reads.push(atomics[x].load(order)),
            Access::Add { x, value, order } => reads.push(atomics[x].fetch_add(value, order)),
            Access::Swap { x, value, order } => reads.push(atomics[x].swap(value, order)),
            Access::Exchange { x, from, to, success, failure } => {
                reads.push(
                    atomics[x]
                        .compare_exchange(from, to, success, failure)
                        .unwrap_or_else(|seen| seen),
                );
            }
            Access::Fence { order } => fence(order),
        }
    }
    reads
}

/// Every outcome that the engine finds. Panics if its search does not end.
pub fn explore(program: &Program) -> Found {
    let program = Arc::new(program.clone());
    let outcomes = Rc::new(RefCell::new(BTreeSet::new()));
    let all = Rc::clone(&outcomes);
    let scenario = move || {
        let atomics = Arc::new([AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0)]);
        let spawn = |number: usize| {
            let (program, atomics) = (Arc::clone(&program), Arc::clone(&atomics));
            thread::spawn(move || run(&program[number], &atomics))
        };
        let handles: Vec<_> = (0..program.len()).map(spawn).collect();
        let reads = handles.into_iter().map(|handle| handle.join().unwrap()).collect();
        let end = atomics.iter().map(|atomic| atomic.load(Relaxed)).collect();
        all.borrow_mut().insert(Outcome { reads, end });
    };
    // All loads share a line, so a few of them look like a loop.
    let config = Config { watchdog: None, ..Config::default() };
    let outcome = Explorer::new(config).run("litmus", scenario);
    assert!(outcome.is_proved(), "{}", outcome.summary);
    Found {
        outcomes: outcomes.take(),
        executions: outcome.executions,
        redundant: outcome.redundant,
    }
}
