//! What no verdict of "proved" speaks about. What the engine learns to see is taken out of here, a line at a time.

/// Each is a short phrase.
const NOT_CHECKED: &[&str] = &[
    "plain memory: data races in unsafe code, use after free, leaks",
    "the counts of Arc and Weak",
    "statics of other types than std's: they keep their values from one execution to the next",
    "what functions of other languages do",
];

/// What is not checked, for an outcome.
pub(super) fn not_checked() -> Vec<String> {
    NOT_CHECKED.iter().map(|&line| line.to_owned()).collect()
}
