//! A result as PrairieLearn's `results.json`
//! (<https://prairielearn.readthedocs.io/en/latest/externalGrading/#grading-results>).

use super::words;
use crate::grading::manifest::Visibility;
use crate::grading::result::{CheckStatus, Status, SubmissionResult};
use serde_json::{Value, json};

/// PrairieLearn takes 1 MB. So much of a text is kept, and there are some dozen of them.
const TEXT: usize = 8_000;

/// Writes the result, titles in this language. `None` without a score: PrairieLearn then says that grading failed, and takes no attempt away.
///
/// What was refused or does not compile is not gradable, as PrairieLearn calls it, and costs no attempt either. It shows all tests at once, so that
/// only the visible ones are there; the score is that of all.
pub fn write(result: &SubmissionResult, language: trace::Language) -> Option<Value> {
    let score = result.score?;
    if result.status != Status::Graded {
        let why = cut(&words::headline(result).unwrap_or_default());
        return Some(json!({ "gradable": false, "format_errors": [why] }));
    }
    let shown = |visibility| matches!(visibility, Visibility::Visible);
    let tests: Vec<Value> = result
        .checks
        .iter()
        .filter(|check| shown(check.visibility))
        .map(|check| {
            json!({
                "name": check.name,
                "description": words::in_language(&check.title, language),
                "points": check.points,
                "max_points": check.max,
                "message": match check.status {
                    CheckStatus::Pass => String::new(),
                    _ => cut(&words::detail(check)),
                },
            })
        })
        .collect();
    Some(json!({
        "gradable": true,
        "score": if result.max == 0 { 1.0 } else { f64::from(score) / f64::from(result.max) },
        "message": words::headline(result).map(|text| cut(&text)).unwrap_or_default(),
        "tests": tests,
    }))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(TEXT) {
        Some((end, _)) => format!("{}\nThe rest is cut.", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::samples;
    use super::*;
    use trace::Language;

    /// The page above, as a schema: what is mandatory, and of which type the rest is.
    fn documented() -> jsonschema::Validator {
        let text = json!({ "type": "string" });
        let points = json!({ "type": "number", "minimum": 0 });
        jsonschema::validator_for(&json!({
            "type": "object",
            "properties": {
                "gradable": { "type": "boolean" },
                "score": { "type": "number", "minimum": 0, "maximum": 1 },
                "message": text,
                "output": text,
                "format_errors": { "type": ["string", "array"], "items": text },
                "tests": { "type": "array", "items": {
                    "type": "object",
                    "properties": {
                        "name": text, "description": text, "message": text, "output": text,
                        "points": points, "max_points": points,
                    },
                    "required": ["name", "points", "max_points"],
                    "additionalProperties": false,
                } },
            },
            "additionalProperties": false,
            "if": { "properties": { "gradable": { "const": false } }, "required": ["gradable"] },
            "then": { "required": ["format_errors"] },
            "else": { "required": ["score"] },
        }))
        .unwrap()
    }

    #[test]
    fn it_is_as_prairielearn_documents_it() {
        let documented = documented();
        for result in [samples::graded("ada"), samples::broken("bob")] {
            let value = write(&result, Language::En).unwrap();
            assert!(documented.is_valid(&value), "{value:#}");
        }
        let value = write(&samples::graded("ada"), Language::En).unwrap();
        assert_eq!(value["score"], 2.0 / 6.0);
        let names: Vec<&Value> =
            value["tests"].as_array().unwrap().iter().map(|test| &test["name"]).collect();
        assert_eq!(names, ["passes", "fails"]);
        assert!(value["tests"][1]["message"].as_str().unwrap().contains("actual: [2]"));
    }

    #[test]
    fn trouble_of_the_graders_own_is_no_result() {
        assert_eq!(write(&samples::unknown("ada"), Language::En), None);
        let mut large = samples::broken("bob");
        large.message = Some("字".repeat(600_000));
        let value = write(&large, Language::En).unwrap();
        assert_eq!(value["gradable"], false);
        assert!(serde_json::to_vec(&value).unwrap().len() < 100_000);
    }
}
