//! `course export --jplag`: submissions as JPlag takes them, with the starter as what all have in common
//! (<https://github.com/jplag/JPlag/wiki/1.-How-to-Use-JPlag>).

use crate::batch::submissions;
use crate::grading::assignment::Assignment;
use crate::grading::intake::{IntakeError, Taken};
use crate::grading::nesting;
use crate::reports::words::harmless_name;
use anyhow::{Context, bail};
use proc_macro2::{TokenStream, TokenTree};
use std::path::{Path, PathBuf};

/// A task of which there is less to write than so many tokens is written alike by people who have never met.
const SMALL: usize = 600;

/// Writes the submissions at `paths` to `folder/submissions/NAME`, and the starter to `folder/base`; says how JPlag is called, and what its answer is
/// worth for a task of this size. What is refused is named, and left out.
///
/// # Errors
///
/// When the folder is there already, or something cannot be read or written.
pub fn export(assignment: &Assignment, paths: &[PathBuf], folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        bail!("{} is there already, and nothing is overwritten", folder.display());
    }
    let found = submissions::find(assignment, paths, Some(folder))?;
    let written = |taken: &Taken, to: PathBuf| {
        std::fs::create_dir_all(&to)
            .and_then(|()| taken.write(&to))
            .with_context(|| format!("{} cannot be written", to.display()))
    };
    let starter = assignment.sample("starter")?;
    written(&starter, folder.join("base"))?;
    let mut count = 0;
    for submission in &found.submissions {
        match submission.take(assignment) {
            Ok(taken) => {
                written(&taken, folder.join("submissions").join(&submission.name))?;
                count += 1;
            }
            Err(IntakeError::Refused(why)) => {
                let (name, why) = (harmless_name(&submission.name), harmless_name(&why));
                anstream::println!("{name} is left out: {why}");
            }
            Err(trouble) => return Err(trouble.into()),
        }
    }
    anstream::println!(
        "{count} submissions and the starter are in {0}. With JPlag 4 or later:\n\n  java -jar jplag.jar -l rust -bc {0}/base {0}/submissions\n",
        folder.display()
    );
    let own = tokens(&assignment.sample("solution")?).saturating_sub(tokens(&starter));
    anstream::println!("The solution has {own} tokens that the starter has not.");
    if own < SMALL {
        anstream::println!(
            "That is little: people who have never met write so small a task alike. What JPlag finds is a reason to read, and proves nothing."
        );
    }
    Ok(())
}

/// How many tokens there are in the files that can be read as Rust.
fn tokens(taken: &Taken) -> usize {
    taken.files.iter().filter_map(|(_, text)| nesting::tokens(text)).map(count).sum()
}

fn count(tokens: TokenStream) -> usize {
    let mut open = vec![tokens];
    let mut count = 0;
    while let Some(tokens) = open.pop() {
        for token in tokens {
            count += 1;
            if let TokenTree::Group(group) = token {
                open.push(group.stream());
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn submissions_are_beside_the_starter_as_they_were_taken() {
        let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/course");
        let assignment = Assignment::find(&course, "tally").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let from = folder.path().join("handed-in");
        let solution = assignment.sample("solution").unwrap();
        for name in ["ada", "bob"] {
            solution.write(&from.join(name)).unwrap();
        }
        // Built, and with a note: neither is for JPlag.
        std::fs::create_dir_all(from.join("ada/target/debug")).unwrap();
        std::fs::write(from.join("ada/target/debug/x.rs"), "").unwrap();
        std::fs::create_dir_all(from.join("cy/src")).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", from.join("cy/src/lib.rs")).unwrap();
        let to = folder.path().join("jplag");
        export(&assignment, &[from], &to).unwrap();
        let names = |path: PathBuf| {
            let mut names: Vec<String> = std::fs::read_dir(path)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        assert_eq!(names(to.join("submissions")), ["ada", "bob"]);
        assert_eq!(names(to.join("submissions/ada")), ["src"]);
        assert!(to.join("base/src/lib.rs").is_file());
        assert!(export(&assignment, std::slice::from_ref(&to), &to).is_err());
        assert_eq!(count("a(b, [c]) { d }".parse().unwrap()), 8);
    }
}
