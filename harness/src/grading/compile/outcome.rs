//! What a compiler run says of a source, and what it says of the machine.
//!
//! Whoever writes the source has a say in rustc's messages, so that they prove nothing about the machine. A run that ends otherwise than with
//! errors in the source is made again; if it ends so again, the same place and the same compiler have to do with a source of the grader's.

use super::{Compiled, Workshop, as_library, rustc};
use crate::grading::Tools;
use crate::grading::sandbox::{How, Job};
use anyhow::{Context, bail};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// The most of rustc's messages that is kept.
const MESSAGES: usize = 32 << 10;

/// Much more than an executable of ours takes.
const ROOM: usize = 64 << 20;

/// Runs the compiler, which is to make the file `makes`.
pub fn run(
    tools: &Tools,
    workshop: &Workshop,
    rustc: Job,
    makes: PathBuf,
) -> anyhow::Result<Compiled> {
    let again = rustc.again();
    if let Attempt::Settled(compiled) = attempt(tools, rustc, &makes)? {
        return Ok(compiled);
    }
    // A disk that was full for a moment and a process that somebody killed are no property of the source.
    let (how, messages) = match attempt(tools, again, &makes)? {
        Attempt::Settled(compiled) => return Ok(compiled),
        Attempt::Unclear(how, messages) => (how, messages),
    };
    make_sure_of_room(workshop)
        .and_then(|()| make_sure_that_it_compiles(tools, workshop))
        .with_context(|| cut(messages.clone()))?;
    match how {
        // Without `unsafe` a submission has no symbols of its own to trip the linker with.
        How::Exited(1) if linker_failed(&messages) => {
            bail!("the linker failed:\n{}", cut(messages))
        }
        How::Exited(1) => Ok(Compiled::No(cut(messages))),
        // The jail's limits end a compiler in other ways, and no source sends signals.
        How::Signalled(signal) if how.is_from_outside() => {
            bail!("somebody ended the compiler with signal {signal}, twice:\n{}", cut(messages))
        }
        // Rustc cannot be brought down so by mistake. Whoever tries does not get another go for it.
        How::Exited(101) | How::Signalled(_) => {
            Ok(Compiled::No(format!("{}\nrustc broke down over this source\n", cut(messages))))
        }
        _ => bail!("rustc ended with {how:?}:\n{}", cut(messages)),
    }
}

/// What one run of the compiler says.
enum Attempt {
    /// That it is the source's doing, one way or the other.
    Settled(Compiled),
    /// Nothing of the source yet. How the run ended, and its messages.
    Unclear(How, String),
}

fn attempt(tools: &Tools, rustc: Job, makes: &Path) -> anyhow::Result<Attempt> {
    let ended = rustc.run(tools.sandbox).context("the compiler cannot be run")?;
    let messages = String::from_utf8_lossy(&ended.stderr).into_owned();
    let no = |more: &str| Attempt::Settled(Compiled::No(cut(messages.clone()) + more));
    Ok(match ended.how {
        // What it left may be anything, a link for one.
        How::Exited(0) if makes.symlink_metadata().is_ok_and(|made| made.is_file()) => {
            Attempt::Settled(Compiled::Yes(makes.to_owned()))
        }
        How::Exited(1) if refuses_the_source(&messages) => no(""),
        How::Time => no("\nrustc came to no end with this source\n"),
        How::OutputLimit => no("\nrustc had no end of messages\n"),
        how => Attempt::Unclear(how, messages),
    })
}

/// Whether these are messages of a compiler that works: an error at a place in the source, and none of the system's. It may be wrong about a
/// source that is made for it, which then is only compiled again.
fn refuses_the_source(messages: &str) -> bool {
    let lines = messages.lines().zip(messages.lines().skip(1));
    let placed = |(line, next): (&str, &str)| {
        line.starts_with("error") && next.trim_start().starts_with("--> ")
    };
    !messages.contains("(os error ") && lines.into_iter().any(placed)
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
    let (grader, out) = (workshop.grader(), workshop.out());
    std::fs::write(grader.join("empty.rs"), "")?;
    std::fs::write(grader.join("nothing.rs"), "fn main() {}\n")?;
    let empty = out.join("libempty.rlib");
    let mut nothing = rustc(tools, &grader, workshop, &tools.kit);
    nothing.args(["--crate-type", "bin", "nothing.rs", "-o"]).arg(out.join("nothing"));
    for job in [as_library(tools, workshop, &grader, "empty.rs", &empty), nothing] {
        let ended = job.run(tools.sandbox).context("the compiler cannot be run")?;
        if ended.how != How::Exited(0) {
            let said = String::from_utf8_lossy(&ended.stderr).into_owned();
            bail!("rustc does not even compile an empty file: {:?}\n{}", ended.how, cut(said));
        }
    }
    Ok(())
}

/// The beginning of messages that are too long.
fn cut(mut messages: String) -> String {
    if messages.len() > MESSAGES {
        messages.truncate(messages.floor_char_boundary(MESSAGES));
        messages += "\n… and more\n";
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::super::library;
    use super::*;
    use crate::command_line::workspace_root;
    use crate::grading::sandbox::{Protection, scripts};
    use std::num::NonZeroUsize;

    /// What comes of this library, compiled by a shell script that does `first` and then becomes rustc. How often it was started comes with it.
    fn compiled(source: &str, first: &str) -> (anyhow::Result<Compiled>, usize) {
        let mut tools = Tools::prepare(&workspace_root(), Protection::None).unwrap();
        let workshop = Workshop::new(NonZeroUsize::MIN).unwrap();
        std::fs::create_dir(workshop.student().join("src")).unwrap();
        std::fs::write(workshop.student().join("src/lib.rs"), source).unwrap();
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
        assert!(messages.contains("rustc broke down over this source"), "{messages}");
    }

    #[test]
    fn a_source_that_speaks_of_the_machine_is_a_source_all_the_same() {
        for (source, times) in [
            ("pub fn f() -> u8 { \"\" }", 1),
            ("compile_error!(\"No space left on device\");", 1),
            // Compiled again, and then an empty file and a program.
            ("compile_error!(\"No space left on device (os error 28)\");", 4),
            ("compile_error!(\"linking with `cc` failed\\n\\nNo space left\");", 4),
        ] {
            let (compiled, runs) = compiled(source, "");
            assert!(matches!(compiled, Ok(Compiled::No(_))), "{source}: {compiled:?}");
            assert_eq!(runs, times, "{source}");
        }
    }
}
