//! The verdict in plain words, and where every thread stands at the end.

use crate::chart::Chart;
use crate::replay::Phase;
use crate::words::{clean, duration, waits_for};
use crate::{
    Choice, Failure, Location, ObjectId, Operation, Origin, Outcome, Search, ThreadId, Verdict,
    Wait, WaitsFor,
};

/// How a verdict should be coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Good,
    Bad,
    Neutral,
}

/// The verdict in a few words: "failed: deadlock".
pub(crate) fn headline(chart: &Chart<'_>) -> (Mood, String) {
    let verdict = &chart.trace.verdict;
    let executions = verdict.search.as_ref().map_or(0, |search| search.executions);
    match &verdict.outcome {
        Outcome::Ended => (Mood::Neutral, "one recorded run, which came to its end".to_owned()),
        Outcome::Proved => {
            let text = match executions {
                1 => "proved: 1 execution covers every interleaving".to_owned(),
                n => format!("proved: {} executions cover every interleaving", grouped(n)),
            };
            (Mood::Good, text)
        }
        Outcome::NotProved { reason } => (
            Mood::Neutral,
            format!(
                "not proved: {} executions tried, none fails; {}",
                grouped(executions),
                clean(reason)
            ),
        ),
        Outcome::Failed { failure } => (Mood::Bad, format!("failed: {}", failed(chart, failure))),
    }
}

fn failed(chart: &Chart<'_>, failure: &Failure) -> String {
    let labels = &chart.labels;
    match failure {
        Failure::Panic { thread, .. } => format!("{} panics", labels.thread(*thread)),
        Failure::Deadlock { .. } => "deadlock".to_owned(),
        Failure::Livelock { .. } => "livelock: the program runs and gets nowhere".to_owned(),
        Failure::Leak { threads } if threads.len() == 1 => {
            "the program ends and leaves a thread behind".to_owned()
        }
        Failure::Leak { threads } => {
            format!("the program ends and leaves {} threads behind", threads.len())
        }
        Failure::Poisoned { lock, .. } => format!("{} is poisoned", labels.object(*lock)),
        Failure::Exit { code: Some(code), .. } => format!("the program exits with code {code}"),
        Failure::Exit { code: None, .. } => "the program aborts".to_owned(),
    }
}

/// The sentences below the headline: first what went wrong, then the steps that led to it.
pub(crate) fn sentences(chart: &Chart<'_>) -> Vec<String> {
    let mut sentences = match &chart.trace.verdict.outcome {
        Outcome::Failed { failure } => why(chart, failure),
        _ => Vec::new(),
    };
    if matches!(chart.trace.verdict.outcome, Outcome::Failed { .. }) {
        sentences.extend(clues(chart));
    }
    sentences
}

fn why(chart: &Chart<'_>, failure: &Failure) -> Vec<String> {
    let labels = &chart.labels;
    match failure {
        Failure::Panic { thread, message, at } => {
            let place = at.as_ref().map_or(String::new(), |at| format!(" at {at}"));
            vec![format!("{} panics{place}: {}", labels.thread(*thread), clean(message))]
        }
        Failure::Deadlock { waits } => deadlock(chart, waits),
        Failure::Livelock { spins, steps } => {
            let mut lines = vec![format!("The run was stopped after {} steps.", grouped(*steps))];
            lines.extend(spins.iter().map(|wait| standing_sentence(chart, wait)));
            lines
        }
        Failure::Leak { threads } => threads.iter().map(|wait| leak(chart, wait)).collect(),
        Failure::Poisoned { thread, lock, by } => {
            let lock = labels.object(*lock);
            let by = by.map_or(String::new(), |by| {
                format!(" {} panicked while it held {lock}.", labels.thread(by))
            });
            vec![format!("{} finds {lock} poisoned and gives up.{by}", labels.thread(*thread))]
        }
        Failure::Exit { thread, .. } => {
            vec![format!("{} ends the process while the others run.", labels.thread(*thread))]
        }
    }
}

/// First the threads that wait for each other in a circle, in the order of the circle; then the others.
fn deadlock(chart: &Chart<'_>, waits: &[Wait]) -> Vec<String> {
    let circle = circle(waits);
    let mut lines = vec![if circle.is_empty() {
        "Nobody can go on.".to_owned()
    } else if circle.len() == 1 {
        "Nobody can go on: a thread waits for itself.".to_owned()
    } else {
        "Nobody can go on: the threads wait for each other in a circle.".to_owned()
    }];
    lines.extend(circle.iter().map(|&wait| standing_sentence(chart, wait)));
    let rest = waits.iter().filter(|wait| !circle.contains(wait));
    lines.extend(rest.map(|wait| standing_sentence(chart, wait)));
    lines
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

fn standing_sentence(chart: &Chart<'_>, wait: &Wait) -> String {
    let labels = &chart.labels;
    let name = labels.thread(wait.thread);
    let holds = holds(chart, wait.thread);
    let and = if holds.is_empty() { String::new() } else { format!("holds {holds} and ") };
    match &wait.waits_for {
        Some(WaitsFor::Lock { lock, held_by }) if !held_by.is_empty() => {
            let verb = if held_by.len() == 1 { "holds" } else { "hold" };
            let holders = if held_by.contains(&wait.thread) && held_by.len() == 1 {
                "it itself".to_owned()
            } else {
                labels.threads(held_by)
            };
            format!("{name} {and}waits for {}, which {holders} {verb}.", labels.object(*lock))
        }
        Some(WaitsFor::Notify { condvar }) => {
            format!(
                "{name} {and}waits on {}, and nobody is left to notify it.",
                labels.object(*condvar)
            )
        }
        Some(WaitsFor::Change { .. }) => {
            let reason = wait.waits_for.as_ref().map(|reason| waits_for(labels, reason));
            format!("{name} {and}spins, waiting for {}.", reason.unwrap_or_default())
        }
        Some(reason) => format!("{name} {and}waits for {}.", waits_for(labels, reason)),
        None => format!("{name} {and}could go on{}.", place(wait.at.as_ref())),
    }
}

fn leak(chart: &Chart<'_>, wait: &Wait) -> String {
    let labels = &chart.labels;
    let name = labels.thread(wait.thread);
    let main = labels.thread(ThreadId(0));
    let doing = match &wait.waits_for {
        Some(reason) => format!("it still waits for {}", waits_for(labels, reason)),
        None => format!("it still runs{}", place(wait.at.as_ref())),
    };
    format!("{main} ends, and nobody has joined {name}: {doing}.")
}

fn place(at: Option<&Location>) -> String {
    at.map_or(String::new(), |at| format!(" at {at}"))
}

/// The locks that a thread holds at the end, as a phrase.
fn holds(chart: &Chart<'_>, thread: ThreadId) -> String {
    let Some(state) = chart.end.threads().get(thread.0 as usize) else {
        return String::new();
    };
    let names: Vec<&str> = state.holds.iter().map(|hold| chart.labels.object(hold.lock)).collect();
    names.join(" and ")
}

/// The steps that a reader should look at.
fn clues(chart: &Chart<'_>) -> Vec<String> {
    let labels = &chart.labels;
    let starved = starved(chart);
    let mut clues = Vec::new();
    for row in &chart.rows {
        let step = row.step;
        let name = labels.thread(step.thread);
        let number = row.number;
        if step.blocked.is_some() {
            continue;
        }
        match &step.operation {
            Operation::Notify { condvar, .. }
                if step.wakes.is_empty() && starved.contains(condvar) =>
            {
                clues.push(format!(
                    "Step {number}: {name} notifies {} before anybody waits. Nothing remembers a notification: it is lost.",
                    labels.object(*condvar)
                ));
            }
            Operation::Load { atomic, read, .. } => {
                if let Some(stale) = &read.stale {
                    clues.push(format!(
                        "Step {number}: {name} reads an old {} = {}, although {} was stored before. Nothing makes that store happen before this load.",
                        labels.object(*atomic),
                        clean(&read.value),
                        clean(&stale.newest)
                    ));
                }
            }
            Operation::Store { atomic, value, .. } => {
                if let Some(gone) = &row.effect.overwrote {
                    clues.push(format!(
                        "Step {number}: {name} writes {object} = {} over {}'s {object} = {}, which it never read. That update is lost.",
                        clean(value),
                        labels.thread(gone.by),
                        clean(&gone.value),
                        object = labels.object(*atomic),
                    ));
                }
            }
            Operation::Wake { .. } | Operation::Park { .. }
                if step.choice == Some(Choice::Spurious) =>
            {
                clues.push(format!(
                    "Step {number}: {name} wakes although nobody woke it. Every wait may return so: check the condition in a loop."
                ));
            }
            Operation::Wake { .. } | Operation::Park { .. }
                if step.choice == Some(Choice::Timeout) =>
            {
                clues.push(format!("Step {number}: {name} wakes because its time-out has passed."));
            }
            _ => {}
        }
    }
    clues
}

/// The condition variables that somebody waits on for ever.
fn starved(chart: &Chart<'_>) -> Vec<ObjectId> {
    let phases = chart.end.threads().iter().map(|thread| &thread.phase);
    phases
        .filter_map(|phase| match phase {
            Phase::Blocked { waits_for: WaitsFor::Notify { condvar } } => Some(*condvar),
            _ => None,
        })
        .collect()
}

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
            let asked =
                last.filter(|row| row.lanes[index].state == crate::chart::LaneState::Blocked);
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

/// How the verdict was found and what it covers, a line each.
pub(crate) fn search(chart: &Chart<'_>) -> Vec<(&'static str, String)> {
    let verdict = &chart.trace.verdict;
    let Some(search) = &verdict.search else {
        return match chart.trace.origin {
            Origin::Recorded => vec![(
                "recorded",
                "one run on real threads; another run may go another way".to_owned(),
            )],
            Origin::Explored => Vec::new(),
        };
    };
    let mut lines = Vec::new();
    if matches!(verdict.outcome, Outcome::Failed { .. }) {
        lines.push(("found", found(search)));
    } else if let Some(ms) = search.elapsed_ms {
        lines.push(("time", duration(ms.saturating_mul(1_000_000))));
    }
    if let Some(schedule) = &search.schedule {
        lines.push(("schedule", clean(schedule)));
    }
    let list =
        |items: &[String]| items.iter().map(|item| clean(item)).collect::<Vec<_>>().join("; ");
    if !search.bounds.is_empty() {
        lines.push(("bounds", list(&search.bounds)));
    }
    if !search.not_checked.is_empty() {
        lines.push(("not checked", list(&search.not_checked)));
    }
    lines
}

fn found(search: &Search) -> String {
    let time = search
        .elapsed_ms
        .map_or(String::new(), |ms| format!(", {}", duration(ms.saturating_mul(1_000_000))));
    let executions = match search.executions {
        1 => "in the first execution".to_owned(),
        n => format!("after {} executions", grouped(n)),
    };
    let preemptions = match search.preemptions {
        None => String::new(),
        Some(0) => "; no preemption is needed".to_owned(),
        Some(1) if search.minimal => "; 1 preemption, and no failing run has fewer".to_owned(),
        Some(1) => "; 1 preemption".to_owned(),
        Some(n) if search.minimal => format!("; {n} preemptions, and no failing run has fewer"),
        Some(n) => format!("; {n} preemptions"),
    };
    format!("{executions}{time}{preemptions}")
}

/// A number in groups of three digits: `112,911`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
