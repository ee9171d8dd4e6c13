//! A grade book as CSV: a row a submission, a column a check.

use super::words;
use crate::grading::result::{CheckStatus, Status, SubmissionResult};
use anyhow::Context;

/// Writes the grade book. Its columns are those of the first result's checks; submissions of one batch have the same.
///
/// A submission without a score has an empty cell there, never a zero. A name that a spreadsheet would take for a formula has an
/// apostrophe before it.
///
/// # Errors
///
/// When the results are of different assignments.
pub fn write(results: &[SubmissionResult]) -> anyhow::Result<String> {
    let mut writer = writer();
    let names: Vec<&str> = results
        .first()
        .map(|result| result.checks.iter().map(|check| check.name.as_str()).collect())
        .unwrap_or_default();
    let fixed = ["submission", "assignment", "status", "score", "max"];
    writer.write_record(fixed.iter().copied().chain(names.iter().copied()).chain(["message"]))?;
    for result in results {
        if result.checks.iter().map(|check| &check.name).ne(&names) {
            anyhow::bail!(
                "{} and {} were graded by different checks",
                results[0].submission,
                result.submission
            );
        }
        let status = serde_json::to_value(result.status)?;
        let mut row = vec![
            harmless(&result.submission),
            harmless(&result.assignment),
            status.as_str().unwrap_or_default().to_owned(),
            // No zero in anybody's mean for how something was packed.
            match (result.status, result.score) {
                (Status::Refused, _) | (_, None) => String::new(),
                (_, Some(score)) => score.to_string(),
            },
            result.max.to_string(),
        ];
        row.extend(result.checks.iter().map(|check| match check.status {
            CheckStatus::CannotTell => String::new(),
            _ => check.points.to_string(),
        }));
        row.push(harmless(
            words::headline(result).unwrap_or_default().lines().next().unwrap_or(""),
        ));
        writer.write_record(&row)?;
    }
    finished(writer)
}

/// What writes a table of cells, some of which are strangers'. Where cells are separated by semicolons, as in half of Europe, a quoted one is
/// still one cell.
pub(crate) fn writer() -> ::csv::Writer<Vec<u8>> {
    ::csv::WriterBuilder::new().quote_style(::csv::QuoteStyle::NonNumeric).from_writer(Vec::new())
}

/// The text of the table.
///
/// # Errors
///
/// When it cannot be written.
pub(crate) fn finished(writer: ::csv::Writer<Vec<u8>>) -> anyhow::Result<String> {
    let bytes = writer.into_inner().context("the grade book cannot be written")?;
    Ok(String::from_utf8(bytes)?)
}

/// A cell that no spreadsheet takes for a formula, and that steers no terminal. A spreadsheet may begin a cell at a semicolon, quoted or not.
pub(crate) fn harmless(text: &str) -> String {
    let text = words::harmless_name(text);
    let mut kept = String::with_capacity(text.len());
    let mut begins = true;
    for c in text.chars() {
        if begins && matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠') {
            kept.push('\'');
        }
        // Spaces at the beginning of a cell are not always part of it.
        begins = c == ';' || begins && (c == '"' || c.is_whitespace());
        kept.push(c);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::super::words::samples;
    use super::*;

    #[test]
    fn a_row_for_each_submission() {
        let results = [samples::graded("ada"), samples::unknown("=1+2")];
        let text = write(&results).unwrap();
        assert_eq!(
            text,
            "\"submission\",\"assignment\",\"status\",\"score\",\"max\",\"passes\",\"fails\",\"hidden\",\"message\"\n\
             \"ada\",\"07-queue\",\"graded\",2,6,2,0,0,\"\"\n\
             \"'=1+2\",\"07-queue\",\"cannot_tell\",\"\",6,2,\"\",0,\"The grader cannot tell; grade it again\"\n"
        );
    }

    #[test]
    fn a_name_is_one_line_and_steers_nothing() {
        let text = write(&[samples::graded("a\u{1b}[31m\nb,\"c")]).unwrap();
        assert!(text.contains("\n\"a␛[31m␤b,\"\"c\",\"07-queue\","), "{text}");
    }

    #[test]
    fn different_checks_are_no_grade_book() {
        let error = write(&[samples::graded("ada"), samples::broken("bob")]).unwrap_err();
        assert!(error.to_string().contains("ada and bob were graded by different checks"));
        assert!(write(&[]).unwrap().starts_with("\"submission\","));
    }

    /// However cells are separated where the file is opened, none of them begins as a formula.
    #[test]
    fn no_cell_is_a_formula_wherever_it_is_opened() {
        let names = [
            "=1",
            "x;=1+2",
            "x; @a",
            "+1",
            "＝1",
            " =1",
            "x;;=1",
            "x;\"=1",
            "x;\t-1",
            "\u{feff}=1",
        ];
        let results: Vec<_> = names.iter().map(|name| samples::graded(name)).collect();
        let text = write(&results).unwrap();
        for line in text.lines() {
            for separated in [";", ",", "\t"] {
                for cell in line.split(separated) {
                    let cell = cell.trim_start_matches(['"', ' ']);
                    assert!(!cell.starts_with(['=', '+', '-', '@', '＝']), "{cell} in {line}");
                }
            }
        }
        assert_eq!(harmless("a - b = c, -1: (x; y)"), "a - b = c, -1: (x; y)");
    }
}
