//! How a verdict was found and what it covers.

use crate::chart::Chart;
use crate::words::{clean, duration};
use crate::{Origin, Outcome, Search, chinese};

/// How the verdict was found and what it covers, a line each.
pub(crate) fn search(chart: &Chart<'_>) -> Vec<(&'static str, String)> {
    if super::is_chinese(chart) {
        return chinese::search(chart);
    }
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
        let time = match ms {
            0 => "less than 1 ms".to_owned(),
            ms => duration(ms.saturating_mul(1_000_000)),
        };
        lines.push(("time", time));
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

/// `1 execution`, `2,200 executions`.
pub(crate) fn counted(executions: u64) -> String {
    let s = if executions == 1 { "" } else { "s" };
    format!("{} execution{s}", grouped(executions))
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
