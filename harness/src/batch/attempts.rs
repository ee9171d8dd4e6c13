//! Several files of one student, as Canvas and Moodle hand them out.
//!
//! Canvas writes `smithjohn_LATE_1234_5679_queue-2.zip`: the student, his number, the number of the file, and the file, which has `-2` if it
//! is a later attempt. Moodle writes `John Smith_1234_assignsubmission_file_queue.zip`, or a folder for each student.

/// A file of one student among others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The student.
    pub student: String,
    /// What the file is called without the number of the attempt: files of different names are no attempts of one.
    pub file: String,
    /// The greater, the later. `None` where nothing says it.
    pub number: Option<u64>,
    /// Which attempt its name says that it is. Nobody has two of one number.
    pub again: Option<u64>,
}

/// What Moodle writes between a student and his file.
const FILE: &str = "_assignsubmission_file";

/// Which attempt of whom a file of this name is, without its ending.
///
/// The platform's part comes first, and what follows is the student's to choose. A name in which both platforms' parts could be read is nobody's: it would be for the
/// student to say whose score it is.
pub fn attempt_of(name: &str) -> Option<Attempt> {
    match name.split_once(FILE) {
        None => of_canvas(name),
        Some((before, _)) if of_canvas(&format!("{before}_")).is_some() => None,
        Some(_) => of_moodle(name),
    }
}

/// Who has typed this into Moodle's page, next to his files.
pub fn typed_by(name: &str) -> Option<&str> {
    Some(name.split_once("_assignsubmission_onlinetext")?.0)
}

/// Whose file Moodle has given this name.
pub fn has_file(name: &str) -> Option<&str> {
    Some(name.split_once(FILE)?.0)
}

fn of_moodle(name: &str) -> Option<Attempt> {
    let (student, file) = name.split_once(FILE)?;
    // Whether it is in the student's own name or in his file's, nobody can say.
    if file.contains(FILE) {
        return None;
    }
    let (_, number) = student.rsplit_once('_')?;
    let file = file.strip_prefix('_').unwrap_or(file).to_owned();
    number.parse::<u64>().ok()?;
    Some(Attempt { student: student.to_owned(), file, number: None, again: None })
}

fn of_canvas(name: &str) -> Option<Attempt> {
    let parts: Vec<&str> = name.split('_').collect();
    // A name, and no date.
    if !parts[0].starts_with(char::is_alphabetic) {
        return None;
    }
    let number = |part: &str| -> Option<u64> {
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
    };
    let at = (1..parts.len().saturating_sub(2))
        .find(|&at| number(parts[at]).is_some() && number(parts[at + 1]).is_some())?;
    let student: Vec<&str> =
        parts[..=at].iter().copied().filter(|part| !part.eq_ignore_ascii_case("late")).collect();
    let file = parts[at + 2..].join("_");
    let (file, again) = match file.rsplit_once('-') {
        Some((file, attempt)) if number(attempt).is_some() => (file.to_owned(), number(attempt)),
        _ => (file, None),
    };
    Some(Attempt { student: student.join("_"), file, number: number(parts[at + 1]), again })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_canvas_and_moodle_are_taken_apart() {
        for (name, student, file, number, again) in [
            ("smithjohn_LATE_1234_5678_queue", "smithjohn_1234", "queue", Some(5678), None),
            ("smithjohn_1234_5679_queue-2", "smithjohn_1234", "queue", Some(5679), Some(2)),
            ("anon_1_22_my_work-3", "anon_1", "my_work", Some(22), Some(3)),
            ("Ada B_123_assignsubmission_file_q", "Ada B_123", "q", None, None),
            ("Ada B_123_assignsubmission_file", "Ada B_123", "", None, None),
        ] {
            let (student, file) = (student.to_owned(), file.to_owned());
            let attempt = Attempt { student, file, number, again };
            assert_eq!(attempt_of(name), Some(attempt), "{name}");
        }
        for name in [
            "a_1_x",
            "1_2_x",
            "a_1_2",
            "ada",
            "_assignsubmission_file_x",
            "2026_11_30_ada",
            "Ada_77_assignsubmission_file_1234_assignsubmission_file_q",
            "Ada B_55_assignsubmission_file_77_5678_assignsubmission_file_q",
            "alice_111_222_Bob_77_assignsubmission_file_q",
            "alice_111_222_assignsubmission_file_q",
            "alice_LATE_111_222_Bob_77_assignsubmission_file_q-2",
        ] {
            assert_eq!(attempt_of(name), None, "{name}");
        }
    }
}
