//! Brings a run into the form in which equal runs look equal.
//!
//! Spawns, starts, ends, joins and panics do not depend on what other threads do meanwhile (a join depends on one end, and a
//! spawned thread on its spawn). Moving each to the earliest place where it can be gives an equivalent run, so a reader need not
//! choose when it happens, and the graph stays small. Steps that were blocked go: to have to wait is a state, not a step.

use std::collections::VecDeque;

use crate::{Operation, Step, ThreadId, Trace};

/// One choice of a run and what follows from it by itself: indices into [`Trace::steps`].
#[derive(Debug)]
pub(super) struct Move {
    /// The step that was chosen; none for what happens before the first choice.
    pub chosen: Option<usize>,
    /// The silent steps after it.
    pub then: Vec<usize>,
}

/// The run as moves. The first has no chosen step.
pub(super) fn moves(trace: &Trace) -> Vec<Move> {
    let mut order = Order {
        steps: &trace.steps,
        waiting: vec![VecDeque::new(); trace.threads.len()],
        born: vec![false; trace.threads.len()],
        ended: vec![false; trace.threads.len()],
    };
    if let Some(first) = order.born.first_mut() {
        *first = true;
    }
    for (index, step) in trace.steps.iter().enumerate() {
        if let (None, Some(queue)) = (&step.blocked, order.waiting.get_mut(step.thread.0 as usize))
        {
            queue.push_back(index);
        }
    }
    let mut moves = vec![Move { chosen: None, then: order.silent() }];
    for (index, step) in trace.steps.iter().enumerate() {
        let queue = order.waiting.get_mut(step.thread.0 as usize);
        // A silent step that was moved forward is no longer at the front of its thread's queue.
        if let Some(queue) = queue.filter(|queue| queue.front() == Some(&index)) {
            queue.pop_front();
            moves.push(Move { chosen: Some(index), then: order.silent() });
        }
    }
    moves
}

struct Order<'t> {
    steps: &'t [Step],
    /// For each thread, what it still has to do.
    waiting: Vec<VecDeque<usize>>,
    born: Vec<bool>,
    ended: Vec<bool>,
}

impl Order<'_> {
    /// Takes every silent step that can happen now.
    fn silent(&mut self) -> Vec<usize> {
        let mut taken = Vec::new();
        loop {
            let before = taken.len();
            for thread in 0..self.waiting.len() {
                while let Some(index) = self.next_silent(thread) {
                    taken.push(index);
                }
            }
            if taken.len() == before {
                return taken;
            }
        }
    }

    fn next_silent(&mut self, thread: usize) -> Option<usize> {
        let &index = self.waiting[thread].front().filter(|_| self.born[thread])?;
        let set = |flags: &mut Vec<bool>, id: ThreadId| {
            if let Some(flag) = flags.get_mut(id.0 as usize) {
                *flag = true;
            }
        };
        match self.steps[index].operation {
            Operation::Start | Operation::Panic { .. } => {}
            Operation::Spawn { child } => set(&mut self.born, child),
            // The end of the main thread is the end of the program, which threads that are left can tell.
            Operation::End if thread == 0 && self.are_others_alive() => return None,
            Operation::End => self.ended[thread] = true,
            Operation::Join { child } if self.ended.get(child.0 as usize) == Some(&true) => {}
            _ => return None,
        }
        self.waiting[thread].pop_front()
    }

    fn are_others_alive(&self) -> bool {
        let mut others = self.born.iter().zip(&self.ended).skip(1);
        others.any(|(&born, &ended)| born && !ended)
    }
}
