//! Where every thread stands at the end.

use super::holds;
use crate::chart::{Chart, LaneState};
use crate::replay::Phase;
use crate::words::waits_for;
use crate::{Failure, Location, Outcome, ThreadId, Verdict, Wait};

/// Where a thread stands at the end.
#[derive(Debug)]
pub(crate) struct Standing {
    pub thread: ThreadId,
    pub text: String,
    /// Where, unless it has ended.
    pub at: Option<Location>,
    pub stuck: bool,
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
            let since = asked.map_or(String::new(), |row| format!(" since step {}", row.number));
            let said = verdict.iter().find(|wait| wait.thread == thread);
            let reason = said.and_then(|wait| wait.waits_for.as_ref());
            let at = said.and_then(|wait| wait.at.as_ref()).or(state.at.as_ref());
            let (text, stuck) = match (&state.phase, reason) {
                (_, Some(reason)) | (Phase::Blocked { waits_for: reason }, None) => {
                    (format!("waits{since} for {}", waits_for(&chart.labels, reason)), true)
                }
                (Phase::Unborn, None) => ("was never spawned".to_owned(), false),
                (Phase::Ready, None) if state.panicking => ("is panicking".to_owned(), true),
                (Phase::Ready, None) if last.is_none() => ("has not run yet".to_owned(), false),
                (Phase::Ready, None) => ("could go on".to_owned(), false),
                (Phase::Ended, None) => ("has ended".to_owned(), false),
                (Phase::Panicked, None) => ("has ended by a panic".to_owned(), true),
            };
            let gone = matches!(state.phase, Phase::Unborn | Phase::Ended | Phase::Panicked);
            let holds = holds(chart, thread);
            let text = if holds.is_empty() { text } else { format!("{text}; holds {holds}") };
            Standing { thread, text, at: at.filter(|_| !gone).cloned(), stuck }
        })
        .collect()
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
