//! What a test asks for itself, in comments above it: bounds without an attribute, so that the crate compiles as before.

use crate::drive::Asked;
use std::path::Path;

/// What the comments above a test ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct OfTest {
    /// As in the documentation of a scenario.
    pub asked: Asked,
    /// That there is no second look, in which time-outs fire early.
    pub late_timeouts: bool,
    /// What is accepted in crates of others, as it is written.
    pub accept: Vec<String>,
}

/// What the test in this file asks for whose function begins in this line. What cannot be read asks for nothing.
pub(crate) fn of(file: &Path, line: u32) -> OfTest {
    std::fs::read_to_string(file).map_or_else(|_| OfTest::default(), |text| read(&text, line))
}

fn read(source: &str, line: u32) -> OfTest {
    let before: Vec<&str> =
        source.lines().take(line.saturating_sub(1) as usize).map(str::trim).collect();
    // Attributes and comments, up to what is of another item.
    let is_above = |line: &&&str| {
        line.starts_with("//") || !(line.is_empty() || line.ends_with([';', '{', '}', ',']))
    };
    let above = before.iter().rev().take_while(is_above).filter_map(|line| comment(line));
    let head = before.iter().take_while(|line| line.is_empty() || line.starts_with("//"));
    let mut found = OfTest::default();
    for text in above {
        found.asked.eager_timeouts |= text.starts_with("Time-outs fire at any moment");
        found.late_timeouts |= text.starts_with("Time-outs fire only when nothing else can happen");
        found.asked.leaks |= text.starts_with(NO_LEAKS);
        found.accept.extend(accepted(text));
        found.asked.detached |= text.starts_with("Threads may be left running");
        found.asked.looks = looks(text).or(found.asked.looks);
    }
    let head: Vec<&str> = head.filter_map(|line| comment(line)).collect();
    found.asked.leaks |= head.iter().any(|text| text.starts_with(NO_LEAKS));
    found.accept.extend(head.iter().copied().filter_map(accepted));
    if found.asked.looks.is_none() {
        found.asked.looks = head.into_iter().find_map(looks);
    }
    found
}

/// How a test asks that memory does not leak.
const NO_LEAKS: &str = "Memory must not leak";

/// What a line accepts.
fn accepted(text: &str) -> Option<String> {
    Some(text.strip_prefix("Accepted: ")?.trim().to_owned())
}

/// The text of a line that is a comment.
fn comment(line: &str) -> Option<&str> {
    line.strip_prefix("//").map(|text| text.trim_start_matches(['/', '!']).trim_start())
}

/// To how many looks a line bounds loops.
fn looks(text: &str) -> Option<u8> {
    let (number, rest) = text.strip_prefix("At most ")?.split_once(' ')?;
    let number = rest.starts_with("look").then(|| number.parse().ok()).flatten();
    number.filter(|&number| number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_file() -> Vec<String> {
        vec!["data race in a src/x.rs".to_owned()]
    }

    const SOURCE: &str = "// At most 3 looks.
// Accepted: data race in a src/x.rs

use std::thread;

// Time-outs fire at any moment
#[test]
fn first() {}
/// Two things.
///
/// At most 2 looks: more change nothing.
/// Memory must not leak.
// Accepted: data race in b
#[test]
#[should_panic(
    expected = \"Time-outs fire at any moment\"
)]
// Time-outs fire only when nothing else can happen.
fn second() {}

// Threads may be left running: one for the metrics.
#[test]
fn third() {}
";

    fn asked(name: &str) -> OfTest {
        let line = SOURCE.lines().position(|line| line.contains(name)).unwrap();
        read(SOURCE, u32::try_from(line).unwrap() + 1)
    }

    #[test]
    fn a_test_asks_in_the_comments_above_it() {
        let first = Asked {
            eager_timeouts: true,
            looks: Some(3),
            leaks: false,
            detached: false,
            ..Asked::default()
        };
        assert_eq!(
            asked("fn first"),
            OfTest { asked: first, late_timeouts: false, accept: of_file() }
        );
        let second = Asked {
            eager_timeouts: false,
            looks: Some(2),
            leaks: true,
            detached: false,
            ..Asked::default()
        };
        assert_eq!(
            asked("fn second"),
            OfTest {
                asked: second,
                late_timeouts: true,
                accept: vec!["data race in b".to_owned(), of_file().remove(0)]
            }
        );
        let third = Asked {
            eager_timeouts: false,
            looks: Some(3),
            leaks: false,
            detached: true,
            ..Asked::default()
        };
        assert_eq!(
            asked("fn third"),
            OfTest { asked: third, late_timeouts: false, accept: of_file() }
        );
        assert_eq!(read("", 7), OfTest::default());
    }
}
