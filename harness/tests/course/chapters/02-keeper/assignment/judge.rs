//! What a keeper must do, seen from outside.

use judge::{Program, Run, Signal};

fn ask(run: &mut Run, a: u32, b: u32) {
    run.send_line(&format!("{a} {b}"));
    assert_eq!(run.line(), (a + b).to_string(), "the answer to {a} {b}");
}

/// Sums that nobody can know beforehand.
pub fn adds(program: &Program) {
    let mut random = program.random();
    let mut run = program.start(["1"]);
    for _ in 0..5 {
        ask(&mut run, random.u32(..1000), random.u32(..1000));
    }
    let ended = run.finish();
    assert_eq!(ended.code, Some(0), "its exit code; it said {:?}", ended.stderr);
}

/// Its own process and the others.
pub fn keeps_processes(program: &Program) {
    let others = program.random().usize(2..5);
    let mut run = program.start([others.to_string()]);
    ask(&mut run, 1, 2);
    let processes = run.processes();
    assert_eq!(processes.len(), 1 + others, "its own process and {others} others: {processes:?}");
    assert_eq!(run.finish().code, Some(0));
}

/// Who dies is replaced before the next answer.
pub fn replaces_what_dies(program: &Program) {
    let mut run = program.start(["3"]);
    ask(&mut run, 1, 2);
    let victim = run.processes()[2].pid;
    run.signal(victim, Signal::Kill);
    run.until("the killed process is gone", |all| all.iter().all(|other| other.pid != victim));
    ask(&mut run, 3, 4);
    assert_eq!(run.processes().len(), 4, "after one of three was killed and one more answer");
}
