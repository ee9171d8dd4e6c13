//! The verdict in plain words, and where every thread stands at the end.

mod clues;
mod deadlock;
mod memory;
mod search;
mod standing;

pub(crate) use memory::{Unordered, has_another_layout, is_left};
pub(crate) use search::{grouped, search};
pub(crate) use standing::{Since, Stand, standings};

use crate::chart::Chart;
use crate::words::{Ends, clean, ends, waits_for};
use crate::{Failure, Language, Location, Operation, Outcome, ThreadId, Wait, chinese};

/// How a verdict should be coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Good,
    Bad,
    Neutral,
}

/// The verdict in a few words: "failed: deadlock".
pub(crate) fn headline(chart: &Chart<'_>) -> (Mood, String) {
    if is_chinese(chart) {
        return (mood(&chart.trace.verdict.outcome), chinese::headline(chart));
    }
    let verdict = &chart.trace.verdict;
    let executions = verdict.search.as_ref().map_or(0, |search| search.executions);
    match &verdict.outcome {
        Outcome::Ended => (Mood::Neutral, "one recorded run, which came to its end".to_owned()),
        Outcome::Proved => {
            let text = match executions {
                1 => "proved: 1 execution covers every interleaving".to_owned(),
                n => format!("proved: {} executions cover every interleaving", search::grouped(n)),
            };
            (Mood::Good, text)
        }
        Outcome::NotProved { reason } => (
            Mood::Neutral,
            format!(
                "not proved: {} tried, none fails; {}",
                search::counted(executions),
                clean(reason)
            ),
        ),
        Outcome::Failed { failure } => (Mood::Bad, format!("failed: {}", failed(chart, failure))),
    }
}

fn mood(outcome: &Outcome) -> Mood {
    match outcome {
        Outcome::Ended | Outcome::NotProved { .. } => Mood::Neutral,
        Outcome::Proved => Mood::Good,
        Outcome::Failed { .. } => Mood::Bad,
    }
}

fn is_chinese(chart: &Chart<'_>) -> bool {
    chart.labels.language() == Language::Zh
}

/// What is said of a run that was stopped before its end.
const STOPPED: &str = "This is a run that was stopped: it is longer than the explorer follows, or has no end. Try it with less to do, or allow it more steps.";

/// What is said of a run in which threads go on, and get nowhere.
const ROUND: &str = "All is as it was some steps before, and every thread that could go on has gone on since: they can go round like this for ever, if each always comes at the same \
moment. In another order one may get out.";

/// Whether a livelock is one of threads that go on.
pub(crate) fn goes_round(spins: &[Wait]) -> bool {
    spins.iter().any(|wait| wait.waits_for.is_none())
}

fn failed(chart: &Chart<'_>, failure: &Failure) -> String {
    let labels = &chart.labels;
    match failure {
        Failure::Panic { thread, message, .. } => match ends(message) {
            Ends::Panic => format!("{} panics", labels.thread(*thread)),
            Ends::Crash => format!("{} crashes", labels.thread(*thread)),
            Ends::Test => "the test's own result".to_owned(),
        },
        Failure::Deadlock { .. } => "deadlock".to_owned(),
        Failure::Livelock { .. } => "livelock: the program runs and gets nowhere".to_owned(),
        Failure::Leak { threads } if threads.len() == 1 => {
            "the program ends and leaves a thread behind".to_owned()
        }
        Failure::Leak { threads } => {
            format!("the program ends and leaves {} threads behind", threads.len())
        }
        Failure::Poisoned { lock, .. } => format!("{} is poisoned", labels.object(*lock)),
        Failure::Memory { fault, .. } => fault.name().to_owned(),
        Failure::Exit { code: Some(code), .. } => format!("the program exits with code {code}"),
        Failure::Exit { thread, code: None } if !fatal_panics(chart, *thread).is_empty() => {
            format!("{} panics and so ends the process", labels.thread(*thread))
        }
        Failure::Exit { code: None, .. } => "the program aborts".to_owned(),
    }
}

/// The sentences below the headline: first what went wrong, then the steps that led to it.
pub(crate) fn sentences(chart: &Chart<'_>) -> Vec<String> {
    let mut sentences = match &chart.trace.verdict.outcome {
        Outcome::Failed { failure } => why(chart, failure),
        // A run that is shown without a failure was stopped.
        Outcome::NotProved { .. } if !chart.trace.steps.is_empty() => {
            vec![if is_chinese(chart) { chinese::stopped() } else { STOPPED.to_owned() }]
        }
        _ => Vec::new(),
    };
    if matches!(chart.trace.verdict.outcome, Outcome::Failed { .. }) {
        sentences.extend(clues::clues(chart));
    }
    sentences
}

fn why(chart: &Chart<'_>, failure: &Failure) -> Vec<String> {
    if is_chinese(chart) {
        let mut lines = chinese::why(chart, failure);
        match failure {
            Failure::Deadlock { waits } => lines.extend(deadlock::deadlock(chart, waits)),
            Failure::Livelock { spins, .. } => {
                lines.extend(spins.iter().map(|wait| deadlock::stands(chart, wait)));
            }
            _ => {}
        }
        return lines;
    }
    let labels = &chart.labels;
    match failure {
        Failure::Panic { thread, message, at } => {
            let place = at.as_ref().map_or(String::new(), |at| format!(" at {at}"));
            let name = labels.thread(*thread);
            vec![match ends(message) {
                Ends::Panic => format!("{name} panics{place}: {}", clean(message)),
                Ends::Crash => format!("{name} crashes{place}: {}", clean(message)),
                Ends::Test => format!("At the end of {name}: {}", clean(message)),
            }]
        }
        Failure::Deadlock { waits } => deadlock::deadlock(chart, waits),
        Failure::Livelock { spins, steps } => {
            let mut lines =
                vec![format!("The run was stopped after {} steps.", search::grouped(*steps))];
            if goes_round(spins) {
                lines.push(ROUND.to_owned());
            }
            lines.extend(spins.iter().map(|wait| deadlock::stands(chart, wait)));
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
        Failure::Memory { fault, accesses, allocation } => {
            memory::why(chart, *fault, accesses, allocation.as_ref())
        }
        Failure::Exit { thread, .. } => {
            let name = labels.thread(*thread);
            let panics = fatal_panics(chart, *thread);
            if panics.is_empty() {
                let alone = chart.trace.threads.len() == 1;
                let others = if alone { "" } else { " while the others run" };
                return vec![format!("{name} ends the process{others}.")];
            }
            let told = panics
                .iter()
                .map(|(message, at)| format!("{name} panics{}: {}", place(*at), clean(message)));
            told.chain(["Such a panic cannot be caught: it ends the process.".to_owned()]).collect()
        }
    }
}

/// The panics of a thread for which std ends the process, the first one first: the last step says so, and the last message how many count.
pub(crate) fn fatal_panics<'a>(
    chart: &Chart<'a>,
    thread: ThreadId,
) -> Vec<(&'a str, Option<&'a Location>)> {
    let own = chart.trace.steps.iter().filter(|step| step.thread == thread);
    let mut panics = Vec::new();
    let mut ends = false;
    for step in own {
        match &step.operation {
            Operation::Panic { message } => panics.push((message.as_str(), step.at.as_ref())),
            Operation::Abort => ends = step.note.is_some(),
            _ => {}
        }
    }
    let count = match panics.last() {
        Some((last, _)) if last.contains("in a destructor during cleanup") => 3,
        Some((last, _)) if last.contains("that cannot unwind") => 2,
        Some(_) if ends => 1,
        _ => 0,
    };
    let first = panics.len() - count.min(panics.len());
    let mut fatal = panics.split_off(first);
    if count > 1 {
        // The last one is std's, and says what the sentence says.
        fatal.pop();
    }
    fatal
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
    names.join(if is_chinese(chart) { " 和 " } else { " and " })
}
