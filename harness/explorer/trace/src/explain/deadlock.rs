//! Who waits for whom.

use super::{holds, place};
use crate::chart::Chart;
use crate::replay::Phase;
use crate::words::waits_for;
use crate::{ThreadId, Wait, WaitsFor, chinese};

/// First the threads that wait for each other in a circle, in the order of the circle; then the others, those that only wait for
/// another's end last.
pub(super) fn deadlock(chart: &Chart<'_>, waits: &[Wait]) -> Vec<String> {
    let derived = if waits.is_empty() { blocked(chart) } else { Vec::new() };
    let waits = if waits.is_empty() { &derived } else { waits };
    let circle = circle(waits);
    let mut lines = vec![if super::is_chinese(chart) {
        chinese::deadlock(circle.len())
    } else if circle.is_empty() {
        "Nobody can go on.".to_owned()
    } else if circle.len() == 1 {
        "Nobody can go on: a thread waits for itself.".to_owned()
    } else {
        "Nobody can go on: the threads wait for each other in a circle.".to_owned()
    }];
    lines.extend(circle.iter().map(|&wait| stands(chart, wait)));
    let mut rest: Vec<&Wait> = waits.iter().filter(|wait| !circle.contains(wait)).collect();
    rest.sort_by_key(|wait| matches!(wait.waits_for, Some(WaitsFor::Join { .. })));
    while let Some(&wait) = rest.first() {
        // Threads that wait for the same and hold nothing share a sentence.
        let alike = |other: &Wait| {
            other.waits_for == wait.waits_for && holds(chart, other.thread).is_empty()
        };
        let group: Vec<ThreadId> =
            rest.iter().filter(|other| alike(other)).map(|other| other.thread).collect();
        if group.len() < 2 || group[0] != wait.thread {
            lines.push(stands(chart, wait));
            rest.remove(0);
            continue;
        }
        rest.retain(|other| !group.contains(&other.thread));
        let who = chart.labels.threads(&group);
        lines.push(if super::is_chinese(chart) {
            chinese::sentence(chart, &who, "", wait)
        } else {
            sentence(chart, &who, true, wait, "")
        });
    }
    lines
}

/// The threads that wait at the end of the run.
fn blocked(chart: &Chart<'_>) -> Vec<Wait> {
    let threads = chart.end.threads().iter().enumerate();
    threads
        .filter_map(|(index, state)| match &state.phase {
            Phase::Blocked { waits_for } => Some(Wait {
                thread: ThreadId(index as u32),
                at: state.at.clone(),
                called_at: None,
                waits_for: Some(waits_for.clone()),
            }),
            _ => None,
        })
        .collect()
}

/// The threads that a wait depends on.
fn depends_on(wait: &Wait) -> &[ThreadId] {
    match &wait.waits_for {
        Some(WaitsFor::Lock { held_by, .. }) => held_by,
        Some(WaitsFor::Join { thread }) => std::slice::from_ref(thread),
        _ => &[],
    }
}

/// A shortest circle of waits, if there is one. There are a handful of threads: a search from each is fast enough.
fn circle(waits: &[Wait]) -> Vec<&Wait> {
    let of = |thread: ThreadId| waits.iter().find(|wait| wait.thread == thread);
    let mut best: Vec<&Wait> = Vec::new();
    for start in waits {
        let mut paths = vec![vec![start]];
        let mut seen = vec![start.thread];
        while let Some(path) = (!paths.is_empty()).then(|| paths.remove(0)) {
            let next = depends_on(path[path.len() - 1]);
            if next.contains(&start.thread) {
                if best.is_empty() || path.len() < best.len() {
                    best = path;
                }
                break;
            }
            for wait in next.iter().filter_map(|&thread| of(thread)) {
                if !seen.contains(&wait.thread) {
                    seen.push(wait.thread);
                    paths.push([path.clone(), vec![wait]].concat());
                }
            }
        }
    }
    best
}

/// What a thread holds and waits for.
pub(super) fn stands(chart: &Chart<'_>, wait: &Wait) -> String {
    let holds = holds(chart, wait.thread);
    if super::is_chinese(chart) {
        return chinese::sentence(chart, chart.labels.thread(wait.thread), &holds, wait);
    }
    let and = if holds.is_empty() { String::new() } else { format!("holds {holds} and ") };
    sentence(chart, chart.labels.thread(wait.thread), false, wait, &and)
}

fn sentence(chart: &Chart<'_>, who: &str, several: bool, wait: &Wait, and: &str) -> String {
    let labels = &chart.labels;
    let verb = if several { "wait" } else { "waits" };
    match &wait.waits_for {
        Some(WaitsFor::Lock { lock, held_by }) if !held_by.is_empty() => {
            let hold = if held_by.len() == 1 { "holds" } else { "hold" };
            let holders = if held_by.as_slice() == [wait.thread] {
                "it itself".to_owned()
            } else {
                labels.threads(held_by)
            };
            format!("{who} {and}{verb} for {}, which {holders} {hold}.", labels.object(*lock))
        }
        Some(WaitsFor::Notify { condvar }) => {
            let them = if several { "them" } else { "it" };
            let condvar = labels.object(*condvar);
            format!("{who} {and}{verb} on {condvar}, and nobody is left to notify {them}.")
        }
        Some(WaitsFor::Unpark) => {
            let them = if several { "them" } else { "it" };
            format!("{who} {and}{verb} to be unparked, and nobody is left to unpark {them}.")
        }
        Some(reason @ WaitsFor::Change { .. }) => {
            let verb = if several { "spin" } else { "spins" };
            format!("{who} {and}{verb}, waiting for {}.", waits_for(labels, reason))
        }
        Some(reason) => format!("{who} {and}{verb} for {}.", waits_for(labels, reason)),
        None => format!("{who} {and}could go on{}.", place(wait.at.as_ref())),
    }
}
