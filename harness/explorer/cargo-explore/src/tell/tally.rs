//! How many tests came to what, and the exit code that follows.

use super::words::Words;
use crate::second::{Both, Second};
use crate::suite::Test;
use protocol::Status;
use std::collections::{BTreeMap, BTreeSet};

/// What it all came to: the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Ending {
    /// Every test is proved, or a part of its search is done, or a replayed run ends well.
    AsItShouldBe = 0,
    /// A test fails.
    Failed = 1,
    /// The command line makes no sense.
    Misused = 2,
    /// Nothing fails, and something is not proved.
    NotProved = 3,
    /// Something cannot be explored.
    Refused = 4,
    /// Every test holds, and one of them only as long as no time-out fires early.
    UnlessEarly = 5,
    /// Somebody stopped it.
    Stopped = crate::stop::CODE,
}

impl Ending {
    /// Whether a run that fails is shown with it.
    pub(super) fn shows_a_failure(self) -> bool {
        matches!(self, Ending::Failed | Ending::UnlessEarly)
    }

    /// In JSON.
    pub(super) fn word(self) -> &'static str {
        match self {
            Ending::AsItShouldBe => "proved",
            Ending::Failed => "failed",
            Ending::Misused => "misused",
            Ending::NotProved => "not_proved",
            Ending::Refused => "refused",
            Ending::UnlessEarly => "unless_early",
            Ending::Stopped => "stopped",
        }
    }
}

/// What an outcome counts as. A replay that ends well is all that was asked for.
pub(super) fn kind(both: &Both, replayed: bool) -> Ending {
    let outcome = &both.outcome;
    match outcome.status {
        Status::Failed if matches!(both.second, Some(Second::Failed(_))) => Ending::UnlessEarly,
        Status::Proved => Ending::AsItShouldBe,
        // A search that was given up has no run to show, and shows nothing.
        Status::Failed if outcome.trace.is_some() => Ending::Failed,
        Status::Failed | Status::Refused => Ending::Refused,
        Status::NotProved if replayed && outcome.too_long == 0 => Ending::AsItShouldBe,
        // Its part of the search is done.
        Status::NotProved if outcome.part > 0 => Ending::AsItShouldBe,
        Status::NotProved => Ending::NotProved,
    }
}

/// How many tests came to what.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    pub proved: usize,
    pub failed: Vec<String>,
    /// The packages whose tests were explored.
    pub packages: BTreeSet<String>,
    /// Which only the second look found to fail.
    pub unless_early: usize,
    pub not_proved: usize,
    pub refused: usize,
    pub ignored: usize,
    pub replayed: usize,
    /// Of which a part of the search is done.
    pub in_part: usize,
    /// Of those that were asked for, when it was stopped.
    pub not_reached: usize,
    /// How many executables with tests do not compile.
    pub uncompiled: usize,
    /// What the proofs do not speak about.
    pub not_checked: Vec<String>,
    /// What is accepted, and whether it occurred.
    accepted: BTreeMap<String, bool>,
}

impl Tally {
    /// Counts a test that came to this; `name` begins with its package.
    pub fn count(&mut self, kind: Ending, replayed: bool, name: String) {
        match kind {
            Ending::AsItShouldBe if replayed => self.replayed += 1,
            Ending::AsItShouldBe => self.proved += 1,
            Ending::Failed => self.failed.push(name),
            Ending::UnlessEarly => self.unless_early += 1,
            Ending::NotProved => self.not_proved += 1,
            _ => self.refused += 1,
        }
    }

    /// The tests that fail, each as what chooses it.
    pub fn failed(&self) -> String {
        let several = self.packages.len() > 1;
        let shown = |name: &String| match name.split_once(' ') {
            Some((_, rest)) if !several => rest.to_owned(),
            _ => format!("-p {name}"),
        };
        self.failed.iter().map(shown).collect::<Vec<_>>().join(", ")
    }

    /// Notes what is accepted in a test, and what of it occurred.
    pub fn accept(&mut self, test: &Test, occurred: &[&str]) {
        for accepted in &test.accepted {
            let text = accepted.text.as_str();
            *self.accepted.entry(text.to_owned()).or_default() |= occurred.contains(&text);
        }
    }

    /// What is accepted and did not occur.
    pub fn never_met(&self) -> impl Iterator<Item = &str> {
        self.accepted.iter().filter(|(_, occurred)| !**occurred).map(|(text, _)| text.as_str())
    }

    /// Notes what a proof does not speak about.
    pub fn note(&mut self, not_checked: &[String]) {
        let new = not_checked.iter().filter(|line| !self.not_checked.contains(line));
        let new: Vec<String> = new.cloned().collect();
        self.not_checked.extend(new);
    }

    /// What it all came to.
    pub fn ending(&self) -> Ending {
        match self {
            _ if !self.failed.is_empty() => Ending::Failed,
            _ if self.refused + self.uncompiled > 0 => Ending::Refused,
            _ if self.not_proved > 0 => Ending::NotProved,
            _ if self.unless_early > 0 => Ending::UnlessEarly,
            _ => Ending::AsItShouldBe,
        }
    }

    /// In words.
    pub fn told(&self, words: &Words) -> String {
        let numbers = [
            self.proved,
            self.replayed,
            self.in_part,
            self.failed.len(),
            self.unless_early,
            self.not_proved,
            self.refused,
            self.ignored,
            self.not_reached,
        ];
        let each = numbers.iter().zip(words.counted).filter(|(number, _)| **number > 0);
        let each: Vec<String> = each.map(|(number, what)| format!("{number} {what}")).collect();
        match numbers.iter().sum() {
            0 => words.no_tests.to_owned(),
            all => format!("{}{}", (words.tests)(all), each.join(words.and)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_fails_among_several_packages_is_named_with_its_own() {
        let mut tally = Tally::default();
        tally.packages.insert("bus".to_owned());
        for name in ["bus --lib a", "bus --test b c"] {
            tally.count(Ending::Failed, false, name.to_owned());
        }
        assert_eq!(tally.failed(), "--lib a, --test b c");
        tally.packages.insert("app".to_owned());
        assert_eq!(tally.failed(), "-p bus --lib a, -p bus --test b c");
    }
}
