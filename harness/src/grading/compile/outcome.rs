//! What a compiler run says of a source, and what it says of the machine.
//!
//! Whoever writes the source has a say in rustc's messages, so that they prove nothing about the machine. A run that ends otherwise than with
//! errors in the source is made again; if it ends so again, the same place and the same compiler have to do with a source of the grader's.

use super::messages::{Messages, Readers, cut};
use super::{Compiled, Workshop, as_library, rustc};
use crate::grading::Tools;
use crate::grading::sandbox::{How, Job};
use anyhow::{Context, bail};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Much more than an executable of ours takes.
const ROOM: usize = 64 << 20;

/// Runs the compiler, which is to make the file `makes` in a folder of its own.
pub fn run(
    tools: &Tools,
    workshop: &Workshop,
    readers: &Readers,
    makes: &str,
    rustc: &dyn Fn(&Path) -> Job,
) -> anyhow::Result<Compiled> {
    let attempt = || -> anyhow::Result<Attempt> {
        let out = workshop.attempt()?;
        attempt(tools, rustc(&out), out.join(makes), readers)
    };
    if let Attempt::Settled(compiled) = attempt()? {
        return Ok(compiled);
    }
    // A disk that was full for a moment and a process that somebody killed are no property of the source.
    let (how, mut messages) = match attempt()? {
        Attempt::Settled(compiled) => return Ok(compiled),
        Attempt::Unclear(how, messages) => (how, messages),
    };
    // Trouble is told to whoever reads the result, too.
    let shown = messages.shown.clone();
    make_sure_of_room(workshop)
        .and_then(|()| make_sure_that_it_compiles(tools, workshop))
        .with_context(|| shown.clone())?;
    match how {
        // Without `unsafe` a submission has no symbols of its own to trip the linker with.
        How::Exited(1) if linker_failed(&messages.all) => bail!("the linker failed:\n{shown}"),
        How::Exited(1) => Ok(Compiled::No(messages)),
        // The jail's limits end a compiler in other ways, and no source sends signals.
        How::Signalled(signal) if how.is_from_outside() => {
            bail!("somebody ended the compiler with signal {signal}, twice:\n{shown}")
        }
        // Rustc cannot be brought down so by mistake. Whoever tries does not get another go for it.
        How::Exited(101) | How::Signalled(_) => {
            messages.shown += "\nrustc broke down over this source\n";
            Ok(Compiled::No(messages))
        }
        _ => bail!("rustc ended with {how:?}:\n{shown}"),
    }
}

/// What one run of the compiler says.
enum Attempt {
    /// That it is the source's doing, one way or the other.
    Settled(Compiled),
    /// Nothing of the source yet. How the run ended, and its messages.
    Unclear(How, Messages),
}

fn attempt(
    tools: &Tools,
    rustc: Job,
    makes: PathBuf,
    readers: &Readers,
) -> anyhow::Result<Attempt> {
    let ended = rustc.run(tools.sandbox).context("the compiler cannot be run")?;
    let mut messages = Messages::read(&ended.stderr, readers);
    Ok(match ended.how {
        // What it left may be anything, a link for one.
        How::Exited(0) if makes.symlink_metadata().is_ok_and(|made| made.is_file()) => {
            Attempt::Settled(Compiled::Yes(makes))
        }
        How::Exited(1) if refuses_the_source(&messages) => Attempt::Settled(Compiled::No(messages)),
        How::Time => {
            messages.shown += "\nrustc came to no end with this source\n";
            Attempt::Settled(Compiled::No(messages))
        }
        How::OutputLimit => {
            messages.shown += "\nrustc had no end of messages\n";
            Attempt::Settled(Compiled::No(messages))
        }
        how => Attempt::Unclear(how, messages),
    })
}

/// Whether these are messages of a compiler that works: an error at a place in the source, and none of the system's. It may be wrong about a
/// source that is made for it, which then is only compiled again.
fn refuses_the_source(messages: &Messages) -> bool {
    !messages.all.contains("(os error ") && !messages.errors.is_empty()
}

/// Whether the last of rustc's errors is that of the linker. One that a source makes up has a place, which comes after it.
fn linker_failed(messages: &str) -> bool {
    let found = messages.rfind("error: linking with");
    found.is_some_and(|at| !messages[at..].contains("--> "))
}

/// That there is room where the compiler writes. Files are what quotas count as well.
fn make_sure_of_room(workshop: &Workshop) -> anyhow::Result<()> {
    let room = workshop.out().join("room");
    let written = File::create(&room).and_then(|mut file| file.write_all(&vec![0; ROOM]));
    let _ = std::fs::remove_file(&room);
    let folder = workshop.folder.path();
    written.with_context(|| {
        format!("{} has no room for {} MB; make room, or set $TMPDIR", folder.display(), ROOM >> 20)
    })
}

/// That the compiler compiles and links what cannot be wrong.
///
/// # Errors
///
/// When it does not: that is the grader's trouble.
pub fn make_sure_that_it_compiles(tools: &Tools, workshop: &Workshop) -> anyhow::Result<()> {
    let (grader, out) = (workshop.grader(), workshop.attempt()?);
    std::fs::write(grader.join("empty.rs"), "")?;
    std::fs::write(grader.join("nothing.rs"), "fn main() {}\n")?;
    let mut nothing = rustc(tools, &grader, workshop, &out, &tools.kit);
    nothing.args(["--crate-type", "bin", "nothing.rs", "-o"]).arg(out.join("nothing"));
    let empty = as_library(tools, workshop, &grader, "empty.rs", &out, "libempty.rlib");
    for job in [empty, nothing] {
        let ended = job.run(tools.sandbox).context("the compiler cannot be run")?;
        if ended.how != How::Exited(0) {
            let mut said = Messages::read(&ended.stderr, &Readers::Everybody).shown;
            cut(&mut said);
            bail!("rustc does not even compile an empty file: {:?}\n{said}", ended.how);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::library;
    use super::*;
    use crate::command_line::workspace_root;
    use crate::grading::intake::Taken;
    use crate::grading::sandbox::{Protection, scripts};
    use std::num::NonZeroUsize;

    /// What comes of this library, compiled by a shell script that does `first` and then becomes rustc. How often it was started comes with it.
    fn compiled(source: &str, first: &str) -> (anyhow::Result<Compiled>, usize) {
        let mut tools = Tools::prepare(&workspace_root(), Protection::None).unwrap();
        let workshop = Workshop::new(NonZeroUsize::MIN, tools.sandbox).unwrap();
        let files = vec![("src/lib.rs".to_owned(), source.as_bytes().to_vec())];
        workshop.take_in(&Taken { files, ..Taken::default() }).unwrap();
        let (script, runs) = (workshop.out().join("rustc"), workshop.out().join("runs"));
        let rustc = tools.toolchain.rustc.display();
        let text = format!("RUNS={}\necho >>$RUNS\n{first}\nexec {rustc} \"$@\"", runs.display());
        scripts::write(&script, &text);
        tools.toolchain.rustc = script;
        let compiled = library(&tools, &workshop);
        let runs = std::fs::read_to_string(runs).unwrap();
        (compiled, runs.lines().count())
    }

    #[test]
    fn a_compiler_that_somebody_kills_is_run_again() {
        let (compiled, runs) =
            compiled("pub struct Tally;", "[ $(wc -l <$RUNS) = 1 ] && kill -9 $$");
        assert!(matches!(compiled, Ok(Compiled::Yes(_))), "{compiled:?}");
        assert_eq!(runs, 2);
    }

    #[test]
    fn each_run_has_a_folder_of_its_own() {
        // As another user, who may not touch what the first one left.
        let first = "for a; do case $a in */libstudent.rlib) o=$a; esac; done\n\
                     [ -e $o ] && exit 101\n\
                     [ $(wc -l <$RUNS) = 1 ] && { echo x >$o; chmod 0 $o; chmod 500 ${o%/*}; kill -9 $$; }";
        let (compiled, runs) = compiled("pub struct Tally;", first);
        assert!(matches!(compiled, Ok(Compiled::Yes(_))), "{compiled:?}");
        assert_eq!(runs, 2);
    }

    #[test]
    fn a_file_that_is_no_part_of_the_submission_is_not_quoted() {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "the_answer is 42\nroot:x:0\n").unwrap();
        for source in [
            format!("#[path = {:?}]\nmod m;", secret.display().to_string()),
            format!("mod a {{ #[path = {:?}] pub mod m; }}", secret.display().to_string()),
            format!(
                "macro_rules! m {{ ($p:literal) => {{ #[path = $p] mod m; }} }}\nm!({:?});",
                secret.display().to_string()
            ),
        ] {
            let Ok(Compiled::No(messages)) = compiled(&source, "").0 else { panic!("{source}") };
            let shown = messages.shown;
            assert!(shown.contains("no part of the submission"), "{shown}");
            for word in ["the_answer", "42", "root:x"] {
                assert!(!shown.contains(word), "{word} in {shown}");
            }
        }
    }

    #[test]
    fn one_that_is_killed_for_one_source_alone_says_nothing_of_it() {
        let (compiled, _) =
            compiled("pub struct Tally;", "case $* in *student*src/lib.rs*) kill -9 $$; esac");
        let error = format!("{:#}", compiled.unwrap_err());
        assert!(error.contains("somebody ended the compiler with signal 9"), "{error}");
    }

    #[test]
    fn one_that_compiles_nothing_says_nothing_of_a_source() {
        for trouble in ["exit 101", "echo error: no idea >&2; exit 1", "kill -SEGV $$"] {
            let (compiled, _) = compiled("pub struct Tally;", trouble);
            let error = format!("{:#}", compiled.unwrap_err());
            assert!(error.contains("does not even compile an empty file"), "{trouble}: {error}");
        }
    }

    #[test]
    fn a_source_that_brings_rustc_down_is_at_fault() {
        let (compiled, _) =
            compiled("pub struct Tally;", "case $* in *src/lib.rs*) exit 101; esac");
        let Ok(Compiled::No(messages)) = compiled else { panic!("{compiled:?}") };
        let shown = messages.shown;
        assert!(shown.contains("rustc broke down over this source"), "{shown}");
    }

    #[test]
    fn a_source_that_speaks_of_the_machine_is_a_source_all_the_same() {
        for (source, times) in [
            ("pub fn f() -> u8 { \"\" }", 1),
            ("compile_error!(\"No space left on device\");", 1),
            // Compiled again, and then an empty file and a program.
            ("compile_error!(\"No space left on device (os error 28)\");", 4),
            // What a source says stands at its place.
            ("compile_error!(\"linking with `cc` failed\\n\\nNo space left\");", 1),
        ] {
            let (compiled, runs) = compiled(source, "");
            assert!(matches!(compiled, Ok(Compiled::No(_))), "{source}: {compiled:?}");
            assert_eq!(runs, times, "{source}");
        }
    }
}
