//! `cargo run -p ch00-rust -- change NAME`

use crate::judge::{Verdict, folder, judge, names};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Judges the reader's files of these changes, and makes one where there is none yet. Without a name it
/// lists the changes.
///
/// The exit code is 0 if all pass, 1 if one does not, and 2 if there is no change of a name.
pub fn main(asked: &[String]) -> ExitCode {
    match all(asked) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: the change cannot be judged: {error}");
            ExitCode::FAILURE
        }
    }
}

fn all(asked: &[String]) -> io::Result<ExitCode> {
    let known = names()?;
    if asked.is_empty() {
        println!("Changes: {}", known.join(", "));
        println!("To begin with one: cargo run -p ch00-rust -- change {}", known[0]);
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(unknown) = asked.iter().find(|name| !known.contains(name)) {
        eprintln!("error: there is no change `{unknown}`; there are: {}", known.join(", "));
        return Ok(ExitCode::from(2));
    }
    let mine = Path::new(env!("CARGO_MANIFEST_DIR")).join("mine");
    let mut passed = true;
    for name in asked {
        let file = file_of_the_reader(&mine, name)?;
        let verdict = judge(name, &file)?;
        passed &= verdict == Verdict::Passed;
        println!("{}", told(name, &verdict));
    }
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The reader's copy. It is made once, and never overwritten.
fn file_of_the_reader(mine: &Path, name: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(mine)?;
    let file = mine.join(name).with_extension("rs");
    let starter = fs::read(folder().join(name).join("starter.rs"))?;
    match fs::File::create_new(&file) {
        Ok(mut new) => {
            io::Write::write_all(&mut new, &starter)?;
            println!("This file is yours to change: {}\n", file.display());
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            println!("{}\n", file.display());
        }
        Err(error) => return Err(error),
    }
    Ok(file)
}

fn told(name: &str, verdict: &Verdict) -> String {
    let again = "Change the file, and run the same command again.";
    match verdict {
        Verdict::Refused(said) => format!("{said}\n\n✗ {name}: the compiler refuses it. {again}"),
        Verdict::Unlike(said) => {
            format!(
                "{said}\n\n✗ {name}: the check calls it in another way. Keep the names. {again}"
            )
        }
        Verdict::Wrong(said) => {
            format!("{said}\n\n✗ {name}: it compiles, and does something else. {again}")
        }
        Verdict::Endless => {
            format!("✗ {name}: it was still running after a minute. What does it wait for? {again}")
        }
        Verdict::Passed => format!("✓ {name}: it holds."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readers_file_is_made_once_and_kept() {
        let mine = tempfile::tempdir().unwrap();
        let file = file_of_the_reader(mine.path(), "let-mut").unwrap();
        assert!(fs::read_to_string(&file).unwrap().contains("pub fn total"));
        fs::write(&file, "mine").unwrap();
        assert_eq!(file_of_the_reader(mine.path(), "let-mut").unwrap(), file);
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
    }

    #[test]
    fn a_name_that_is_none_is_told() {
        assert_eq!(all(&["let-mutt".to_owned()]).unwrap(), ExitCode::from(2));
    }
}
