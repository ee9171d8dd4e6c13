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
    /// By what tells a student from others, with its kind. `None` for names that several have.
    used: BTreeMap<(Kind, String), Option<u32>>,
    /// Which assignments they were.
    assignments: BTreeSet<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Id,
    Login,
    Email,
    Name,
}

/// What a student may be known by, as `students.csv` writes it.
fn known_by(id: &str, login: &str, email: &str, name: &str) -> Vec<(Kind, String)> {
    [(Kind::Id, id), (Kind::Login, login), (Kind::Email, email), (Kind::Name, name)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(kind, value)| (kind, harmless(value).to_lowercase()))
        .collect()
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
        let mut reader = ::csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let headers = reader.headers()?.clone();
        let column = |name: &str| {
            headers.iter().position(|header| header == name).with_context(|| {
                format!("there is no column `{name}`: it is no students.csv that `grade --roster` has written")
            })
        };
        let (days, assignment) = (column("free_days_used")?, column("assignment")?);
        let by = [column("id")?, column("login")?, column("email")?, column("student")?];
        let mut whose = BTreeMap::new();
        let mut of: Option<String> = None;
        for record in reader.records() {
            let record = record?;
            let line = record.position().map_or(0, ::csv::Position::line);
            let cell = |column: usize| record.get(column).unwrap_or_default();
            if of.as_deref().is_some_and(|of| of != cell(assignment)) {
                bail!("line {line}: it is of two assignments");
            }
            of.get_or_insert_with(|| cell(assignment).to_owned());
            let used = roster::days(cell(days)).with_context(|| format!("line {line}"))?;
            let [id, login, email, name] = by.map(cell);
            for key in known_by(id, login, email, name) {
                let before = whose.insert(key.clone(), line);
                let known = self.used.entry(key.clone()).or_insert(Some(0));
                match before {
                    None => *known = known.map(|known| known.saturating_add(used.unwrap_or(0))),
                    Some(_) if key.0 == Kind::Name => *known = None,
                    Some(other) => {
                        bail!(
                            "lines {other} and {line} are of the same student; only one can count"
                        )
                    }
                }
            }
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

    /// Writes into the roster what each student has used.
    ///
    /// # Errors
    ///
    /// When one is known by nothing but a name that several have.
    pub fn write_into(&self, students: &mut [Student]) -> anyhow::Result<()> {
        for student in students {
            let Student { id, login, email, name, .. } = &*student;
            let keys = known_by(id, login, email, name);
            let found = keys.iter().find_map(|key| self.used.get(key));
            student.used_days = match found {
                None => 0,
                Some(Some(used)) => *used,
                Some(None) => bail!(
                    "several students are called {}; only an id, a login or an address tells whose late days are whose",
                    harmless_name(name)
                ),
            };
        }
        Ok(())
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
        let mut students = [student("Ada", "2")];
        two.write_into(&mut students).unwrap();
        assert_eq!(students[0].used_days, 2);
        let error = two.write_into(&mut [student("Ada", "")]).unwrap_err().to_string();
        assert!(error.contains("several students are called Ada"), "{error}");
    }
}
