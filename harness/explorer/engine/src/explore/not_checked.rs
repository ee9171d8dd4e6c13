//! What no verdict of "proved" speaks about. What the engine learns to see is taken out of here, a line at a time.

use crate::config::Config;
use crate::machine::plain;

/// What is checked after all in a program that tells of its accesses to memory, and what is left of it.
const SEEN_BY_INSTRUMENTATION: &[(&str, Option<&str>)] = &[
    ("plain memory: data races in unsafe code, use after free, leaks", Some(LEAKS)),
    ("the counts of Arc and Weak", None),
    (
        "statics of other types than std's: they keep their values from one execution to the next",
        None,
    ),
];

/// What is looked for when it is asked for.
const LEAKS: &str = "leaks of memory";

/// Each is a short phrase.
const NOT_CHECKED: &[&str] = &[
    "plain memory: data races in unsafe code, use after free, leaks",
    "the counts of Arc and Weak",
    "statics of other types than std's: they keep their values from one execution to the next",
    "what functions of other languages do",
];

/// What instrumentation does not reach. Of a program without it nothing is said of memory anyway.
const WITHOUT_INSTRUMENTATION: &str = "what std's precompiled code does with memory, as when it formats a number or makes room in a Vec";

/// What is not checked, for an outcome.
pub(super) fn not_checked(config: &Config) -> Vec<String> {
    let lines = NOT_CHECKED.iter().filter_map(|line| {
        let seen = SEEN_BY_INSTRUMENTATION.iter().find(|(other, _)| other == line);
        match seen.filter(|_| plain::is_on()) {
            Some((_, instead)) => instead.filter(|line| !config.leaks || *line != LEAKS),
            None => Some(*line),
        }
    });
    let unseen = plain::is_on().then_some(WITHOUT_INSTRUMENTATION);
    lines.chain(unseen).map(str::to_owned).collect()
}
