//! What a supervisor must do, seen from outside.

use judge::{ProcessInfo, Program, Random, Riddle, Run, Signal};

/// Sends a job; this has to be printed for it.
#[track_caller]
fn job(run: &mut Run, commands: &[&str], expected: &str) {
    run.send_line(&commands.join("\t"));
    assert_eq!(run.line(), expected, "what is printed for the job {commands:?}");
}

/// What is on the machine beside the supervisor, and none of its business: a shell, and a process that only sleeps.
const BYSTANDERS: &str = "sleep 987654321 & bystander=$!
\"$0\"
code=$?
kill $bystander || code=99
exit $code";

/// The supervisor, among bystanders.
fn start(program: &Program) -> Run {
    program.start_shell(BYSTANDERS)
}

/// Waits until of all jobs nothing is left but the supervisor. Those who have nothing to do with it are still there.
#[track_caller]
fn nothing_is_left(run: &Run) {
    let all = run.until("processes of a job that is over are still there", |all| all.len() <= 3);
    let bystanders = all.iter().filter(|process| {
        process.command == "sh" || run.arguments(process).get(1).is_some_and(|it| it == "987654321")
    });
    assert_eq!(bystanders.count(), 2, "processes that are no job's, of two that were there before");
}

/// A command that ends with this code, and says so only to a shell.
fn ends_with(random: &mut Random, code: u64) -> String {
    let (riddle, x) = (Riddle::draw(random), random.u64(1..10_000));
    let answer = riddle.answer(x);
    // Above the answer, or below it: from the text nobody knows whether something is to be added.
    let other = random.u64(1..99_999);
    format!("x={x}; {riddle}; exit $(( x + {other} - {} ))", answer + other - code)
}

/// A command that runs `sleep` for so long as only a shell finds out, and that.
fn sleeps(random: &mut Random) -> (String, String) {
    let (riddle, x) = (Riddle::draw(random), random.u64(1..10_000));
    (format!("x={x}; {riddle}; sleep $((x + 1000))"), (riddle.answer(x) + 1000).to_string())
}

/// As `sleeps`, by one process that becomes `sleep`.
fn becomes_sleep(random: &mut Random) -> (String, String) {
    let (sleep, long) = sleeps(random);
    (sleep.replace("sleep ", "exec sleep "), long)
}

/// The processes that sleep for so long, one for each; when all are there.
#[track_caller]
fn sleeping(run: &Run, what: &str, long: &[String]) -> Vec<i32> {
    let find = |all: &[ProcessInfo]| -> Option<Vec<i32>> {
        let find = |wanted: &String| {
            let mut sleeps = all.iter().filter(|process| process.command == "sleep");
            sleeps.find(|it| run.arguments(it).get(1) == Some(wanted)).map(|it| it.pid)
        };
        long.iter().map(find).collect()
    };
    find(&run.until(what, |all| find(all).is_some())).unwrap_or_default()
}

/// All commands end with 0. One of them only after its `sleep` has been ended: so it was really run.
pub fn all_end_well(program: &Program) {
    let mut random = program.random();
    let mut run = start(program);
    let (sleep, long) = sleeps(&mut random);
    let waits = format!("{sleep}; exit 0");
    let others = [ends_with(&mut random, 0), ends_with(&mut random, 0)];
    run.send_line(&[waits.as_str(), &others[0], &others[1]].join("\t"));
    for pid in sleeping(&run, "a command is not run", &[long]) {
        run.signal(pid, Signal::Terminate);
    }
    assert_eq!(run.line(), "ok", "what is printed when all commands have ended well");
    job(&mut run, &["true"], "ok");
    assert_eq!(run.finish().code, Some(0), "the exit code at the end of the input");
}

/// A command fails; which, and how, is different each time.
pub fn a_failure_is_told(program: &Program) {
    let mut random = program.random();
    let mut run = start(program);
    // Never the first one in the first job, so that no wrong guess is right each time.
    for lowest in [1, 0, 0] {
        let count = random.usize(2..5);
        let failing = random.usize(lowest..count);
        let code = random.u64(1..120);
        let commands: Vec<String> = (0..count)
            .map(|i| ends_with(&mut random, if i == failing { code } else { 0 }))
            .collect();
        let commands: Vec<&str> = commands.iter().map(String::as_str).collect();
        job(&mut run, &commands, &format!("failed {} {code}", failing + 1));
    }
}

/// Commands of one job run at the same time.
pub fn commands_run_at_the_same_time(program: &Program) {
    let mut random = program.random();
    let count = random.usize(3..6);
    let mut run = start(program);
    let (commands, long): (Vec<String>, Vec<String>) =
        (0..count).map(|_| sleeps(&mut random)).unzip();
    run.send_line(&commands.join("\t"));
    sleeping(&run, "the commands of a job do not all run at the same time", &long);
}

/// Sends a job whose last command is told to end, which it does as `ends` says, when all that are to be ended with it have been seen: the processes that
/// sleep so `long`. Then `expected` has to be printed, and nothing may be left.
#[track_caller]
fn ended_by_the_last(
    run: &mut Run,
    random: &mut Random,
    others: &[String],
    long: &[String],
    ends: &str,
    expected: &str,
) {
    let (waits, last) = sleeps(random);
    let mut commands = others.to_vec();
    commands.push(format!("{waits}; {ends}"));
    run.send_line(&commands.join("\t"));
    let all: Vec<String> = long.iter().chain([&last]).cloned().collect();
    let pids = sleeping(run, "not all of what a job is to do is done at the same time", &all);
    // Whoever has become `sleep` himself is no longer known by what he was to run.
    let known = if others.iter().any(|it| it.contains("exec sleep")) { long.len() } else { 0 };
    let there = run.processes();
    for pid in &pids[known..] {
        let of = |pid: i32| there.iter().find(|process| process.pid == pid);
        let shell = of(*pid).and_then(|sleeper| of(sleeper.parent));
        let said = shell.map(|shell| run.arguments(shell)).unwrap_or_default();
        assert!(
            said.last().is_some_and(|it| commands.contains(it)),
            "another than the shell of a command does what the command says"
        );
    }
    run.signal(pids[long.len()], Signal::Terminate);
    assert_eq!(run.line(), expected, "what is printed for the job {commands:?}");
    nothing_is_left(run);
}

/// The command that fails first ends the job, although another was started before it and runs on.
pub fn the_first_failure_ends_the_job(program: &Program) {
    let mut random = program.random();
    let mut run = start(program);
    for others in [2, 1] {
        let code = random.u64(1..120);
        let (commands, long): (Vec<String>, Vec<String>) =
            (0..others).map(|_| becomes_sleep(&mut random)).unzip();
        let fails = ends_with(&mut random, code);
        let expected = format!("failed {} {code}", others + 1);
        ended_by_the_last(&mut run, &mut random, &commands, &long, &fails, &expected);
    }
    job(&mut run, &["true"], "ok");
}

/// A command that a signal ends has failed: 128 and the signal, as a shell says it.
pub fn a_signal_is_a_failure(program: &Program) {
    let mut random = program.random();
    let mut run = start(program);
    // Which signal, only a shell finds out.
    let number = [15, 9, 10, 14][random.usize(..4)];
    let (riddle, x) = (Riddle::draw(&mut random), random.u64(1..10_000));
    let (answer, other) = (riddle.answer(x), random.u64(1..99_999));
    let kills =
        format!("x={x}; {riddle}; kill -$(( x + {other} - {} )) $$", answer + other - number);
    let (sleep, long) = becomes_sleep(&mut random);
    let expected = format!("failed 2 {}", 128 + number);
    ended_by_the_last(&mut run, &mut random, &[sleep], &[long], &kills, &expected);
}

/// What a command has started ends with it.
pub fn grandchildren_end_too(program: &Program) {
    let mut random = program.random();
    let mut run = start(program);
    let code = random.u64(1..120);
    let ((one, first), (other, second)) = (sleeps(&mut random), sleeps(&mut random));
    let fails = ends_with(&mut random, code);
    let (parent, expected) = (format!("{one} & {other} & wait"), format!("failed 2 {code}"));
    ended_by_the_last(&mut run, &mut random, &[parent], &[first, second], &fails, &expected);
}

/// A command that ignores SIGTERM ends all the same.
pub fn the_stubborn_end_too(program: &Program) {
    let mut random = program.random();
    let mut run = start(program);
    let code = random.u64(1..120);
    // What a process ignores, the program that it becomes ignores too. It has no children: those are another check's.
    let (sleep, long) = becomes_sleep(&mut random);
    let stubborn = format!("trap '' TERM INT HUP; {sleep}");
    let (fails, expected) = (ends_with(&mut random, code), format!("failed 2 {code}"));
    ended_by_the_last(&mut run, &mut random, &[stubborn], &[long], &fails, &expected);
}

/// A job that succeeds leaves nothing behind either. That it has begun is seen before it ends.
pub fn what_is_left_behind_is_ended(program: &Program) {
    let mut random = program.random();
    let mut run = start(program);
    let (sleep, left) = sleeps(&mut random);
    let (waits, long) = sleeps(&mut random);
    run.send_line(&[format!("{sleep} & true"), format!("{waits}; exit 0")].join("\t"));
    let pids = sleeping(&run, "a command is not run", &[left, long]);
    run.signal(pids[1], Signal::Terminate);
    assert_eq!(run.line(), "ok", "what is printed when all commands have ended well");
    nothing_is_left(&run);
}
