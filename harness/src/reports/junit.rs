//! Results as JUnit's XML: a suite a submission, a case a check.

use super::words;
use crate::grading::result::{CheckStatus, SubmissionResult};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;

/// Writes the report. A check that is not passed is a `failure`, whatever ended it: a value, a panic, a crash, a limit. An `error` is trouble of
/// the grader's own and nothing else, so that whoever counts errors counts what has to be graded again. A check that was not run because it
/// depends on another is skipped.
///
/// # Errors
///
/// When the XML cannot be written.
pub fn write(assignment: &str, results: &[SubmissionResult]) -> anyhow::Result<String> {
    let mut report = Report::new(assignment);
    report.add_test_suites(results.iter().map(suite));
    Ok(report.to_string()?)
}

fn suite(result: &SubmissionResult) -> TestSuite {
    let mut suite = TestSuite::new(words::harmless_name(&result.submission));
    suite.set_time(Duration::from_millis(result.milliseconds));
    let headline = words::headline(result);
    if let Some(text) = &headline {
        suite.set_system_err(text.as_str());
    }
    suite.add_test_cases(result.checks.iter().map(|check| {
        let mut status = match check.status {
            CheckStatus::Pass => TestCaseStatus::success(),
            CheckStatus::Fail => TestCaseStatus::non_success(NonSuccessKind::Failure),
            CheckStatus::CannotTell => TestCaseStatus::non_success(NonSuccessKind::Error),
            // Where nothing could be run, each check is one that the submission does not pass.
            CheckStatus::NotRun if headline.is_some() && result.score.is_some() => {
                TestCaseStatus::non_success(NonSuccessKind::Failure)
            }
            CheckStatus::NotRun => TestCaseStatus::skipped(),
        };
        if check.status != CheckStatus::Pass {
            let message = words::harmless(check.message.as_deref().unwrap_or_default());
            status.set_message(message.lines().next().unwrap_or_default().to_owned());
            status.set_description(words::detail_with_run(check));
        }
        let mut case = TestCase::new(check.name.as_str(), status);
        case.set_classname(result.assignment.as_str());
        case.set_time(Duration::from_millis(check.milliseconds));
        case
    }));
    suite
}

#[cfg(test)]
mod tests {
    use super::super::words::samples;
    use super::*;

    /// What another parser finds: for each case its name and the kind of thing in it.
    fn cases(xml: &str) -> Vec<(String, String)> {
        let document = roxmltree::Document::parse(xml).unwrap();
        let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
        cases
            .map(|case| {
                let kind = case.children().find(roxmltree::Node::is_element);
                let kind = kind.map_or("pass", |node| node.tag_name().name());
                (case.attribute("name").unwrap().to_owned(), kind.to_owned())
            })
            .collect()
    }

    #[test]
    fn failures_are_the_submissions_and_errors_are_the_graders() {
        let results = [samples::graded("ada"), samples::unknown("bob"), samples::broken("cy")];
        let xml = write("07-queue", &results).unwrap();
        let kinds: Vec<String> =
            cases(&xml).into_iter().map(|(n, kind)| format!("{n} {kind}")).collect();
        assert_eq!(
            kinds,
            [
                "passes pass",
                "fails failure",
                "hidden skipped",
                "passes pass",
                "fails error",
                "hidden skipped",
                "passes failure",
                "fails failure"
            ]
        );
        assert!(
            xml.contains("wrong ␛[31mred␛[0m &lt;b&gt;"),
            "no colours, and no markup of a stranger's: {xml}"
        );
    }
}
