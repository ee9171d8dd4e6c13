//! Free late days that are for a whole term: what students have used of them in earlier assignments, from the `students.csv` of each.

use super::roster::{self, Student};
use crate::reports::csv::harmless;
use crate::reports::words::harmless_name;
use anyhow::{Context, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// What was used in earlier assignments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Earlier {
    rows: Vec<Row>,
    /// Which assignments they were.
    assignments: BTreeSet<String>,
}

/// A student's line in one of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    keys: Vec<String>,
    name: String,
    /// None where there was no score when it was written.
    used: Option<u32>,
    assignment: String,
}

/// What tells a student from all others, as `students.csv` writes it. Spreadsheets take the zeros from before a number.
fn keys(id: &str, login: &str, email: &str) -> Vec<String> {
    let all = [("id", id), ("login", login), ("email", email)];
    let known = all.into_iter().filter(|(_, value)| !value.is_empty());
    let key = |(kind, value): (&str, &str)| {
        let value = harmless(value).to_lowercase();
        let is_number = value.bytes().all(|byte| byte.is_ascii_digit());
        let value = if is_number { value.trim_start_matches('0') } else { &value };
        format!("{kind} {value}")
    };
    known.map(key).collect()
}

fn plain(name: &str) -> String {
    harmless(name).to_lowercase()
}

/// Reads these `students.csv`, each of another assignment.
///
/// # Errors
///
/// When one cannot be read or is none, and when two are of one assignment: its days would count twice.
pub fn read(paths: &[PathBuf]) -> anyhow::Result<Earlier> {
    let mut earlier = Earlier::default();
    for path in paths {
        let text = roster::text(path)?;
        earlier.add(&text).with_context(|| path.display().to_string())?;
    }
    Ok(earlier)
}

impl Earlier {
    fn add(&mut self, text: &str) -> anyhow::Result<()> {
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = ::csv::ReaderBuilder::new()
            .delimiter(roster::between(text))
            .from_reader(text.as_bytes());
        let headers = reader.headers()?.clone();
        let column = |name: &str| {
            headers.iter().position(|header| header == name).with_context(|| {
                format!("there is no column `{name}`: it is no students.csv that `grade --roster` has written")
            })
        };
        let (days, assignment) = (column("free_days_used")?, column("assignment")?);
        let by = [column("id")?, column("login")?, column("email")?, column("student")?];
        let mut whose: BTreeMap<String, u64> = BTreeMap::new();
        let mut of: Option<String> = None;
        for record in reader.records() {
            let record = record?;
            let line = record.position().map_or(0, ::csv::Position::line);
            let cell = |column: usize| record.get(column).unwrap_or_default();
            if of.as_deref().is_some_and(|of| of != cell(assignment)) {
                bail!("line {line}: it is of two assignments");
            }
            let assignment = of.get_or_insert_with(|| cell(assignment).to_owned()).clone();
            let used = roster::days(cell(days)).with_context(|| format!("line {line}"))?;
            let [id, login, email, name] = by.map(cell);
            let keys = keys(id, login, email);
            for key in &keys {
                if let Some(other) = whose.insert(key.clone(), line) {
                    bail!("lines {other} and {line} are of the same student; only one can count");
                }
            }
            self.rows.push(Row { keys, name: plain(name), used, assignment });
        }
        if let Some(of) = of
            && !self.assignments.insert(of.clone())
        {
            bail!("another file is of {} as well; its days would count twice", harmless_name(&of));
        }
        Ok(())
    }

    /// Makes sure that none of them is of the assignment that is graded now.
    ///
    /// # Errors
    ///
    /// When one is.
    pub fn is_before(&self, assignment: &str) -> anyhow::Result<()> {
        if self.assignments.contains(assignment) {
            bail!(
                "one of the earlier students.csv is of {assignment} itself; its days would count twice"
            );
        }
        Ok(())
    }

    /// Writes into the roster what each student has used, and returns what an instructor should know of it.
    ///
    /// Rows that share an id, a login or an address are of one student. Only a row that has none of them is known by its name, and of a student
    /// who has none in the roster all are.
    ///
    /// # Errors
    ///
    /// When a name has to tell students apart, and several have it.
    pub fn write_into(&self, students: &mut [Student]) -> anyhow::Result<Vec<String>> {
        let mut people = People::default();
        let of_rows: Vec<Option<usize>> =
            self.rows.iter().map(|row| people.of(&row.keys)).collect();
        let of_students: Vec<Option<usize>> =
            students.iter().map(|it| people.of(&keys(&it.id, &it.login, &it.email))).collect();
        let person = |known: &Option<usize>| known.map(|known| people.whole(known));
        let (mut notes, mut matched) = (Vec::new(), BTreeSet::new());
        let names: Vec<String> = students.iter().map(|student| plain(&student.name)).collect();
        for (at, student) in students.iter_mut().enumerate() {
            let me = person(&of_students[at]);
            let is_mine = |(row, known): &(&Row, &Option<usize>)| match (me, person(known)) {
                (Some(me), Some(other)) => me == other,
                _ => !row.name.is_empty() && row.name == names[at],
            };
            let mine: Vec<usize> = (0..self.rows.len())
                .filter(|row| is_mine(&(&self.rows[*row], &of_rows[*row])))
                .collect();
            let by_name = mine.iter().any(|row| me.is_none() || of_rows[*row].is_none());
            let people: BTreeSet<_> =
                mine.iter().filter_map(|row| person(&of_rows[*row])).collect();
            let namesakes = names.iter().filter(|name| **name == names[at]).count();
            if by_name && (namesakes > 1 || people.len() > 1) {
                bail!(
                    "several students are called {}; only an id, a login or an address tells whose late days are whose",
                    harmless_name(&student.name)
                );
            }
            for row in mine {
                let Row { used, assignment, .. } = &self.rows[row];
                matched.insert(row);
                student.used_days = student.used_days.saturating_add(used.unwrap_or(0));
                if used.is_none() {
                    notes.push(format!(
                        "{} had no score in {assignment}; no late day is counted for it",
                        harmless_name(&student.submission)
                    ));
                }
            }
        }
        let lost = (0..self.rows.len()).filter(|row| !matched.contains(row));
        for row in lost.map(|row| &self.rows[row]).filter(|row| row.used > Some(0)) {
            let who = row.keys.first().unwrap_or(&row.name);
            notes.push(format!(
                "nobody in the roster is {}, who has used late days in {}",
                harmless_name(who),
                harmless_name(&row.assignment)
            ));
        }
        Ok(notes)
    }
}

/// Who is who: each key leads to a person, and a row with two keys makes two one.
#[derive(Debug, Default)]
struct People {
    by_key: BTreeMap<String, usize>,
    same_as: Vec<usize>,
}

impl People {
    /// The person with these keys; none without any.
    fn of(&mut self, keys: &[String]) -> Option<usize> {
        let mut found: Option<usize> = None;
        for key in keys {
            let new = self.same_as.len();
            let known = *self.by_key.entry(key.clone()).or_insert(new);
            if known == new {
                self.same_as.push(new);
            }
            let known = self.whole(known);
            match found {
                None => found = Some(known),
                Some(found) => self.same_as[known] = found,
            }
        }
        found
    }

    fn whole(&self, mut person: usize) -> usize {
        while self.same_as[person] != person {
            person = self.same_as[person];
        }
        person
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "student,id,login,email,free_days_used,assignment\n";

    fn earlier(files: &[&str]) -> anyhow::Result<Earlier> {
        let mut earlier = Earlier::default();
        files.iter().try_for_each(|rows| earlier.add(&format!("{HEAD}{rows}")))?;
        Ok(earlier)
    }

    fn student(name: &str, id: &str) -> Student {
        Student { name: name.to_owned(), id: id.to_owned(), ..Student::default() }
    }

    #[test]
    fn days_add_up_over_the_term_by_whatever_a_student_is_known_by() {
        let earlier = earlier(&[
            "Ada,1,ada,,2,03-locks\nBob,2,,b@c.d,0,03-locks\n'=Cy,,,,1,03-locks\n",
            "Ada Lovelace,1,,,1,04-rlock\nBob,,,B@c.d,3,04-rlock\nDan,,,,,04-rlock\n",
        ])
        .unwrap();
        let mut students = [
            student("Ada", "1"),
            Student { email: "b@c.d".to_owned(), ..Student::default() },
            student("=Cy", ""),
            student("Dan", ""),
            student("Eve", "9"),
        ];
        earlier.write_into(&mut students).unwrap();
        let used: Vec<u32> = students.iter().map(|student| student.used_days).collect();
        assert_eq!(used, [3, 3, 1, 0, 0]);
        assert!(earlier.is_before("05-event").is_ok());
        assert!(earlier.is_before("04-rlock").unwrap_err().to_string().contains("count twice"));
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (files, part) in [
            (&["Ada,1,,,1,a\n", "Ada,1,,,1,a\n"][..], "another file is of a as well"),
            (&["Ada,1,,,1,a\nBob,1,,,1,a\n"], "lines 2 and 3 are of the same student"),
            (&["Ada,1,,,1,a\nBob,2,,,1,b\n"], "line 3: it is of two assignments"),
            (&["Ada,1,,,-1,a\n"], "line 2: `-1` is no number of days"),
        ] {
            let error = format!("{:#}", earlier(files).unwrap_err());
            assert!(error.contains(part), "{error}");
        }
        let error = Earlier::default().add("student,id\n").unwrap_err().to_string();
        assert!(error.contains("there is no column `free_days_used`"), "{error}");
        // Two of one name are no trouble until somebody is known by nothing else.
        let two = earlier(&["Ada,1,,,1,a\nAda,2,,,2,a\n"]).unwrap();
        let mut students = [student("Ada", "2"), student("Ada", "9")];
        two.write_into(&mut students).unwrap();
        assert_eq!((students[0].used_days, students[1].used_days), (2, 0));
        let error = two.write_into(&mut [student("Ada", "")]).unwrap_err().to_string();
        assert!(error.contains("several students are called Ada"), "{error}");
    }

    #[test]
    fn a_namesakes_days_are_nobody_elses_and_none_is_lost() {
        let used = |files: &[&str], students: &mut [Student]| {
            let notes = earlier(files).unwrap().write_into(students).unwrap();
            (students.iter().map(|it| it.used_days).collect::<Vec<_>>(), notes.len())
        };
        let (days, notes) = used(&["Wei Chen,1,,,5,a\n"], &mut [student("Wei Chen", "5")]);
        assert_eq!((days, notes), (vec![0], 1));
        // One file has ids, another addresses, and spreadsheets take zeros away.
        let files = ["Ada,0123,,,2,a\n", "Ada,,,a@b.c,3,b\n", "Ada,,,A@b.c,,c\n"];
        let both = Student { email: "a@b.c".to_owned(), ..student("Ada", "123") };
        assert_eq!(used(&files, &mut [both]), (vec![5], 1));
        let semicolons = HEAD.replace(',', ";") + "Ada;1;;;2;a\n";
        let mut earlier = Earlier::default();
        earlier.add(&semicolons).unwrap();
        let mut students = [student("Ada", "1")];
        earlier.write_into(&mut students).unwrap();
        assert_eq!(students[0].used_days, 2);
    }
}
