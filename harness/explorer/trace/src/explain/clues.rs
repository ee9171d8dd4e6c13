//! The steps that a reader should look at.

use std::collections::{BTreeMap, BTreeSet};

use crate::chart::{Chart, Row};
use crate::replay::Phase;
use crate::words::clean;
use crate::{Choice, ObjectId, Operation, ThreadId, WaitsFor, chinese};

/// More than these nobody reads: a run without an end has the same ones again and again.
const MOST: usize = 12;

/// The steps that made the run go wrong, a sentence each.
pub(super) fn clues(chart: &Chart<'_>) -> Vec<String> {
    let mut happened: Vec<&Row<'_>> =
        chart.rows.iter().filter(|row| row.step.blocked.is_none()).collect();
    // What crates of others do by themselves is seldom what went wrong.
    happened.sort_by_key(|row| within(row).is_some());
    let clues: Vec<String> = happened
        .into_iter()
        .filter_map(|row| {
            if !super::is_chinese(chart) {
                let within = within(row).map_or(String::new(), |name| format!(", within {name}"));
                return Some(format!("Step {}{within}: {}", row.number, clue(chart, row)?));
            }
            let (left, missed) = match &row.step.operation {
                Operation::Notify { condvar, .. } => {
                    let starved = starved(chart, *condvar);
                    (left(row, &starved), missed(chart, row, *condvar, starved))
                }
                _ => (Vec::new(), Vec::new()),
            };
            let clue = chinese::clue(chart, row, &left, &missed)?;
            Some(match within(row) {
                Some(name) => clue.replacen('：', &format!("（{name} 中）："), 1),
                None => clue,
            })
        })
        .collect();
    let mut clues = together(clues, super::is_chinese(chart));
    if clues.len() > MOST {
        let more = clues.len() - MOST;
        clues.truncate(MOST);
        clues.push(if super::is_chinese(chart) {
            chinese::more_clues(more as u64)
        } else {
            format!("So it goes on: {} more of this kind.", super::grouped(more as u64))
        });
    }
    clues
}

/// The crate of others that a step is within.
fn within<'r>(row: &Row<'r>) -> Option<&'r str> {
    row.step.at.as_ref()?.package()
}

/// Of what is said of more than two steps in the same words, the first, and of how many more it is true.
fn together(clues: Vec<String>, chinese: bool) -> Vec<String> {
    let words = |clue: &str| {
        let said = clue.split_once(if chinese { "：" } else { ": " });
        said.map_or_else(|| clue.to_owned(), |(_, words)| words.to_owned())
    };
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for clue in &clues {
        *times.entry(words(clue)).or_default() += 1;
    }
    let mut told = BTreeSet::new();
    let mut shorter = Vec::new();
    for clue in clues {
        let words = words(&clue);
        match times.get(&words) {
            Some(&several) if several > 2 => {
                if told.insert(words) {
                    let more = super::grouped(several as u64 - 1);
                    shorter.push(match chinese {
                        true => format!("{clue}后面还有 {more} 步也是这样。"),
                        false => format!("{clue} So it is at {more} later steps."),
                    });
                }
            }
            _ => shorter.push(clue),
        }
    }
    shorter
}

fn clue(chart: &Chart<'_>, row: &Row<'_>) -> Option<String> {
    let labels = &chart.labels;
    let name = labels.thread(row.step.thread);
    match &row.step.operation {
        Operation::Notify { condvar, .. } => notification(chart, row, name, *condvar),
        Operation::Load { atomic, read, .. } => {
            let stale = read.outdated()?;
            Some(format!(
                "{name} reads an old {} = {}, although {} was stored before. Nothing makes that store happen before this load.",
                labels.object(*atomic),
                clean(&read.value),
                clean(&stale.newest)
            ))
        }
        Operation::Update { value: None, .. } if row.step.choice == Some(Choice::WeakFailure) => {
            Some(format!("{name}'s compare-exchange fails for no reason, as a weak one may."))
        }
        Operation::Update { atomic, read, value: None, .. } => {
            let stale = read.outdated()?;
            Some(format!(
                "{name}'s compare-exchange fails: it reads an old {} = {}, although {} was stored before. Nothing makes that store happen before it.",
                labels.object(*atomic),
                clean(&read.value),
                clean(&stale.newest)
            ))
        }
        Operation::TryLock { .. } | Operation::OnceGet { .. } | Operation::Other
            if row.step.choice == Some(Choice::OlderStore) =>
        {
            Some(format!(
                "{name} finds what was before. Nothing makes the change happen before this look."
            ))
        }
        Operation::Store { atomic, value, .. } => {
            let gone = row.effect.overwrote.as_ref()?;
            Some(format!(
                "{name} writes {object} = {} over {}'s {object} = {}, which it never read. That update is lost.",
                clean(value),
                labels.thread(gone.by),
                clean(&gone.value),
                object = labels.object(*atomic),
            ))
        }
        Operation::Wake { .. } | Operation::Park { .. } => match row.step.choice? {
            Choice::Spurious => Some(format!(
                "{name} wakes although nobody woke it. Every wait may return so: check the condition in a loop."
            )),
            Choice::Timeout => Some(format!("{name} wakes because its time-out has passed.")),
            _ => None,
        },
        _ => None,
    }
}

/// A notification that did not reach a thread which waits for ever.
fn notification(chart: &Chart<'_>, row: &Row<'_>, name: &str, condvar: ObjectId) -> Option<String> {
    let labels = &chart.labels;
    let starved = starved(chart, condvar);
    let left = left(row, &starved);
    let condvar_of = condvar;
    let condvar = labels.object(condvar);
    if !left.is_empty() {
        let waits = if left.len() == 1 { "waits" } else { "wait" };
        let woken = labels.threads(&row.step.wakes);
        return Some(format!("{name} wakes only {woken}; {} {waits} on.", labels.threads(&left)));
    }
    let missed = missed(chart, row, condvar_of, starved);
    if missed.is_empty() {
        return None;
    }
    let woken = match row.step.wakes.is_empty() {
        true => "while nobody waits on it".to_owned(),
        false => format!("while only {} waits on it", labels.threads(&row.step.wakes)),
    };
    let waits = if missed.len() == 1 { "which waits" } else { "which wait" };
    let gets = if missed.len() == 1 { "gets" } else { "get" };
    Some(format!(
        "{name} notifies {condvar} {woken}. A notification is not remembered: {}, {waits} later, never {gets} it.",
        labels.threads(&missed)
    ))
}

/// The threads that a notification left waiting, and that never got another.
fn left(row: &Row<'_>, starved: &[ThreadId]) -> Vec<ThreadId> {
    row.effect.left_waiting.iter().copied().filter(|thread| starved.contains(thread)).collect()
}

/// The threads of these that came too late for a notification, the last that they missed: what they do after an earlier one, they do once the next has come.
fn missed(
    chart: &Chart<'_>,
    row: &Row<'_>,
    condvar: ObjectId,
    starved: Vec<ThreadId>,
) -> Vec<ThreadId> {
    let last_step = |thread| chart.rows.iter().rfind(|row| row.step.thread == thread);
    let could_be_for = |row: &Row<'_>, thread| match &row.step.operation {
        Operation::Notify { condvar: of, all } if *of == condvar => {
            let wakes = &row.step.wakes;
            wakes.is_empty() || *all && !wakes.contains(&thread)
        }
        _ => false,
    };
    let is_last = |thread: &ThreadId| {
        let waits_from = last_step(*thread).map(|wait| wait.number);
        let missed = chart.rows.iter().rfind(|row| {
            Some(row.number) < waits_from
                && row.step.blocked.is_none()
                && could_be_for(row, *thread)
        });
        missed.is_some_and(|missed| missed.number == row.number)
    };
    starved.into_iter().filter(is_last).collect()
}

/// The threads that wait on a condition variable when the run is over.
fn starved(chart: &Chart<'_>, condvar: ObjectId) -> Vec<ThreadId> {
    let reason = Phase::Blocked { waits_for: WaitsFor::Notify { condvar } };
    let threads = chart.end.threads().iter().enumerate();
    threads.filter(|(_, state)| state.phase == reason).map(|(i, _)| ThreadId(i as u32)).collect()
}
