//! The verb `course new`: a small assignment, whole, to be made into one's own.

use crate::files;
use anyhow::ensure;
use std::path::Path;

/// What a new assignment has: paths below its folder, and texts.
const ASSIGNMENT: [(&str, &str); 7] = [
    ("assignment.toml", include_str!("../../templates/assignment/assignment.toml")),
    ("README.md", include_str!("../../templates/assignment/README.md")),
    ("checks.rs", include_str!("../../templates/assignment/checks.rs")),
    ("starter/src/lib.rs", include_str!("../../templates/assignment/starter/src/lib.rs")),
    ("solution/src/lib.rs", include_str!("../../templates/assignment/solution/src/lib.rs")),
    ("wrong/two_locks.patch", include_str!("../../templates/assignment/wrong/two_locks.patch")),
    (
        "cheats/without_a_lock/src/lib.rs",
        include_str!("../../templates/assignment/cheats/without_a_lock/src/lib.rs"),
    ),
];

/// Makes an assignment called `name` in the course in the folder `course`, and the course, if there is none.
///
/// # Errors
///
/// When the name cannot be an assignment's, or one of that name is there. Nothing is overwritten.
pub fn assignment(course: &Path, name: &str) -> anyhow::Result<()> {
    ensure!(
        is_name(name),
        "{name} is no name of an assignment; a number of two digits, a hyphen, small letters and digits make one, as in 01-tally"
    );
    let folder = course.join("chapters").join(name).join("assignment");
    ensure!(!folder.exists(), "{} is there already, and is not overwritten", folder.display());
    let settings = course.join("course.toml");
    if !settings.exists() {
        files::write(&settings, include_bytes!("../../templates/course.toml"))?;
        anstream::println!("{}", settings.display());
    }
    for (path, text) in ASSIGNMENT {
        let path = folder.join(path);
        files::write(&path, text.as_bytes())?;
        anstream::println!("{}", path.display());
    }
    let course = course.display();
    anstream::print!(
        "
It is a whole assignment, which passes its own check. Make it yours, a file at a time, and hold it to its word again:
  cargo run -p harness -- course check --course {course} {name}
Then grade a folder of submissions with it:
  cargo run -p harness -- grade SUBMISSIONS --course {course} --assignment {name} --out RESULTS
"
    );
    Ok(())
}

/// `01-tally`.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let Some((number, rest)) = name.split_once('-') else { return false };
    number.len() == 2
        && number.chars().all(|c| c.is_ascii_digit())
        && rest.split('-').all(|part| !part.is_empty() && part.chars().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names_of_folders() {
        for name in ["01-tally", "12-two-words", "99-a1"] {
            assert!(is_name(name), "{name}");
        }
        for name in
            ["tally", "1-tally", "01-", "01-Tally", "01-a--b", "../01-a", "01-a/b", "001-a", "1é-a"]
        {
            assert!(!is_name(name), "{name}");
        }
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        assignment(folder.path(), "01-tally").unwrap();
        std::fs::write(folder.path().join("course.toml"), "hints = true\n").unwrap();
        let again = assignment(folder.path(), "01-tally").unwrap_err().to_string();
        assert!(again.contains("is there already"), "{again}");
        assignment(folder.path(), "02-other").unwrap();
        let settings = std::fs::read_to_string(folder.path().join("course.toml")).unwrap();
        assert_eq!(settings, "hints = true\n");
    }
}
