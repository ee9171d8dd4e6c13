//! What a pool of processes must do, seen from outside.

use judge::{Program, Run, Signal};

/// What a worker runs: it squares numbers, and does some other things that are asked of it.
const WORKER: &str = "while read task; do
    case $task in
        hang) exec sleep 1000;;
        hang-once) if [ -e hung ]; then echo survived; else touch hung; exec sleep 1000; fi;;
        die) kill -KILL $$;;
        wait-for-go) until [ -e go ]; do sleep 0.01; done; echo gone;;
        go) touch go; echo go;;
        late) n=0; until [ -e called ] || [ $n = 200 ]; do sleep 0.01; n=$((n + 1)); done; echo late;;
        call) touch called; echo called;;
        *) echo $((task * task));;
    esac
done";

fn start(program: &Program, workers: usize) -> Run {
    program.start([workers.to_string(), WORKER.to_owned()])
}

/// The processes of workers that hang.
#[track_caller]
fn hanging(run: &Run, count: usize) -> Vec<i32> {
    let hangs = |all: &[judge::ProcessInfo]| -> Vec<i32> {
        all.iter().filter(|process| process.command == "sleep").map(|process| process.pid).collect()
    };
    let all =
        run.until("so many workers do not work at the same time", |all| hangs(all).len() == count);
    hangs(&all)
}

/// Random numbers, squared by one worker and by three.
///
/// With three, one task ends only when a later one has been done, or after two seconds: more tasks lie between than there are other
/// workers, so that at least one of those is answered first.
pub fn results_in_order(program: &Program) {
    let mut random = program.random();
    for workers in [1, 3] {
        let mut tasks: Vec<(String, String)> = (0..300)
            .map(|_| random.u32(1..10_000))
            .map(|number| (number.to_string(), (number * number).to_string()))
            .collect();
        if workers > 1 {
            tasks[150] = ("late".to_owned(), "late".to_owned());
            tasks[154] = ("call".to_owned(), "called".to_owned());
        }
        let mut run = start(program, workers);
        for (task, _) in &tasks {
            run.send_line(task);
        }
        let ended = run.finish();
        let expected: Vec<&str> = tasks.iter().map(|(_, result)| result.as_str()).collect();
        assert_eq!(ended.stdout.lines().collect::<Vec<_>>(), expected, "{workers} workers");
        assert_eq!(ended.code, Some(0));
    }
}

/// An answer comes although no further task has been sent.
pub fn answers_do_not_wait_for_more_tasks(program: &Program) {
    let mut run = start(program, 2);
    for number in [7, 8, 9] {
        run.send_line(&number.to_string());
        assert_eq!(run.line(), (number * number).to_string());
    }
    assert_eq!(run.finish().code, Some(0));
}

/// As many workers as were asked for work at the same time, and not one more.
pub fn all_workers_work_and_no_more(program: &Program) {
    let workers = program.random().usize(2..5);
    let mut run = start(program, workers);
    run.send("hang\n".repeat(workers + 3));
    let pids = hanging(&run, workers);
    assert_eq!(pids.len(), workers);
    // One is killed, and its place is taken: there are as many as before.
    run.signal(pids[0], Signal::Kill);
    run.until("a killed worker is not replaced", |all| {
        let others =
            |process: &&judge::ProcessInfo| process.command == "sleep" && process.pid != pids[0];
        all.iter().filter(others).count() == workers
    });
    let shells = run.processes().iter().filter(|process| process.command == "sh").count();
    assert_eq!(shells, 0, "workers beyond the {workers} that were asked for");
}

/// The first task waits for what a later one does. Whoever is free takes the next task.
pub fn nobody_waits_behind_a_slow_task(program: &Program) {
    let mut run = start(program, 2);
    run.send("wait-for-go\n3\ngo\n4\n");
    assert_eq!([run.line(), run.line(), run.line(), run.line()], ["gone", "9", "go", "16"]);
    assert_eq!(run.finish().code, Some(0));
}

/// A worker is killed in the middle of a task. The task is done by another.
pub fn a_killed_workers_task_is_done_again(program: &Program) {
    for workers in [1, 2] {
        let mut run = start(program, workers);
        run.send("2\nhang-once\n3\n");
        let pids = hanging(&run, 1);
        run.signal(pids[0], Signal::Kill);
        assert_eq!([run.line(), run.line(), run.line()], ["4", "survived", "9"]);
        assert_eq!(run.finish().code, Some(0));
    }
}

/// A task that kills every worker is given up after the second.
pub fn a_deadly_task_is_lost(program: &Program) {
    let mut run = start(program, 2);
    run.send("5\ndie\n6\ndie\n7\n");
    let lines: Vec<String> = (0..5).map(|_| run.line()).collect();
    assert_eq!(lines, ["25", "lost", "36", "lost", "49"]);
    assert_eq!(run.finish().code, Some(0));
}

/// A worker is killed while it has nothing to do. The next task finds another.
pub fn an_idle_worker_may_be_killed(program: &Program) {
    let mut run = start(program, 1);
    run.send_line("2");
    assert_eq!(run.line(), "4");
    let all = run.processes();
    let worker = all.iter().find(|process| process.command == "sh").expect("there is a worker");
    run.signal(worker.pid, Signal::Kill);
    run.until("the worker ends", |all| all.iter().all(|process| process.pid != worker.pid));
    run.send("3\n4\n");
    assert_eq!([run.line(), run.line()], ["9", "16"]);
    assert_eq!(run.finish().code, Some(0));
}
