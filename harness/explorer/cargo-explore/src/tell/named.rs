//! Threads in the line of a verdict: called as in the picture below it.

use crate::report;
use protocol::Outcome;
use std::path::Path;
use trace::{Failure, Language};

/// What is said of a failure, with the names that the picture has for threads without one.
pub(super) fn as_drawn(says: String, outcome: &Outcome, root: &Path) -> String {
    let Some(run) = outcome.trace.as_ref().filter(|_| says.contains(THREAD)) else { return says };
    let trace::Outcome::Failed { failure } = &run.verdict.outcome else { return says };
    let run = report::quoted(run, root);
    let names = run.told(Language::En).threads;
    match failure {
        // What comes then are the program's own words.
        Failure::Panic { .. } => match says.split_once(" panics") {
            Some((who, rest)) => format!("{} panics{rest}", replaced(who, &names)),
            None => says,
        },
        _ => replaced(&says, &names),
    }
}

/// What a thread without a name is called by its number.
const THREAD: &str = "thread ";

fn replaced(text: &str, names: &[String]) -> String {
    let mut parts = text.split(THREAD);
    let mut said = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        match number.parse().ok().and_then(|number: usize| names.get(number)) {
            Some(name) => said += &format!("{name}{rest}"),
            None => said += &format!("{THREAD}{part}"),
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn a_number_is_the_name_in_the_picture() {
        let names = ["main", "t", "T2"].map(str::to_owned);
        for (text, told) in [
            (
                "deadlock: main joins thread 2; thread 1 waits for a, held by thread 12",
                "deadlock: main joins T2; t waits for a, held by thread 12",
            ),
            ("thread 1", "t"),
            ("a thread is left, and thread local", "a thread is left, and thread local"),
            ("", ""),
        ] {
            assert_eq!(replaced(text, &names), told);
        }
    }
}
