//! A result as an Exercism test runner writes it, version 3
//! (<https://exercism.org/docs/building/tooling/test-runners/interface>).

use super::words;
use crate::grading::manifest::Visibility;
use crate::grading::result::{CheckResult, CheckStatus, Status, SubmissionResult};
use serde_json::{Value, json};

/// The most characters of a test's output that Exercism shows.
const OUTPUT: usize = 500;

/// Writes the result, titles in this language. `checks` is the source of the checks, whose functions are shown with their tests.
///
/// The status `error` means that no test ran. Only visible checks are in it, as Exercism shows everything at once, and count in the status: a
/// failure without a failed test would puzzle everybody.
pub fn write(result: &SubmissionResult, language: trace::Language, checks: &str) -> Value {
    let shown = |visibility| matches!(visibility, Visibility::Visible);
    let (status, message) = match result.status {
        Status::Graded => {
            let mut checks = result.checks.iter().filter(|check| shown(check.visibility));
            let passes = checks.all(|check| check.status == CheckStatus::Pass);
            (if passes { "pass" } else { "fail" }, None)
        }
        _ => ("error", words::headline(result)),
    };
    let tests: Vec<Value> = result
        .checks
        .iter()
        .filter(|check| status != "error" && shown(check.visibility))
        .map(|check| {
            let passed = check.status == CheckStatus::Pass;
            json!({
                "name": words::in_language(&check.title, language),
                "status": match check.status {
                    CheckStatus::Pass => "pass",
                    CheckStatus::Fail => "fail",
                    CheckStatus::CannotTell | CheckStatus::NotRun => "error",
                },
                "message": (!passed).then(|| words::detail(check)),
                "output": passed.then(|| cut(&words::detail(check))),
                "test_code": source_of(checks, check),
            })
        })
        .collect();
    json!({ "version": 3, "status": status, "message": message, "tests": tests })
}

/// The source of the check's function, or of those of its cases.
fn source_of(checks: &str, check: &CheckResult) -> Option<String> {
    if check.cases.is_empty() {
        return words::source_of(checks, &check.name).map(str::to_owned);
    }
    let cases = check.cases.iter().filter_map(|case| words::source_of(checks, &case.name));
    let sources: Vec<&str> = cases.collect();
    (!sources.is_empty()).then(|| sources.join("\n\n"))
}

/// The beginning of a text that is too long, with a sentence saying so.
fn cut(text: &str) -> String {
    const SAYS: &str = "\nThe rest is cut.";
    if text.chars().count() <= OUTPUT {
        return text.to_owned();
    }
    text.chars().take(OUTPUT - SAYS.len()).chain(SAYS.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::words::samples;
    use super::*;

    #[test]
    fn tests_come_in_order_and_hidden_ones_not() {
        let value = write(
            &samples::graded("ada"),
            trace::Language::En,
            "pub fn fails() {\n    todo();\n}\n",
        );
        assert_eq!((&value["version"], &value["status"]), (&json!(3), &json!("fail")));
        let tests = value["tests"].as_array().unwrap();
        let statuses: Vec<&str> =
            tests.iter().map(|test| test["status"].as_str().unwrap()).collect();
        assert_eq!(statuses, ["pass", "fail"]);
        assert_eq!(tests[1]["test_code"], "pub fn fails() {\n    todo();\n}");
        assert!(tests[1]["message"].as_str().unwrap().contains("actual: [2]"));
        // Exercism knows no dates: what is for later is for nobody there.
        for later in [Visibility::AfterDueDate, Visibility::AfterPublished] {
            let mut result = samples::graded("ada");
            result.checks[2].visibility = later;
            let value = write(&result, trace::Language::En, "");
            assert_eq!(value["tests"].as_array().unwrap().len(), 2);
        }
    }

    #[test]
    fn the_status_is_that_of_the_tests_that_are_shown() {
        let mut result = samples::graded("ada");
        result.checks.retain(|check| check.name != "fails");
        result.checks[1].status = CheckStatus::Fail;
        assert!(!result.passes());
        let value = write(&result, trace::Language::En, "");
        assert_eq!(
            (&value["status"], &value["tests"][0]["status"]),
            (&json!("pass"), &json!("pass"))
        );
        assert_eq!(value["tests"].as_array().unwrap().len(), 1);
    }

    #[test]
    fn a_check_with_cases_is_shown_with_their_functions() {
        let file = "pub fn easy() {\n    a();\n}\n\npub fn hard() {\n    b();\n}\n";
        let code = source_of(file, &samples::halved("halved")).unwrap();
        assert_eq!(code, file.trim_end());
        assert_eq!(source_of("", &samples::halved("halved")), None);
    }

    #[test]
    fn error_means_that_nothing_ran() {
        let value = write(&samples::broken("bob"), trace::Language::En, "");
        assert_eq!((&value["status"], &value["tests"]), (&json!("error"), &json!([])));
        assert!(value["message"].as_str().unwrap().contains("mismatched types"));
    }

    #[test]
    fn long_outputs_are_cut() {
        assert_eq!(cut(&"字".repeat(600)).chars().count(), OUTPUT);
        assert_eq!(cut("short"), "short");
    }
}
