//! A row a student: what a grade is made of, and the files that Canvas and Moodle read.

use super::csv::{finished, harmless, writer};
use super::words;
use crate::batch::roster::{Late, Policy, Student};
use crate::grading::result::{Status, SubmissionResult};
use std::collections::BTreeMap;

/// A student's line.
struct Row<'a> {
    student: &'a Student,
    /// None if nothing was handed in.
    result: Option<&'a SubmissionResult>,
    /// The score, and what being late has cost of it. None where the grader cannot tell, and for what was refused: how something was packed is no
    /// zero.
    score: Option<(u32, Late)>,
}

fn rows<'a>(
    students: &'a [Student],
    results: &'a [SubmissionResult],
    policy: Policy,
) -> Vec<Row<'a>> {
    let by_name: BTreeMap<&str, &SubmissionResult> =
        results.iter().map(|result| (result.submission.as_str(), result)).collect();
    let row = |student: &'a Student| {
        let result = by_name.get(student.submission.as_str()).copied();
        let graded = result.filter(|result| result.status != Status::Refused);
        let score = graded.and_then(|result| result.score);
        Row { student, result, score: score.map(|score| (score, policy.of(student, score))) }
    };
    students.iter().map(row).collect()
}

impl Row<'_> {
    /// What counts: the score without what being late has cost. Empty if there is none.
    fn counts(&self) -> String {
        self.score.map_or_else(String::new, |(score, late)| (score - late.points).to_string())
    }

    fn status(&self) -> String {
        let status = self.result.and_then(|result| serde_json::to_value(result.status).ok());
        let status = status.and_then(|status| status.as_str().map(str::to_owned));
        status.unwrap_or_else(|| "nothing_handed_in".to_owned())
    }

    /// In words, for the student.
    fn feedback(&self) -> String {
        let Some(result) = self.result else { return String::new() };
        let mut text = words::headline(result).unwrap_or_default();
        text = text.lines().next().unwrap_or_default().to_owned();
        let Some((score, late)) = self.score else { return text };
        let mut said = format!("{score} of {}", result.max);
        if late.days > 0 {
            let days = if late.days == 1 {
                "1 day late".to_owned()
            } else {
                format!("{} days late", late.days)
            };
            said += &match late.points {
                0 => format!(", {days}, which costs nothing"),
                points => format!(", less {points} for {days}: {}", score - points),
            };
        }
        if text.is_empty() { said } else { format!("{said}. {text}") }
    }
}

/// `students.csv`: the score, what being late has cost, and what counts, side by side; and how many free days were used, for the assignments to come.
///
/// # Errors
///
/// When it cannot be written.
pub fn table(
    students: &[Student],
    results: &[SubmissionResult],
    policy: Policy,
) -> anyhow::Result<String> {
    let mut writer = writer();
    writer.write_record([
        "student",
        "id",
        "login",
        "email",
        "section",
        "submission",
        "status",
        "score",
        "max",
        "days_late",
        "late_points",
        "counts",
        "free_days_used",
        "assignment",
    ])?;
    for row in rows(students, results, policy) {
        let Student { submission, name, id, login, email, section, .. } = row.student;
        let mut cells: Vec<String> =
            [name, id, login, email, section, submission].map(|cell| harmless(cell)).into();
        let late = row.score.map(|(_, late)| late);
        cells.extend([
            row.status(),
            row.score.map_or_else(String::new, |(score, _)| score.to_string()),
            results.first().map_or_else(String::new, |result| result.max.to_string()),
            row.student.days_late.to_string(),
            late.map_or_else(String::new, |late| late.points.to_string()),
            row.counts(),
            late.map_or_else(String::new, |late| late.free.to_string()),
            results.first().map_or_else(String::new, |result| harmless(&result.assignment)),
        ]);
        writer.write_record(&cells)?;
    }
    finished(writer)
}

/// What Canvas imports into its gradebook
/// (<https://community.canvaslms.com/t5/Instructor-Guide/How-do-I-import-grades-in-the-Gradebook/ta-p/807>).
///
/// Its columns identify a student by ID or by login; whoever has neither is told apart by nothing, and Canvas says so. A student without a score has
/// an empty cell, which leaves what Canvas has.
///
/// # Errors
///
/// When it cannot be written.
pub fn canvas(
    assignment: &str,
    students: &[Student],
    results: &[SubmissionResult],
    policy: Policy,
) -> anyhow::Result<String> {
    let mut writer = writer();
    writer.write_record(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", assignment])?;
    let max = results.first().map_or(0, |result| result.max).to_string();
    writer.write_record(["    Points Possible", "", "", "", "", &max])?;
    for row in rows(students, results, policy) {
        let Student { name, id, login, section, .. } = row.student;
        let [name, id, login, section] = [name, id, login, section].map(|cell| harmless(cell));
        writer.write_record([name.as_str(), &id, "", &login, &section, &row.counts()])?;
    }
    finished(writer)
}

/// What Moodle takes as an assignment's offline grading worksheet
/// (<https://docs.moodle.org/en/Assignment_settings#Feedback_settings>), with the columns that its importer looks for: `Identifier`, `Grade`,
/// `Last modified (grade)`, `Feedback comments`. Its gradebook takes the same file by `Email address`.
///
/// # Errors
///
/// When it cannot be written.
pub fn moodle(
    students: &[Student],
    results: &[SubmissionResult],
    policy: Policy,
) -> anyhow::Result<String> {
    let mut writer = writer();
    writer.write_record([
        "Identifier",
        "Full name",
        "Email address",
        "Status",
        "Grade",
        "Maximum grade",
        "Last modified (grade)",
        "Feedback comments",
    ])?;
    let max = results.first().map_or(0, |result| result.max).to_string();
    for row in rows(students, results, policy) {
        let Student { name, id, email, .. } = row.student;
        let id = if id.is_empty() { String::new() } else { format!("Participant {id}") };
        let [id, name, email, feedback] =
            [&id, name, email, &row.feedback()].map(|cell| harmless(cell));
        let status = row.status();
        let counts = row.counts();
        writer.write_record([&id, &name, &email, &status, &counts, &max, "-", &feedback])?;
    }
    finished(writer)
}

#[cfg(test)]
mod tests {
    use super::super::words::samples;
    use super::*;

    fn student(name: &str, submission: &str, id: &str, days_late: u32) -> Student {
        Student {
            name: name.to_owned(),
            submission: submission.to_owned(),
            id: id.to_owned(),
            days_late,
            ..Student::default()
        }
    }

    fn class() -> (Vec<Student>, Vec<SubmissionResult>) {
        let mut refused = samples::graded("zip");
        (refused.status, refused.score) = (Status::Refused, Some(0));
        let results = vec![samples::graded("team"), samples::unknown("unsure"), refused];
        let students = vec![
            student("Ada", "team", "1", 0),
            student("=Bob;=1", "team", "2", 3),
            student("Cy", "unsure", "3", 1),
            student("Dan", "nothing", "4", 0),
            student("Eve", "zip", "5", 0),
        ];
        (students, results)
    }

    const POLICY: Policy = Policy { points_a_day: 1, free_days: Some(2), term_days: None };

    fn read(text: &str) -> Vec<Vec<String>> {
        let mut reader =
            ::csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        reader.records().map(|it| it.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn what_being_late_costs_stands_beside_the_score() {
        let (students, results) = class();
        let rows = read(&table(&students, &results, POLICY).unwrap());
        let last: Vec<&[String]> = rows.iter().map(|row| &row[5..]).collect();
        assert_eq!(
            last[0],
            [
                "submission",
                "status",
                "score",
                "max",
                "days_late",
                "late_points",
                "counts",
                "free_days_used",
                "assignment"
            ]
        );
        let here = "07-queue";
        assert_eq!(last[1], ["team", "graded", "2", "6", "0", "0", "2", "0", here]);
        assert_eq!(last[2], ["team", "graded", "2", "6", "3", "1", "1", "2", here]);
        assert_eq!(last[3], ["unsure", "cannot_tell", "", "6", "1", "", "", "", here]);
        assert_eq!(last[4], ["nothing", "nothing_handed_in", "", "6", "0", "", "", "", here]);
        assert_eq!(last[5], ["zip", "refused", "", "6", "0", "", "", "", here]);
        assert_eq!(rows[2][0], "'=Bob;'=1");
    }

    #[test]
    fn canvas_finds_its_columns_and_the_points() {
        let (students, results) = class();
        let rows = read(&canvas("07-queue", &students, &results, POLICY).unwrap());
        assert_eq!(
            rows[0],
            ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "07-queue"]
        );
        assert_eq!(rows[1], ["    Points Possible", "", "", "", "", "6"]);
        assert_eq!(rows[2], ["Ada", "1", "", "", "", "2"]);
        assert_eq!((rows[3][5].as_str(), rows[4][5].as_str()), ("1", ""));
    }

    #[test]
    fn moodle_finds_its_columns() {
        let (students, results) = class();
        let rows = read(&moodle(&students, &results, POLICY).unwrap());
        for wanted in ["Identifier", "Grade", "Last modified (grade)", "Feedback comments"] {
            assert_eq!(rows[0].iter().filter(|name| *name == wanted).count(), 1);
        }
        assert_eq!((rows[1][0].as_str(), rows[1][4].as_str()), ("Participant 1", "2"));
        assert_eq!(rows[2][7], "2 of 6, less 1 for 3 days late: 1");
        assert_eq!((rows[3][4].as_str(), rows[4][7].as_str()), ("", ""));
    }
}
