//! Who has handed in what, and how late: a CSV of the instructor's.
//!
//! | column | what is in it |
//! |---|---|
//! | `submission` | what the submission is called in results; in several rows, it is a group's |
//! | `student` | the student's name |
//! | `id` | the platform's number: Canvas's ID, Moodle's participant |
//! | `login`, `email`, `section` | as platforms know the student |
//! | `days_late` | how many days after it was due; one that has begun counts |
//! | `free_days` | how many of them cost this student nothing, where that is another number than everybody's |
//! | `term_days` | how many cost this student nothing in the whole term, where that is another number than everybody's |
//!
//! Only `submission` has to be there. The first line names the columns, in any order.

use super::attempts;
use crate::grading::result::SubmissionResult;
use crate::reports::words::harmless_name;
use anyhow::{Context, bail};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;

/// The most bytes of a roster.
const BYTES: u64 = 8 << 20;
/// The most days: more is a mistake in the file.
const DAYS: u32 = 3650;

const COLUMNS: [&str; 9] = [
    "submission",
    "student",
    "id",
    "login",
    "email",
    "section",
    "days_late",
    "free_days",
    "term_days",
];

/// A student, and what he has handed in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Student {
    /// What the submission is called in results.
    pub submission: String,
    /// The name.
    pub name: String,
    /// The platform's number.
    pub id: String,
    /// What the student types to come in.
    pub login: String,
    /// The address.
    pub email: String,
    /// The section of the course.
    pub section: String,
    /// How many days late.
    pub days_late: u32,
    /// How many of them are free, if not as many as everybody's.
    pub free_days: Option<u32>,
    /// How many are free in the whole term, if not as many as everybody's.
    pub term_days: Option<u32>,
    /// How many of those were used in earlier assignments.
    pub used_days: u32,
}

/// What being late costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Points for each day that counts.
    pub points_a_day: u32,
    /// Days that do not count; none, if there is no budget for the term either.
    pub free_days: Option<u32>,
    /// Days that do not count, in all assignments of the term together.
    pub term_days: Option<u32>,
}

/// What being late has cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Late {
    /// Days after it was due.
    pub days: u32,
    /// How many of them do not count.
    pub free: u32,
    /// Points that are taken off.
    pub points: u32,
}

impl Policy {
    /// What is taken from this score of the student's; never more than there is.
    pub fn of(&self, student: &Student, score: u32) -> Late {
        let here = student.free_days.or(self.free_days);
        let term = student.term_days.or(self.term_days);
        let left = term.map(|term| term.saturating_sub(student.used_days));
        // With a budget, what is free here is the most of it that may be spent here.
        let free = match (here, left) {
            (Some(here), Some(left)) => here.min(left),
            (here, left) => here.or(left).unwrap_or(0),
        };
        // Where there is nothing to save, none is spent.
        let free = if score == 0 { 0 } else { free.min(student.days_late) };
        let counted = student.days_late - free;
        let points = counted.saturating_mul(self.points_a_day).min(score);
        Late { days: student.days_late, free, points }
    }
}

/// Reads a roster.
///
/// # Errors
///
/// When it cannot be read, or a line makes no sense; the message names it.
pub fn read(path: &Path) -> anyhow::Result<Vec<Student>> {
    parse(&text(path)?).with_context(|| path.display().to_string())
}

/// A CSV of the instructor's, as text.
pub(super) fn text(path: &Path) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path);
    let file = file.with_context(|| format!("{} cannot be read", path.display()))?;
    file.take(BYTES + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    if bytes.len() as u64 > BYTES {
        bail!("{} is larger than {} MB", path.display(), BYTES >> 20);
    }
    let text = String::from_utf8(bytes);
    text.with_context(|| format!("{} is not UTF-8; save it as such", path.display()))
}

/// What is between two cells. Spreadsheets write a semicolon where a comma is for decimals.
pub(super) fn between(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    if first.contains(';') && !first.contains(',') { b';' } else { b',' }
}

fn parse(text: &str) -> anyhow::Result<Vec<Student>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = ::csv::ReaderBuilder::new()
        .delimiter(between(text))
        .trim(::csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut names = Vec::new();
    for name in reader.headers()? {
        let name = name.to_lowercase().replace([' ', '-'], "_");
        let Some(column) = COLUMNS.iter().position(|known| *known == name) else {
            bail!(
                "line 1: there is no column `{}`; there are: {}",
                harmless_name(&name),
                COLUMNS.join(", ")
            );
        };
        if names.contains(&column) {
            bail!("line 1: there are two columns `{name}`");
        }
        names.push(column);
    }
    if !names.contains(&0) {
        bail!("line 1: there is no column `submission`");
    }
    let mut students = Vec::new();
    let mut whose: BTreeMap<String, u64> = BTreeMap::new();
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, ::csv::Position::line);
        let mut student = Student::default();
        for (column, cell) in names.iter().zip(&record) {
            student.take(*column, cell).with_context(|| format!("line {line}"))?;
        }
        if student.submission.is_empty() {
            bail!("line {line}: it says of no submission whose it is");
        }
        if let Some(key) = student.key()
            && let Some(other) = whose.insert(key, line)
        {
            bail!("lines {other} and {line} are of the same student; only one can count");
        }
        students.push(student);
    }
    Ok(students)
}

impl Student {
    fn take(&mut self, column: usize, cell: &str) -> anyhow::Result<()> {
        let text = cell.to_owned();
        match column {
            0 => self.submission = text,
            1 => self.name = text,
            2 => self.id = text,
            3 => self.login = text,
            4 => self.email = text,
            5 => self.section = text,
            6 => self.days_late = days(cell)?.unwrap_or(0),
            7 => self.free_days = days(cell)?,
            _ => self.term_days = days(cell)?,
        }
        Ok(())
    }

    /// What tells the student from all others. A group's members without any of it are one.
    fn key(&self) -> Option<String> {
        let mut all =
            [("id", &self.id), ("login", &self.login), ("email", &self.email)].into_iter();
        let found = all.find(|(_, value)| !value.is_empty());
        found.map(|(kind, value)| format!("{kind} {}", value.to_lowercase()))
    }
}

/// A number of days; one that has begun counts.
pub(super) fn days(cell: &str) -> anyhow::Result<Option<u32>> {
    if cell.is_empty() {
        return Ok(None);
    }
    let number: f64 = cell
        .replace(',', ".")
        .parse()
        .ok()
        .filter(|days: &f64| days.is_finite())
        .with_context(|| format!("`{}` is no number of days", harmless_name(cell)))?;
    if !(0.0..=f64::from(DAYS)).contains(&number) {
        bail!("`{}` is no number of days from 0 to {DAYS}", harmless_name(cell));
    }
    Ok(Some(number.ceil() as u32))
}

/// The students of a batch without a roster: what the platforms' names of files say. An id that several submissions have is nobody's.
pub fn of_names(results: &[SubmissionResult]) -> Vec<Student> {
    let claimed = claimed_twice(results.iter().map(|result| result.submission.as_str()));
    let student = |result: &SubmissionResult| {
        let student = of_name(&result.submission);
        let id = if claimed.contains_key(&student.id) { String::new() } else { student.id };
        Student { id, ..student }
    };
    results.iter().map(student).collect()
}

/// The ids that the names of several submissions have in them, with these.
pub fn claimed_twice<'a>(
    submissions: impl IntoIterator<Item = &'a str>,
) -> BTreeMap<String, Vec<String>> {
    let mut claimed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for submission in submissions {
        let id = of_name(submission).id;
        if !id.is_empty() {
            claimed.entry(id).or_default().push(submission.to_owned());
        }
    }
    claimed.retain(|_, submissions| submissions.len() > 1);
    claimed
}

/// `smithjohn_1234_5_queue` is a file of Canvas's, and `John Smith_1234_assignsubmission_file` one of Moodle's.
fn of_name(submission: &str) -> Student {
    let attempt = attempts::attempt_of(submission);
    let known = attempt.as_ref().map_or(submission, |attempt| attempt.student.as_str());
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (name, id) = match known.rsplit_once('_') {
        Some((name, id)) if attempt.is_some() && is_number(id) && !name.is_empty() => (name, id),
        _ => (submission, ""),
    };
    Student {
        submission: submission.to_owned(),
        name: name.to_owned(),
        id: id.to_owned(),
        ..Student::default()
    }
}

/// Submissions that are nobody's, and students' whose submission is not there.
pub fn unmatched(students: &[Student], results: &[SubmissionResult]) -> (Vec<String>, Vec<String>) {
    let known: BTreeSet<&str> = students.iter().map(|it| it.submission.as_str()).collect();
    let there: BTreeSet<&str> = results.iter().map(|it| it.submission.as_str()).collect();
    let owned = |names: BTreeSet<&str>| names.into_iter().map(str::to_owned).collect();
    (owned(&there - &known), owned(&known - &there))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::words::samples;

    #[test]
    fn columns_come_in_any_order_and_most_may_be_left_out() {
        let text = "\u{feff}Student;Submission;Days late;free_days\r\nAda;team1;1,2;\r\nBob;team1;;2\r\nCy;solo;3;\r\n";
        let students = parse(text).unwrap();
        let policy = Policy { points_a_day: 2, free_days: Some(1), term_days: None };
        let late: Vec<(&str, Late)> =
            students.iter().map(|it| (it.name.as_str(), policy.of(it, 3))).collect();
        assert_eq!(
            late,
            [
                ("Ada", Late { days: 2, free: 1, points: 2 }),
                ("Bob", Late { days: 0, free: 0, points: 0 }),
                // Not more than there is.
                ("Cy", Late { days: 3, free: 1, points: 3 }),
            ]
        );
        assert_eq!(students[1].submission, "team1");
    }

    #[test]
    fn a_budget_for_the_term_is_spent_once() {
        let student = |days_late, used_days, free_days, term_days| Student {
            days_late,
            used_days,
            free_days,
            term_days,
            ..Student::default()
        };
        let free = |here, term, student: Student| {
            let policy = Policy { points_a_day: 1, free_days: here, term_days: term };
            let late = policy.of(&student, 10);
            assert_eq!(late.points, student.days_late - late.free);
            late.free
        };
        assert_eq!(free(None, Some(5), student(3, 0, None, None)), 3);
        assert_eq!(free(None, Some(5), student(3, 4, None, None)), 1);
        // Who has used more than there is owes nothing.
        assert_eq!(free(None, Some(5), student(3, 9, None, None)), 0);
        // At most so many here, and as many as are left.
        assert_eq!(free(Some(2), Some(5), student(3, 0, None, None)), 2);
        assert_eq!(free(Some(2), Some(5), student(3, 4, None, None)), 1);
        assert_eq!(free(None, Some(5), student(9, 4, None, Some(8))), 4);
        assert_eq!(free(None, Some(5), student(9, 0, Some(1), None)), 1);
        assert_eq!(free(None, None, student(9, 3, None, None)), 0);
        // What does not compile has nothing to lose.
        let policy = Policy { points_a_day: 1, free_days: None, term_days: Some(5) };
        let late = policy.of(&student(3, 0, None, None), 0);
        assert_eq!(late, Late { days: 3, free: 0, points: 0 });
    }

    #[test]
    fn what_makes_no_sense_is_named_with_its_line() {
        for (text, part) in [
            ("student\nAda\n", "line 1: there is no column `submission`"),
            (
                "submission,grade\na,1\n",
                "line 1: there is no column `grade`; there are: submission",
            ),
            ("submission,Submission\na,b\n", "two columns"),
            ("submission,days_late\na,1\nb,-1\n", "line 3"),
            ("submission,days_late\na,inf\n", "is no number of days"),
            ("submission,days_late\na,99999999999999\n", "line 2"),
            ("submission,days_late\na,\u{1b}[2J\n", "`␛[2J` is no number"),
            ("submission,email\n,a@b.c\n", "line 2: it says of no submission"),
            ("submission,email\na,x@y.z\nb,X@y.z\n", "lines 2 and 3 are of the same student"),
            ("submission,email\na\n", "record 1"),
        ] {
            let error = format!("{:#}", parse(text).unwrap_err());
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn platforms_names_have_numbers_in_them() {
        for (submission, name, id) in [
            ("smithjohn_LATE_1234_5679_queue-2", "smithjohn", "1234"),
            ("John Smith_77_assignsubmission_file_queue", "John Smith", "77"),
            ("ada_7", "ada_7", ""),
            ("_5", "_5", ""),
        ] {
            let student = of_name(submission);
            assert_eq!((student.name.as_str(), student.id.as_str()), (name, id));
        }
    }

    #[test]
    fn an_id_that_two_claim_is_nobodys() {
        let names = ["bob_77_1_queue", "bobby_77_2_queue", "cy_78_3_queue", "ada"];
        let results: Vec<_> = names.iter().map(|name| samples::graded(name)).collect();
        let ids: Vec<String> = of_names(&results).into_iter().map(|it| it.id).collect();
        assert_eq!(ids, ["", "", "78", ""]);
        let claimed = claimed_twice(names);
        assert_eq!(
            claimed.into_iter().collect::<Vec<_>>(),
            [("77".to_owned(), vec![names[0].to_owned(), names[1].to_owned()])]
        );
    }
}
