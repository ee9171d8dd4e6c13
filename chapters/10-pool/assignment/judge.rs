//! What a pool of processes must do, seen from outside.

use judge::{ProcessInfo, Program, Random, Riddle, Run, Signal};

/// What a worker runs, another function and other kinds of tasks in each check of each grading. Every task is a number: of what kind it is, and what the
/// answer is, only a shell finds out.
struct Worker {
    kind: Riddle,
    result: Riddle,
    script: String,
    /// What is left of the answer to `kind`, for each kind.
    rests: Vec<u64>,
}

/// What a task can be, besides one that is answered at once.
#[derive(Clone, Copy)]
enum Task {
    /// Hangs: stops the worker.
    Hang,
    /// Hangs the first time.
    HangOnce,
    /// The first time it says what might be half of the answer, and hangs.
    HalfOnce,
    /// Stops the worker, and kills it when it goes on.
    Die,
    /// Waits until somebody does [`Task::Go`].
    WaitForGo,
    Go,
    /// Waits until somebody does [`Task::Call`], for two seconds at the most.
    Late,
    Call,
    Plain,
}

/// So many kinds of tasks.
const TASKS: usize = Task::Plain as usize + 1;

/// In a riddle all numbers may come to few. So many are tried for a kind.
const TRIES: usize = 1000;

impl Worker {
    fn draw(random: &mut Random) -> Worker {
        loop {
            let worker = Worker::try_draw(random);
            let rest = |_| worker.kind.answer(random.u64(1..10_000)) % TASKS as u64;
            let found: Vec<u64> = (0..TRIES / 4).map(rest).collect();
            if worker.rests.iter().all(|rest| found.contains(rest)) {
                return worker;
            }
        }
    }

    fn try_draw(random: &mut Random) -> Worker {
        let (kind, result) = (Riddle::draw(random), Riddle::draw(random));
        let mut rests: Vec<u64> = (0..TASKS as u64).collect();
        random.shuffle(&mut rests);
        let does = [
            (Task::Hang, "kill -STOP $$"),
            (Task::HangOnce, "if [ -e hung ]; then echo $x; else : > hung; kill -STOP $$; fi"),
            (
                Task::HalfOnce,
                "if [ -e half ]; then echo $x; else : > half; printf 1$x; kill -STOP $$; fi",
            ),
            (Task::Die, "kill -STOP $$; kill -KILL $$"),
            (Task::WaitForGo, "until [ -e went ]; do sleep 0.01; done; echo $x"),
            (Task::Go, ": > went; echo $x"),
            (
                Task::Late,
                "n=0; until [ -e called ] || [ $n = 20 ]; do sleep 0.1; n=$((n + 1)); done; echo $x",
            ),
            (Task::Call, ": > called; echo $x"),
            (Task::Plain, "echo $x"),
        ];
        let mut arms = does.map(|(task, text)| format!("{}) {text};;", rests[task as usize]));
        random.shuffle(&mut arms);
        let script = format!(
            "while read -r t; do
    x=$t; {kind}; k=$((x % {TASKS})); x=$t; {result}
    case $k in
        {}
    esac
done",
            arms.join("\n        "),
        );
        Worker { kind, result, script, rests }
    }

    fn start(&self, program: &Program, workers: usize) -> Run {
        program.start([workers.to_string(), self.script.clone()])
    }

    /// A number that is such a task.
    fn task(&self, random: &mut Random, task: Task) -> u64 {
        let wanted = self.rests[task as usize];
        let is_it = |x: &u64| self.kind.answer(*x) % TASKS as u64 == wanted;
        let drawn = std::iter::repeat_with(|| random.u64(1..10_000)).take(100 * TRIES);
        drawn.into_iter().find(is_it).expect("one of very many is of that kind")
    }

    /// What a worker says to it, at once or in the end.
    fn of(&self, number: u64) -> String {
        self.result.answer(number).to_string()
    }

    /// The workers: what the program itself has started, which runs the script, or has stopped in it.
    fn all(&self, run: &Run, all: &[ProcessInfo]) -> Vec<ProcessInfo> {
        let Some((program, others)) = all.split_first() else { return Vec::new() };
        let is_worker = |it: &&ProcessInfo| {
            let arguments = run.arguments(it);
            it.parent == program.pid
                && it.command == "sh"
                && arguments.get(1..) == Some(&["-c".to_owned(), self.script.clone()][..])
        };
        others.iter().filter(is_worker).cloned().collect()
    }

    /// The numbers of workers that hang.
    fn stopped(&self, run: &Run, all: &[ProcessInfo]) -> Vec<i32> {
        let stopped = self.all(run, all).into_iter().filter(|process| process.state == 'T');
        stopped.map(|process| process.pid).collect()
    }

    /// Those, when there are so many.
    #[track_caller]
    fn hanging(&self, run: &Run, count: usize) -> Vec<i32> {
        let what = "so many workers do not work at the same time";
        let all = run.until(what, |all| self.stopped(run, all).len() == count);
        self.stopped(run, &all)
    }
}

/// Random numbers, done by one worker and by three.
///
/// With three, one task ends only when a later one has been done, or after two seconds: more tasks lie between than there are other
/// workers, so that at least one of those is answered first.
pub fn results_in_order(program: &Program) {
    let mut random = program.random();
    for workers in [1, 3] {
        let worker = Worker::draw(&mut random);
        let mut tasks: Vec<u64> = (0..300).map(|_| worker.task(&mut random, Task::Plain)).collect();
        if workers > 1 {
            for (at, task) in [(150, Task::Late), (154, Task::Call)] {
                tasks[at] = worker.task(&mut random, task);
            }
        }
        let mut run = worker.start(program, workers);
        for task in &tasks {
            run.send_line(&task.to_string());
        }
        let ended = run.finish();
        let expected: Vec<String> = tasks.iter().map(|task| worker.of(*task)).collect();
        assert_eq!(ended.stdout.lines().collect::<Vec<_>>(), expected, "{workers} workers");
        assert_eq!(ended.code, Some(0));
    }
}

/// An answer comes although no further task has been sent.
pub fn answers_do_not_wait_for_more_tasks(program: &Program) {
    let mut random = program.random();
    let worker = Worker::draw(&mut random);
    let mut run = worker.start(program, 2);
    for _ in 0..3 {
        let number = worker.task(&mut random, Task::Plain);
        run.send_line(&number.to_string());
        assert_eq!(run.line(), worker.of(number));
    }
    assert_eq!(run.finish().code, Some(0));
}

/// As many workers as were asked for work at the same time, and not one more.
pub fn all_workers_work(program: &Program) {
    let mut random = program.random();
    let workers = random.usize(2..5);
    let worker = Worker::draw(&mut random);
    let mut run = worker.start(program, workers);
    // First it is seen that they do what they are asked.
    let number = worker.task(&mut random, Task::Plain);
    run.send_line(&number.to_string());
    assert_eq!(run.line(), worker.of(number));
    for _ in 0..workers + 3 {
        run.send_line(&worker.task(&mut random, Task::Hang).to_string());
    }
    let pids = worker.hanging(&run, workers);
    // One is killed, and its place is taken: there are as many as before.
    run.signal(pids[0], Signal::Kill);
    run.until("a killed worker is not replaced", |all| {
        let stopped = worker.stopped(&run, all);
        stopped.len() == workers && !stopped.contains(&pids[0])
    });
    let all = run.processes().len() - 1;
    assert_eq!(all, workers, "processes of the pool's own, where {workers} workers were asked for");
}

/// At the end of the input a worker has something to do before it ends.
pub fn workers_are_let_end(program: &Program) {
    let mut random = program.random();
    let (mut worker, last) = (Worker::draw(&mut random), random.u64(1..10_000));
    let says = format!("x={last}; {}; echo $x >&2", worker.result);
    worker.script += &format!("\nkill -STOP $$; {says}");
    let mut run = worker.start(program, 1);
    let number = worker.task(&mut random, Task::Plain);
    run.send_line(&number.to_string());
    assert_eq!(run.line(), worker.of(number));
    run.close_input();
    let what = "a worker's input does not end, or the worker is not let end";
    let all = run.until(what, |all| !worker.stopped(&run, all).is_empty());
    for pid in worker.stopped(&run, &all) {
        run.signal(pid, Signal::Continue);
    }
    let ended = run.finish();
    assert_eq!(
        ended.stderr.lines().last(),
        Some(worker.of(last).as_str()),
        "the worker's last words"
    );
    assert_eq!(ended.code, Some(0));
}

/// The first task waits for what a later one does. Whoever is free takes the next task.
pub fn nobody_waits_behind_a_slow_task(program: &Program) {
    let mut random = program.random();
    let worker = Worker::draw(&mut random);
    let mut run = worker.start(program, 2);
    let tasks = [Task::WaitForGo, Task::Plain, Task::Go, Task::Plain]
        .map(|task| worker.task(&mut random, task));
    run.send(tasks.map(|task| format!("{task}\n")).concat());
    for task in tasks {
        assert_eq!(run.line(), worker.of(task));
    }
    assert_eq!(run.finish().code, Some(0));
}

/// A worker is killed in the middle of a task. The task is done by another.
pub fn a_killed_workers_task_is_done_again(program: &Program) {
    let mut random = program.random();
    for workers in [1, 2] {
        let worker = Worker::draw(&mut random);
        let mut run = worker.start(program, workers);
        let tasks =
            [Task::Plain, Task::HangOnce, Task::Plain].map(|task| worker.task(&mut random, task));
        run.send(tasks.map(|task| format!("{task}\n")).concat());
        let pids = worker.hanging(&run, 1);
        run.signal(pids[0], Signal::Kill);
        for task in tasks {
            assert_eq!(run.line(), worker.of(task));
        }
        assert_eq!(run.finish().code, Some(0));
    }
}

/// A task that kills every worker is given up after the second. Each death is seen.
pub fn two_deaths_are_enough(program: &Program) {
    let mut random = program.random();
    let worker = Worker::draw(&mut random);
    let mut run = worker.start(program, 2);
    let tasks = [Task::Plain, Task::Die, Task::Plain, Task::Die, Task::Plain]
        .map(|task| worker.task(&mut random, task));
    run.send(tasks.map(|task| format!("{task}\n")).concat());
    let mut dead: Vec<i32> = Vec::new();
    while dead.len() < 4 {
        let dying = |all: &[ProcessInfo]| -> Vec<i32> {
            let mut stopped = worker.stopped(&run, all);
            stopped.retain(|pid| !dead.contains(pid));
            stopped
        };
        let what = "two workers have to die of each of two tasks";
        let now = dying(&run.until(what, |all| !dying(all).is_empty()));
        for pid in &now {
            run.signal(*pid, Signal::Continue);
        }
        dead.extend(now);
    }
    for (i, task) in tasks.into_iter().enumerate() {
        let expected = if [1, 3].contains(&i) { "lost".to_owned() } else { worker.of(task) };
        assert_eq!(run.line(), expected);
    }
    assert_eq!(run.finish().code, Some(0));
}

/// A worker is killed in the middle of its answer. That is none: the task is done by another.
pub fn half_a_line_is_no_answer(program: &Program) {
    let mut random = program.random();
    let worker = Worker::draw(&mut random);
    let mut run = worker.start(program, 1);
    let tasks = [Task::HalfOnce, Task::Plain].map(|task| worker.task(&mut random, task));
    run.send(tasks.map(|task| format!("{task}\n")).concat());
    let pids = worker.hanging(&run, 1);
    run.signal(pids[0], Signal::Kill);
    for task in tasks {
        assert_eq!(run.line(), worker.of(task));
    }
    assert_eq!(run.finish().code, Some(0));
}

/// A worker is killed while it has nothing to do. The next task finds another.
pub fn an_idle_worker_may_be_killed(program: &Program) {
    let mut random = program.random();
    let worker = Worker::draw(&mut random);
    let mut run = worker.start(program, 1);
    let [a, b, c] = [(); 3].map(|()| worker.task(&mut random, Task::Plain));
    run.send_line(&a.to_string());
    assert_eq!(run.line(), worker.of(a));
    let all = run.processes();
    let workers = worker.all(&run, &all);
    assert_eq!(workers.len(), 1, "workers, where one was asked for");
    let idle = workers[0].pid;
    run.signal(idle, Signal::Kill);
    run.until("the worker ends", |all| all.iter().all(|process| process.pid != idle));
    run.send(format!("{b}\n{c}\n"));
    assert_eq!([run.line(), run.line()], [worker.of(b), worker.of(c)]);
    assert_eq!(run.finish().code, Some(0));
}
