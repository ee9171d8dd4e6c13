//! What a supervisor must do, seen from outside.

use judge::{Program, Run};

/// Sends a job; this has to be printed for it.
#[track_caller]
fn job(run: &mut Run, commands: &[&str], expected: &str) {
    run.send_line(&commands.join("\t"));
    assert_eq!(run.line(), expected, "what is printed for the job {commands:?}");
}

/// Waits until only the supervisor itself is left.
#[track_caller]
fn nothing_is_left(run: &Run) {
    run.until("processes of a job that is over are still there", |all| all.len() == 1);
}

/// All commands end with 0.
pub fn all_end_well(program: &Program) {
    let mut run = program.start([] as [&str; 0]);
    job(&mut run, &["true", "exit 0", "sleep 0.01"], "ok");
    job(&mut run, &["true"], "ok");
    assert_eq!(run.finish().code, Some(0), "the exit code at the end of the input");
}

/// A command fails; which, and how, is different each time.
pub fn a_failure_is_told(program: &Program) {
    let mut random = program.random();
    let mut run = program.start([] as [&str; 0]);
    // Never the first one in the first job, so that no wrong guess is right each time.
    for lowest in [1, 0, 0] {
        let count = random.usize(2..5);
        let failing = random.usize(lowest..count);
        let code = random.u8(1..120);
        let fails = format!("exit {code}");
        let commands: Vec<&str> =
            (0..count).map(|i| if i == failing { fails.as_str() } else { "true" }).collect();
        job(&mut run, &commands, &format!("failed {} {code}", failing + 1));
    }
}

/// Commands of one job run at the same time.
pub fn commands_run_at_the_same_time(program: &Program) {
    let count = program.random().usize(3..6);
    let mut run = program.start([] as [&str; 0]);
    run.send_line(&vec!["sleep 1000"; count].join("\t"));
    run.until("the commands of a job do not all run at the same time", |all| {
        all.iter().filter(|process| process.command == "sleep").count() == count
    });
}

/// The command that fails first ends the job, although another was started before it and runs on.
pub fn the_first_failure_ends_the_job(program: &Program) {
    let mut run = program.start([] as [&str; 0]);
    job(&mut run, &["exec sleep 1000", "exec sleep 1000", "exit 4"], "failed 3 4");
    nothing_is_left(&run);
    job(&mut run, &["true"], "ok");
}

/// A command that a signal ends has failed: 128 and the signal, as a shell says it.
pub fn a_signal_is_a_failure(program: &Program) {
    let mut run = program.start([] as [&str; 0]);
    job(&mut run, &["exec sleep 1000", "kill -TERM $$"], "failed 2 143");
    nothing_is_left(&run);
}

/// What a command has started ends with it.
pub fn grandchildren_end_too(program: &Program) {
    let mut run = program.start([] as [&str; 0]);
    let parent = "sleep 1000 & sleep 1000 & touch ready; wait";
    let failing = "until [ -e ready ]; do sleep 0.01; done; exit 5";
    job(&mut run, &[parent, failing], "failed 2 5");
    nothing_is_left(&run);
}

/// A command that ignores SIGTERM ends all the same.
pub fn the_stubborn_end_too(program: &Program) {
    let mut run = program.start([] as [&str; 0]);
    // What a process ignores, the program that it becomes ignores too. It has no children: those are another check's.
    let stubborn = "trap '' TERM INT HUP; touch ready; exec sleep 1000";
    let failing = "until [ -e ready ]; do sleep 0.01; done; exit 6";
    job(&mut run, &[stubborn, failing], "failed 2 6");
    nothing_is_left(&run);
}

/// A job that ends well leaves nothing behind either.
pub fn what_is_left_behind_is_ended(program: &Program) {
    let mut run = program.start([] as [&str; 0]);
    job(&mut run, &["sleep 1000 & true", "true"], "ok");
    nothing_is_left(&run);
}
