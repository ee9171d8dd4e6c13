//! Steps and waits in words. All renderings speak with these.

use crate::chart::{Chart, Row};
use crate::chinese;
use crate::location::plain;
use crate::{
    ChannelOutcome, Choice, Labels, Language, LockMode, ObjectId, ObjectKind, Operation, Ordering,
    Read, Trace, WaitsFor,
};

/// What a thread does in a row, without naming the thread: "locks left".
pub(crate) fn predicate(chart: &Chart<'_>, row: &Row<'_>) -> String {
    if chart.labels.language() == Language::Zh {
        return chinese::predicate(chart, row);
    }
    let mut text = match &row.step.blocked {
        Some(waits_for) => asks(chart, row, waits_for),
        None => does(chart, row),
    };
    if let Some(note) = &row.step.note {
        text.push_str(" — ");
        text.push_str(&clean(note));
    }
    text
}

/// What a thread waits for: "left, held by bob".
pub(crate) fn waits_for(labels: &Labels, waits_for: &WaitsFor) -> String {
    if labels.language() == Language::Zh {
        return chinese::waits_for(labels, waits_for);
    }
    match waits_for {
        WaitsFor::Lock { lock, held_by } => {
            let lock = labels.object(*lock);
            if held_by.is_empty() {
                lock.to_owned()
            } else {
                format!("{lock}, held by {}", labels.threads(held_by))
            }
        }
        WaitsFor::Notify { condvar } => {
            format!("a notification on {}", labels.object(*condvar))
        }
        WaitsFor::Join { thread } => format!("{} to end", labels.thread(*thread)),
        WaitsFor::Unpark => "somebody to unpark it".to_owned(),
        WaitsFor::Barrier { barrier } => {
            format!("the other threads at {}", labels.object(*barrier))
        }
        WaitsFor::Message { channel } => format!("a message on {}", labels.object(*channel)),
        WaitsFor::Room { channel } => format!("room in {}", labels.object(*channel)),
        WaitsFor::Change { atomics } => {
            let names: Vec<&str> = atomics.iter().map(|&id| labels.object(id)).collect();
            match names.as_slice() {
                [] => "a change that does not come".to_owned(),
                names => format!("{} to change", names.join(" or ")),
            }
        }
        WaitsFor::Time => "time to pass".to_owned(),
    }
}

/// A duration in the unit that reads best.
pub(crate) fn duration(ns: u64) -> String {
    let (unit, name) = match ns {
        0..1_000 => return format!("{ns} ns"),
        1_000..1_000_000 => (1_000, "µs"),
        1_000_000..1_000_000_000 => (1_000_000, "ms"),
        _ => (1_000_000_000, "s"),
    };
    // Rounded, for who waits 5 s and has looked at the clock has 4.999 s left.
    let tenths = (u128::from(ns) * 10 + u128::from(unit) / 2) / u128::from(unit);
    if tenths >= 10_000 && name != "s" {
        return duration(unit * 1_000);
    }
    let (whole, tenth) = (tenths / 10, tenths % 10);
    if tenth == 0 || whole >= 100 {
        format!("{whole} {name}")
    } else {
        format!("{whole}.{tenth} {name}")
    }
}

/// What is told as a panic, and need not be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ends {
    Panic,
    /// A signal, or a full stack: nothing unwinds.
    Crash,
    /// The test came to its end, and says itself that this is not well.
    Test,
}

/// What a message of a panic says of it.
pub(crate) fn ends(message: &str) -> Ends {
    let signal = message.ends_with(')') && message.contains(" (SIG");
    if signal || message == "its stack overflowed" {
        return Ends::Crash;
    }
    let of_test = ["the test returns an ", "the test ends without a panic, and #[should_panic] "];
    match of_test.iter().any(|start| message.starts_with(start)) {
        true => Ends::Test,
        false => Ends::Panic,
    }
}

/// Text of strangers (source lines, messages, values) made harmless: one line, no escape sequences, nothing that turns the
/// direction of writing, no more than a few screens.
pub(crate) fn clean(text: &str) -> String {
    let mut out = String::new();
    let mut left = LONGEST;
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        for c in word.chars() {
            let Some(fewer) = left.checked_sub(1) else {
                out.push('…');
                return out;
            };
            left = fewer;
            out.push(plain(c));
        }
    }
    out
}

/// The most characters of a stranger's text.
const LONGEST: usize = 2_000;

/// The thread could not have what it asked for.
fn asks(chart: &Chart<'_>, row: &Row<'_>, reason: &WaitsFor) -> String {
    let labels = &chart.labels;
    match (&row.step.operation, reason) {
        (Operation::Wake { .. }, WaitsFor::Lock { lock, held_by }) => {
            format!("{}, but {} holds {}", woke(row), labels.threads(held_by), labels.object(*lock))
        }
        (_, WaitsFor::Lock { lock, held_by }) if !held_by.is_empty() => {
            let verb = if held_by.len() == 1 { "holds" } else { "hold" };
            format!("wants {}, but {} {verb} it", labels.object(*lock), labels.threads(held_by))
        }
        (operation, reason) => {
            let limit = limit(operation).map_or(String::new(), |ns| at_most(labels, ns));
            format!("waits for {}{limit}", waits_for(labels, reason))
        }
    }
}

/// How long a call waits at most, in nanoseconds, if it says so.
pub(crate) fn limit(operation: &Operation) -> Option<u64> {
    match operation {
        Operation::Wait { timeout_ns, .. }
        | Operation::Park { timeout_ns }
        | Operation::Receive { timeout_ns, .. } => *timeout_ns,
        _ => None,
    }
}

/// That time, after what is waited for.
pub(crate) fn at_most(labels: &Labels, ns: u64) -> String {
    match labels.language() {
        Language::En => format!(", at most {}", duration(ns)),
        Language::Zh => format!("，最多 {}", duration(ns)),
    }
}

fn does(chart: &Chart<'_>, row: &Row<'_>) -> String {
    use Operation as Op;
    let labels = &chart.labels;
    let call = row.step.call.as_deref().map(clean);
    match &row.step.operation {
        Op::Start => "starts".to_owned(),
        Op::End if row.panicking => "ends by its panic".to_owned(),
        Op::End => "ends".to_owned(),
        Op::Panic { message } => match ends(message) {
            Ends::Panic => format!("panics: {}", clean(message)),
            Ends::Crash => format!("crashes: {}", clean(message)),
            Ends::Test => format!("is done: {}", clean(message)),
        },
        Op::Exit { code } => format!("ends the process with code {code}"),
        Op::Abort => "aborts the process".to_owned(),
        Op::Spawn { child } => format!("spawns {}", labels.thread(*child)),
        Op::Join { child } => format!("joins {}", labels.thread(*child)),
        Op::Yield => call.map_or("yields".to_owned(), |call| format!("calls {call}")),
        Op::Sleep { ns } => format!("sleeps {}", duration(*ns)),
        Op::Park { .. } => match row.step.choice {
            Some(Choice::Timeout) => "is done parking: the time-out has passed".to_owned(),
            Some(Choice::Spurious) => "returns from park although nobody unparked it".to_owned(),
            _ => "parks, finds its token and goes on".to_owned(),
        },
        Op::Unpark { thread } => format!("unparks {}", labels.thread(*thread)),
        Op::Lock { lock, mode } => {
            let verb = if row.asked.is_some() { "gets" } else { "locks" };
            format!("{verb} {}{}", labels.object(*lock), how(chart, *lock, *mode))
        }
        Op::TryLock { lock, mode, acquired } => {
            let call = call.unwrap_or_else(|| "try_lock".to_owned());
            let lock_name = labels.object(*lock);
            if *acquired {
                format!("calls {call}: gets {lock_name}{}", how(chart, *lock, *mode))
            } else {
                format!("calls {call}: does not get {lock_name}")
            }
        }
        Op::Unlock { lock, .. } => {
            let poisons = row.panicking && kind(chart.trace, *lock) != Some(ObjectKind::Once);
            let poison = if poisons { " while panicking" } else { "" };
            format!("unlocks {}{poison}{}", labels.object(*lock), hands_over(chart, row))
        }
        Op::Wait { condvar, lock, timeout_ns } => {
            let limit = timeout_ns.map_or(String::new(), |ns| at_most(labels, ns));
            format!(
                "unlocks {} and waits on {}{limit}{}",
                labels.object(*lock),
                labels.object(*condvar),
                hands_over(chart, row)
            )
        }
        Op::Wake { lock, .. } => format!("{} and has {} again", woke(row), labels.object(*lock)),
        Op::Notify { condvar, all } => {
            let call = if *all { "notify_all" } else { "notify_one" };
            let condvar = labels.object(*condvar);
            if row.step.wakes.is_empty() {
                format!("calls {call} on {condvar}: nobody waits, it is lost")
            } else {
                format!("calls {call} on {condvar}: wakes {}", labels.threads(&row.step.wakes))
            }
        }
        Op::Barrier { barrier, leader } => {
            let barrier = labels.object(*barrier);
            if *leader {
                format!("is the last at {barrier} and opens it")
            } else {
                format!("passes {barrier}")
            }
        }
        Op::OnceBegin { once } => format!("starts to initialise {}", labels.object(*once)),
        Op::OnceEnd { once } => {
            format!("has initialised {}{}", labels.object(*once), hands_over(chart, row))
        }
        Op::OnceGet { once, ready } => {
            let state = if *ready { "initialised" } else { "not initialised" };
            format!("looks at {}: {state}", labels.object(*once))
        }
        Op::Send { channel, outcome } => match outcome {
            ChannelOutcome::Done => {
                format!("sends on {}{}", labels.object(*channel), hands_over(chart, row))
            }
            ChannelOutcome::WouldBlock => format!("finds no room in {}", labels.object(*channel)),
            ChannelOutcome::Disconnected => {
                format!("sends on {}: the receiver is gone", labels.object(*channel))
            }
            ChannelOutcome::TimedOut => {
                format!("gives up sending on {}: the time-out has passed", labels.object(*channel))
            }
        },
        Op::Receive { channel, outcome, .. } => match outcome {
            ChannelOutcome::Done => {
                format!("receives from {}{}", labels.object(*channel), hands_over(chart, row))
            }
            ChannelOutcome::WouldBlock => {
                format!("finds no message in {}", labels.object(*channel))
            }
            ChannelOutcome::Disconnected => {
                format!("receives from {}: every sender is gone", labels.object(*channel))
            }
            ChannelOutcome::TimedOut => {
                format!("gives up on {}: the time-out has passed", labels.object(*channel))
            }
        },
        Op::Close { channel } => {
            format!("closes its side of {}{}", labels.object(*channel), hands_over(chart, row))
        }
        Op::Load { atomic, ordering, read } => {
            format!(
                "reads {} = {} ({}){}",
                labels.object(*atomic),
                clean(&read.value),
                name(*ordering),
                age(read)
            )
        }
        Op::Store { atomic, ordering, value } => {
            format!(
                "writes {} = {} ({}){}",
                labels.object(*atomic),
                clean(value),
                name(*ordering),
                lost(chart, row)
            )
        }
        Op::Update { atomic, ordering, read, value } => {
            let call = call.map_or("updates".to_owned(), |call| format!("calls {call} on"));
            let (atomic, before) = (labels.object(*atomic), clean(&read.value));
            match (value, row.step.choice) {
                (Some(value), _) => {
                    format!("{call} {atomic}: {before} → {} ({})", clean(value), name(*ordering))
                }
                (None, Some(Choice::WeakFailure)) => {
                    format!("{call} {atomic}: fails by chance, at {before}")
                }
                (None, _) => format!("{call} {atomic}: fails, it is {before}{}", age(read)),
            }
        }
        Op::Fence { ordering } => format!("fence ({})", name(*ordering)),
        Op::Other => call.map_or("goes on".to_owned(), |call| format!("calls {call}")),
    }
}

fn woke(row: &Row<'_>) -> String {
    match row.step.choice {
        Some(Choice::Spurious) => "wakes although nobody notified it".to_owned(),
        Some(Choice::Timeout) => "wakes because its time-out has passed".to_owned(),
        _ => "wakes".to_owned(),
    }
}

fn hands_over(chart: &Chart<'_>, row: &Row<'_>) -> String {
    if row.step.wakes.is_empty() {
        return String::new();
    }
    format!("; {} can go on", chart.labels.threads(&row.step.wakes))
}

fn how(chart: &Chart<'_>, lock: ObjectId, mode: LockMode) -> &'static str {
    match (kind(chart.trace, lock), mode) {
        (_, LockMode::Shared) => " for reading",
        (Some(ObjectKind::RwLock), LockMode::Exclusive) => " for writing",
        _ => "",
    }
}

pub(crate) fn kind(trace: &Trace, object: ObjectId) -> Option<ObjectKind> {
    Some(trace.objects.get(object.0 as usize)?.kind)
}

fn age(read: &Read) -> String {
    match read.outdated() {
        Some(stale) => format!(", an old value: the newest is {}", clean(&stale.newest)),
        None => String::new(),
    }
}

fn lost(chart: &Chart<'_>, row: &Row<'_>) -> String {
    match &row.effect.overwrote {
        Some(gone) => {
            let by = chart.labels.thread(gone.by);
            format!(", over {by}'s {}, which it never read", clean(&gone.value))
        }
        None => String::new(),
    }
}

pub(crate) fn name(ordering: Ordering) -> &'static str {
    match ordering {
        Ordering::Relaxed => "Relaxed",
        Ordering::Acquire => "Acquire",
        Ordering::Release => "Release",
        Ordering::AcqRel => "AcqRel",
        Ordering::SeqCst => "SeqCst",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_rounded() {
        for (ns, text) in [
            (999, "999 ns"),
            (1_500, "1.5 µs"),
            (999_960, "1 ms"),
            (4_999_999_000, "5 s"),
            (4_949_000_000, "4.9 s"),
            (120_000_000_000, "120 s"),
            (0, "0 ns"),
        ] {
            assert_eq!(duration(ns), text);
        }
        assert!(duration(u64::MAX).ends_with(" s"));
    }
}
