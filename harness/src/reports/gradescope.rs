//! A result as Gradescope's `results.json`
//! (<https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format>).

use super::words;
use crate::grading::manifest::Visibility;
use crate::grading::result::{CheckStatus, SubmissionResult};
use serde_json::{Value, json};

/// Writes the result, titles in this language. `None` without a score: where the file is missing, Gradescope says that the autograder failed and
/// keeps the submission, and that is what happened.
///
/// Gradescope hides the total from students as long as any test is hidden from them.
pub fn write(result: &SubmissionResult, language: trace::Language) -> Option<Value> {
    result.score?;
    let tests: Vec<Value> = (1_u32..)
        .zip(&result.checks)
        .map(|(number, check)| {
            json!({
                "name": words::in_language(&check.title, language),
                "number": number.to_string(),
                "score": check.points,
                "max_score": check.max,
                "status": if check.status == CheckStatus::Pass { "passed" } else { "failed" },
                "output": words::detail_with_run(check),
                "output_format": "text",
                "tags": [check.name],
                "visibility": match check.visibility {
                    Visibility::Visible => "visible",
                    Visibility::Hidden => "hidden",
                    Visibility::AfterDueDate => "after_due_date",
                    Visibility::AfterPublished => "after_published",
                },
            })
        })
        .collect();
    Some(json!({
        "execution_time": result.milliseconds.div_ceil(1000),
        "output": words::headline(result).unwrap_or_default(),
        "output_format": "text",
        "visibility": "visible",
        "tests": tests,
        "extra_data": {
            "assignment": result.assignment,
            "assignment_version": result.versions.assignment,
            "harness": result.versions.harness,
            "rustc": result.versions.rustc,
            "seed": result.seed,
        },
    }))
}

#[cfg(test)]
mod tests {
    use super::super::words::samples;
    use super::*;

    #[test]
    fn the_tests_add_up_to_the_score() {
        let value = write(&samples::graded("ada"), trace::Language::Zh).unwrap();
        let tests = value["tests"].as_array().unwrap();
        let sum: u64 = tests.iter().map(|test| test["score"].as_u64().unwrap()).sum();
        assert_eq!((sum, tests.len()), (2, 3));
        assert_eq!(tests[0]["name"], "能做到");
        assert_eq!(
            (&tests[1]["status"], &tests[2]["visibility"]),
            (&json!("failed"), &json!("hidden"))
        );
        assert_eq!(value["execution_time"], 3);
    }

    #[test]
    fn without_a_score_there_is_no_file() {
        assert_eq!(write(&samples::unknown("ada"), trace::Language::En), None);
        let broken = write(&samples::broken("bob"), trace::Language::En).unwrap();
        assert!(broken["output"].as_str().unwrap().contains("src/lib.rs:3:5"));
    }
}
