//! Where every thread stands at the end.

use super::holds;
use crate::chart::{Chart, LaneState, Row};
use crate::replay::Phase;
use crate::words::{at_most, waits_for};
use crate::{Failure, Location, Operation, Outcome, ThreadId, Verdict, Wait, WaitsFor, chinese};

/// Where a thread stands at the end.
#[derive(Debug)]
pub(crate) struct Standing {
    pub thread: ThreadId,
    pub text: String,
    /// Where, unless it has ended.
    pub at: Option<Location>,
    /// Which of the program's own lines led there.
    pub called_at: Option<Location>,
    pub stuck: bool,
}

/// What a thread does at the end.
#[derive(Debug)]
pub(crate) enum Stand<'a> {
    Waits {
        since: Since,
        reason: &'a WaitsFor,
        /// How long at most, in nanoseconds.
        limit: Option<u64>,
    },
    Unborn,
    Panicking,
    NotRun,
    CouldGoOn,
    Ended,
    Panicked,
}

/// Since when a thread waits for what it waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    Unknown,
    /// It asked in this row.
    Asked(usize),
    /// It waited for a notification, which came in this row; now it waits for the lock.
    Notified(usize),
    /// It waited for a notification, and is awake without one.
    Awake,
}

/// Where every thread stands at the end, and why.
pub(crate) fn standings(chart: &Chart<'_>) -> Vec<Standing> {
    let verdict = Wait::of(&chart.trace.verdict);
    let threads = chart.end.threads().iter().enumerate();
    threads
        .map(|(index, state)| {
            let thread = ThreadId(index as u32);
            let last = chart.rows.iter().rev().find(|row| row.step.thread == thread);
            let asked = last.filter(|row| row.lanes[index].state == LaneState::Blocked);
            let said = verdict.iter().find(|wait| wait.thread == thread);
            let reason = said.and_then(|wait| wait.waits_for.as_ref());
            let at = said.and_then(|wait| wait.at.as_ref()).or(state.at.as_ref());
            let called_at = said
                .and_then(|wait| wait.called_at.as_ref())
                .or(last.and_then(|row| row.step.called_at.as_ref()));
            let (stand, stuck) = match (&state.phase, reason) {
                (_, Some(reason)) | (Phase::Blocked { waits_for: reason }, None) => {
                    let since = since(chart, asked, thread, reason);
                    let limit = asked.filter(|_| matches!(since, Since::Asked(_)));
                    let limit = limit.and_then(|row| crate::words::limit(&row.step.operation));
                    (Stand::Waits { since, reason, limit }, true)
                }
                (Phase::Unborn, None) => (Stand::Unborn, false),
                (Phase::Ready, None) if state.panicking => (Stand::Panicking, true),
                (Phase::Ready, None) if last.is_none() => (Stand::NotRun, false),
                (Phase::Ready, None) => (Stand::CouldGoOn, false),
                (Phase::Ended, None) => (Stand::Ended, false),
                (Phase::Panicked, None) => (Stand::Panicked, true),
            };
            let gone = matches!(state.phase, Phase::Unborn | Phase::Ended | Phase::Panicked);
            let holds = holds(chart, thread);
            let text = match super::is_chinese(chart) {
                true => chinese::standing(&stand, chart, &holds),
                false => standing(&stand, chart, &holds),
            };
            let at = at.filter(|_| !gone).cloned();
            Standing { thread, text, called_at: called_at.filter(|_| !gone).cloned(), at, stuck }
        })
        .collect()
}

/// Who waits at a condition variable, and has been notified, waits for the lock only from then on.
fn since(chart: &Chart<'_>, asked: Option<&Row<'_>>, thread: ThreadId, reason: &WaitsFor) -> Since {
    let Some(asked) = asked else { return Since::Unknown };
    let slept = matches!(asked.step.operation, Operation::Wait { .. });
    if !slept || !matches!(reason, WaitsFor::Lock { .. }) {
        return Since::Asked(asked.number);
    }
    let later = chart.rows.iter().skip(asked.number);
    let wakes = |row: &&Row<'_>| {
        matches!(row.step.operation, Operation::Notify { .. }) && row.step.wakes.contains(&thread)
    };
    later.rev().find(wakes).map_or(Since::Awake, |row| Since::Notified(row.number))
}

fn standing(stand: &Stand<'_>, chart: &Chart<'_>, holds: &str) -> String {
    let text = match stand {
        Stand::Waits { since, reason, limit } => {
            let begins = match since {
                Since::Unknown => "waits for".to_owned(),
                Since::Asked(step) => format!("waits since step {step} for"),
                Since::Notified(step) => format!("was notified in step {step} and waits for"),
                Since::Awake => "is awake and waits for".to_owned(),
            };
            let limit = limit.map_or(String::new(), |ns| at_most(&chart.labels, ns));
            format!("{begins} {}{limit}", waits_for(&chart.labels, reason))
        }
        Stand::Unborn => "was never spawned".to_owned(),
        Stand::Panicking => "is panicking".to_owned(),
        Stand::NotRun => "has not run yet".to_owned(),
        Stand::CouldGoOn => "could go on".to_owned(),
        Stand::Ended => "has ended".to_owned(),
        Stand::Panicked => "has ended by a panic".to_owned(),
    };
    if holds.is_empty() { text } else { format!("{text}; holds {holds}") }
}

impl Wait {
    /// What a verdict says about threads that did not end.
    fn of(verdict: &Verdict) -> &[Wait] {
        match &verdict.outcome {
            Outcome::Failed {
                failure:
                    Failure::Deadlock { waits }
                    | Failure::Livelock { spins: waits, .. }
                    | Failure::Leak { threads: waits },
            } => waits,
            _ => &[],
        }
    }
}
