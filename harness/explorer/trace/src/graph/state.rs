//! What each thread is about to do, and whether it can.

use super::order::Move;
use super::{NodeThread, Seen};
use crate::replay::{ObjectState, Phase, Replay};
use crate::{ChannelOutcome, LockMode, ObjectId, Operation, Step, Trace, WaitsFor};

/// For each thread, the step in which it last asked for something and did not get it before the run ended.
pub(super) fn asked(run: &Trace) -> Vec<Option<&Step>> {
    let mut asked = vec![None; run.threads.len()];
    for step in &run.steps {
        if let Some(slot) = asked.get_mut(step.thread.0 as usize) {
            *slot = step.blocked.is_some().then_some(step);
        }
    }
    asked
}

/// For each thread, what it does next, as far as this run tells.
pub(super) fn pending<'r>(
    run: &'r Trace,
    replay: &Replay<'_>,
    rest: &[Move],
    asked: &[Option<&'r Step>],
) -> Vec<Option<&'r Step>> {
    let later =
        || rest.iter().flat_map(|m| m.chosen.iter().chain(&m.then)).map(|&index| &run.steps[index]);
    let next = |thread: usize| {
        let mine = |step: &&Step| step.thread.0 as usize == thread;
        later().find(mine).or_else(|| asked.get(thread).copied().flatten())
    };
    (0..replay.threads().len()).map(next).collect()
}

/// The threads' states. Who has to wait follows from what the thread does next and from the state of the object.
pub(super) fn threads(replay: &Replay<'_>, pending: &[Option<&Step>]) -> Vec<NodeThread> {
    let objects = replay.objects();
    let states = replay.threads().iter().zip(pending);
    states
        .map(|(state, next)| {
            let waits_for = next.and_then(|step| must_wait(step, replay, &objects));
            let phase = match (&state.phase, waits_for) {
                (Phase::Ready, Some(waits_for)) => Phase::Blocked { waits_for },
                (phase, _) => phase.clone(),
            };
            let alive = matches!(phase, Phase::Ready | Phase::Blocked { .. });
            NodeThread {
                phase,
                at: next
                    .and_then(|step| step.at.clone())
                    .or_else(|| state.at.clone())
                    .filter(|_| alive),
                holds: state.holds.iter().map(|hold| hold.lock).collect(),
                seen: state
                    .seen
                    .iter()
                    .map(|(&atomic, value)| Seen { atomic, value: value.clone() })
                    .collect(),
            }
        })
        .collect()
}

fn must_wait(step: &Step, replay: &Replay<'_>, objects: &[ObjectState]) -> Option<WaitsFor> {
    let object = |id: ObjectId| objects.get(id.0 as usize);
    match &step.operation {
        Operation::Lock { lock, mode } => {
            let state = object(*lock)?;
            let both_read = state.shared && *mode == LockMode::Shared;
            (!state.held_by.is_empty() && !both_read)
                .then(|| WaitsFor::Lock { lock: *lock, held_by: state.held_by.clone() })
        }
        Operation::Wake { lock, .. } => {
            let held_by = object(*lock)?.held_by.clone();
            (!held_by.is_empty()).then_some(WaitsFor::Lock { lock: *lock, held_by })
        }
        Operation::Join { child } => {
            let phase = &replay.threads().get(child.0 as usize)?.phase;
            let ended = matches!(phase, Phase::Ended | Phase::Panicked);
            (!ended).then_some(WaitsFor::Join { thread: *child })
        }
        Operation::Receive { channel, outcome, .. } => {
            let state = object(*channel)?;
            (*outcome == ChannelOutcome::Done && state.messages == 0 && !state.closed)
                .then_some(WaitsFor::Message { channel: *channel })
        }
        _ => step.blocked.clone(),
    }
}

/// What a step waits for where it cannot happen, as far as the step alone tells.
pub(super) fn reason(step: &Step) -> Option<WaitsFor> {
    match step.operation {
        Operation::Park { .. } => Some(WaitsFor::Unpark),
        Operation::Barrier { barrier, .. } => Some(WaitsFor::Barrier { barrier }),
        Operation::Send { channel, .. } => Some(WaitsFor::Room { channel }),
        Operation::Receive { channel, .. } => Some(WaitsFor::Message { channel }),
        Operation::Sleep { .. } => Some(WaitsFor::Time),
        _ => None,
    }
}
