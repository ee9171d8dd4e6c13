//! All of it as JUnit's XML, which every CI reads.

use super::{Ending, Told};
use crate::suite::{Suite, Test};
use anyhow::Context;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::path::Path;

/// What will be written at the end: a report counts what is in a suite when the suite is added to it.
#[derive(Debug, Default)]
pub(super) struct Junit(Vec<TestSuite>);

impl Junit {
    pub fn suite(&mut self, suite: &Suite) {
        self.0.push(TestSuite::new(format!("{} {}", suite.package, suite.flag)));
    }

    /// What came of a test: a failure if it fails, an error if it is not known whether it does. What holds unless a time-out fires early, holds there.
    pub fn test(&mut self, told: &Told<'_>, says: &str, picture: &str) {
        let kind = match told.kind {
            Ending::AsItShouldBe | Ending::UnlessEarly => None,
            Ending::Failed => Some(NonSuccessKind::Failure),
            _ => Some(NonSuccessKind::Error),
        };
        let mut status = match kind {
            None => TestCaseStatus::success(),
            Some(kind) => TestCaseStatus::non_success(kind),
        };
        if kind.is_some() {
            status.set_message(says).set_type(told.kind.word()).set_description(picture);
        }
        let mut case = TestCase::new(told.both.outcome.name.as_str(), status);
        case.set_classname(told.suite.package.as_str()).set_time(told.both.outcome.elapsed);
        match told.kind {
            Ending::UnlessEarly => drop(case.set_system_out(format!("{says}\n{picture}"))),
            _ if kind.is_none() => drop(case.set_system_out(says)),
            _ => {}
        }
        self.add(case);
    }

    pub fn ignored(&mut self, test: &Test) {
        let mut status = TestCaseStatus::skipped();
        status.set_message(test.why.as_deref().unwrap_or("ignored"));
        self.add(TestCase::new(test.name.as_str(), status));
    }

    /// What is no test of a suite, and not explored.
    pub fn left_out(&mut self, what: &str, why: &str) {
        let mut status = TestCaseStatus::skipped();
        status.set_message(why);
        self.0.push(TestSuite::new(what));
        self.add(TestCase::new(what, status));
    }

    fn add(&mut self, case: TestCase) {
        if let Some(suite) = self.0.last_mut() {
            suite.add_test_case(case);
        }
    }

    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let unwritten = || format!("{} cannot be written", path.display());
        let mut report = Report::new("cargo explore");
        report.add_test_suites(self.0.iter().cloned());
        let text = report.to_string().with_context(unwritten)?;
        std::fs::write(path, text).with_context(unwritten)
    }
}
