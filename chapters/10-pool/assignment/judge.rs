//! What a pool of processes must do, seen from outside.

use judge::{Program, Random, Riddle, Run, Signal};

/// What a worker runs, other words and another function in each check of each grading: whoever would answer without it has to be a shell.
struct Worker {
    riddle: Riddle,
    script: String,
    words: Vec<String>,
    answers: Vec<String>,
}

/// What a task can be, besides a number, which asks for the riddle's answer.
#[derive(Clone, Copy)]
enum Task {
    /// Hangs.
    Hang,
    /// Hangs the first time.
    HangOnce,
    /// Kills the worker.
    Die,
    /// Waits until somebody does [`Task::Go`].
    WaitForGo,
    Go,
    /// Waits until somebody does [`Task::Call`], for two seconds at the most.
    Late,
    Call,
}

/// So many kinds of tasks.
const TASKS: usize = 7;

impl Worker {
    fn draw(random: &mut Random) -> Worker {
        let mut word = |length: usize| -> String {
            let mut word = String::new();
            // Each begins with another letter, so that no two are the same.
            for i in 0..length {
                let letter = if i == 0 { random.char('b'..='y') } else { random.lowercase() };
                word.push(letter);
            }
            word
        };
        let words: Vec<String> = (b'a'..).take(TASKS).map(|c| format!("{}{}", c as char, word(5))).collect();
        let answers: Vec<String> = (0..TASKS).map(|_| word(6)).collect();
        let riddle = Riddle::draw(random);
        // In any order, with which the script does not tell what a word means but to a shell.
        let mut order: Vec<usize> = (0..TASKS).collect();
        random.shuffle(&mut order);
        let all: Vec<&str> = order.iter().map(|&i| words[i].as_str()).collect();
        let place = |task: Task| order.iter().position(|&i| i == task as usize).map_or(0, |i| i + 1);
        let say = |task: Task| format!("echo {}", answers[task as usize]);
        let script = format!(
            "set -- {}; a=${}; b=${}; c=${}; d=${}; e=${}; f=${}; g=${}; while read -r x; do
    case $x in
        $a) exec sleep 1000;;
        $b) if [ -e hung ]; then {}; else touch hung; exec sleep 1000; fi;;
        $c) kill -KILL $$;;
        $d) until [ -e went ]; do sleep 0.01; done; {};;
        $e) touch went; {};;
        $f) n=0; until [ -e called ] || [ $n = 200 ]; do sleep 0.01; n=$((n + 1)); done; {};;
        $g) touch called; {};;
        *) {riddle}; echo $x;;
    esac
done",
            all.join(" "),
            place(Task::Hang),
            place(Task::HangOnce),
            place(Task::Die),
            place(Task::WaitForGo),
            place(Task::Go),
            place(Task::Late),
            place(Task::Call),
            say(Task::HangOnce),
            say(Task::WaitForGo),
            say(Task::Go),
            say(Task::Late),
            say(Task::Call),
        );
        Worker { riddle, script, words, answers }
    }

    fn start(&self, program: &Program, workers: usize) -> Run {
        program.start([workers.to_string(), self.script.clone()])
    }

    fn word(&self, task: Task) -> &str {
        &self.words[task as usize]
    }

    /// What a worker says to it.
    fn says(&self, task: Task) -> &str {
        &self.answers[task as usize]
    }

    /// What a worker says to a number.
    fn of(&self, number: u64) -> String {
        self.riddle.answer(number).to_string()
    }
}

/// Different numbers that are asked for.
fn numbers<const N: usize>(random: &mut Random) -> [u64; N] {
    std::array::from_fn(|i| random.u64(1..1000) * 50 + i as u64)
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

/// Random numbers, done by one worker and by three.
///
/// With three, one task ends only when a later one has been done, or after two seconds: more tasks lie between than there are other
/// workers, so that at least one of those is answered first.
pub fn results_in_order(program: &Program) {
    let mut random = program.random();
    for workers in [1, 3] {
        let worker = Worker::draw(&mut random);
        let mut tasks: Vec<(String, String)> = (0..300)
            .map(|_| random.u64(1..10_000))
            .map(|number| (number.to_string(), worker.of(number)))
            .collect();
        if workers > 1 {
            for (at, task) in [(150, Task::Late), (154, Task::Call)] {
                tasks[at] = (worker.word(task).to_owned(), worker.says(task).to_owned());
            }
        }
        let mut run = worker.start(program, workers);
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
    let mut random = program.random();
    let worker = Worker::draw(&mut random);
    let mut run = worker.start(program, 2);
    for number in numbers::<3>(&mut random) {
        run.send_line(&number.to_string());
        assert_eq!(run.line(), worker.of(number));
    }
    assert_eq!(run.finish().code, Some(0));
}

/// As many workers as were asked for work at the same time, and not one more.
pub fn all_workers_work_and_no_more(program: &Program) {
    let mut random = program.random();
    let workers = random.usize(2..5);
    let worker = Worker::draw(&mut random);
    let mut run = worker.start(program, workers);
    // First it is seen that they do what they are asked.
    let number = random.u64(1..10_000);
    run.send_line(&number.to_string());
    assert_eq!(run.line(), worker.of(number));
    run.send(format!("{}\n", worker.word(Task::Hang)).repeat(workers + 3));
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
    let mut random = program.random();
    let worker = Worker::draw(&mut random);
    let mut run = worker.start(program, 2);
    let [a, b] = numbers(&mut random);
    let (wait, go) = (worker.word(Task::WaitForGo), worker.word(Task::Go));
    run.send(format!("{wait}\n{a}\n{go}\n{b}\n"));
    let expected = [
        worker.says(Task::WaitForGo).to_owned(),
        worker.of(a),
        worker.says(Task::Go).to_owned(),
        worker.of(b),
    ];
    assert_eq!([run.line(), run.line(), run.line(), run.line()], expected);
    assert_eq!(run.finish().code, Some(0));
}

/// A worker is killed in the middle of a task. The task is done by another.
pub fn a_killed_workers_task_is_done_again(program: &Program) {
    let mut random = program.random();
    for workers in [1, 2] {
        let worker = Worker::draw(&mut random);
        let mut run = worker.start(program, workers);
        let [a, b] = numbers(&mut random);
        run.send(format!("{a}\n{}\n{b}\n", worker.word(Task::HangOnce)));
        let pids = hanging(&run, 1);
        run.signal(pids[0], Signal::Kill);
        let expected = [worker.of(a), worker.says(Task::HangOnce).to_owned(), worker.of(b)];
        assert_eq!([run.line(), run.line(), run.line()], expected);
        assert_eq!(run.finish().code, Some(0));
    }
}

/// A task that kills every worker is given up after the second.
pub fn a_deadly_task_is_lost(program: &Program) {
    let mut random = program.random();
    let worker = Worker::draw(&mut random);
    let mut run = worker.start(program, 2);
    let [a, b, c] = numbers(&mut random);
    let die = worker.word(Task::Die);
    run.send(format!("{a}\n{die}\n{b}\n{die}\n{c}\n"));
    let lines: Vec<String> = (0..5).map(|_| run.line()).collect();
    let lost = || "lost".to_owned();
    assert_eq!(lines, [worker.of(a), lost(), worker.of(b), lost(), worker.of(c)]);
    assert_eq!(run.finish().code, Some(0));
}

/// A worker is killed while it has nothing to do. The next task finds another.
pub fn an_idle_worker_may_be_killed(program: &Program) {
    let mut random = program.random();
    let worker = Worker::draw(&mut random);
    let mut run = worker.start(program, 1);
    let [a, b, c] = numbers(&mut random);
    run.send_line(&a.to_string());
    assert_eq!(run.line(), worker.of(a));
    let all = run.processes();
    let idle = all.iter().find(|process| process.command == "sh").expect("there is a worker");
    run.signal(idle.pid, Signal::Kill);
    run.until("the worker ends", |all| all.iter().all(|process| process.pid != idle.pid));
    run.send(format!("{b}\n{c}\n"));
    assert_eq!([run.line(), run.line()], [worker.of(b), worker.of(c)]);
    assert_eq!(run.finish().code, Some(0));
}
