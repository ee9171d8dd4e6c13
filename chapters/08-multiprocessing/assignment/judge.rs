//! What a pipeline must do, seen from outside.

use judge::{ProcessInfo, Program, Random, Riddle, Run, Signal};

/// So many bytes of random text in lines.
fn text(program: &Program, bytes: usize) -> String {
    let mut random = program.random();
    let mut text = String::with_capacity(bytes + 80);
    while text.len() < bytes {
        for _ in 0..random.usize(1..70) {
            text.push(random.alphanumeric());
        }
        text.push('\n');
    }
    text
}

/// A few lines through one, two and three commands.
pub fn a_little_goes_through(program: &Program) {
    for (commands, expected) in [
        (&["cat"][..], "pear\napple\nfig\n"),
        (&["sort", "head -n 2"], "apple\nfig\n"),
        (&["sort", "tr a-z A-Z", "tail -n 1"], "PEAR\n"),
    ] {
        let mut run = program.start(commands);
        run.send("pear\napple\nfig\n");
        let ended = run.finish();
        assert_eq!(ended.stdout, expected, "{commands:?}");
        assert_eq!(ended.code, Some(0), "the exit code of {commands:?}");
    }
    what_commands_say_is_theirs(program);
    the_program_itself_starts_the_commands(program);
}

/// Commands of which nobody knows what they print but who runs them.
fn what_commands_say_is_theirs(program: &Program) {
    let mut random = program.random();
    let riddles = [Riddle::draw(&mut random), Riddle::draw(&mut random)];
    let commands =
        riddles.each_ref().map(|riddle| format!("while read -r x; do {riddle}; echo $x; done"));
    let numbers: Vec<u64> = (0..5).map(|_| random.u64(1..10_000)).collect();
    let mut run = program.start(&commands);
    let mut expected = String::new();
    for number in numbers {
        run.send_line(&number.to_string());
        expected += &format!("{}\n", riddles[1].answer(riddles[0].answer(number)));
    }
    let ended = run.finish();
    assert_eq!(ended.stdout, expected, "of {commands:?}");
}

/// A command is a shell that the program has started, and it has become no other program meanwhile. Whoever lets another make the pipeline has more
/// processes than that.
fn the_program_itself_starts_the_commands(program: &Program) {
    let mut run = program.start(["kill -STOP $$"]);
    run.close_input();
    let all = run.until("the command does not run", |all| {
        all.iter().any(|process| process.command == "sh" && process.state == 'T')
    });
    let names: Vec<&str> = all.iter().map(|process| process.command.as_str()).collect();
    assert_eq!(names, ["program", "sh"], "processes for one command");
    assert_eq!(all[1].parent, all[0].pid, "who has started the command");
}

/// A piece of shell that makes `x` a number, and the number.
fn drawn(random: &mut Random) -> (String, u64) {
    let (riddle, x) = (Riddle::draw(random), random.u64(1..10_000));
    (format!("x={x}; {riddle}"), riddle.answer(x))
}

/// A command that ends with this code, and says so only to a shell.
fn ends_with(random: &mut Random, code: u64) -> String {
    let (set, x) = drawn(random);
    // Above the answer, or below it: from the text nobody knows whether something is to be added.
    let other = random.u64(1..99_999);
    format!("{set}; exit $(( x + {other} - {} ))", x + other - code)
}

/// A command that has read a number.
struct Step {
    text: String,
    riddle: Riddle,
}

impl Step {
    /// It says what only a shell finds out of the number, sleeps for so long and `SLEEPS` seconds more, and then does `then`, for which `x` is that.
    fn draw(random: &mut Random, then: &str) -> Step {
        let riddle = Riddle::draw(random);
        let text = format!("read -r x; {riddle}; echo $x; sleep $((x + {SLEEPS})); {then}");
        Step { text, riddle }
    }
}

/// Longer than any check takes.
const SLEEPS: u64 = 1000;

fn start(program: &Program, steps: &[Step]) -> Run {
    program.start(steps.iter().map(|step| step.text.clone()))
}

/// What each of the steps says when the first has read this number.
fn said(steps: &[Step], number: u64) -> Vec<u64> {
    let mut x = number;
    steps.iter().map(|step| (x = step.riddle.answer(x), x).1).collect()
}

/// The process that sleeps so long, and who has started it.
fn sleeper(run: &Run, all: &[ProcessInfo], long: u64) -> Option<ProcessInfo> {
    let long = Some(long.to_string());
    let mut sleeps = all.iter().filter(|process| process.command == "sleep");
    sleeps.find(|it| run.arguments(it).get(1) == long.as_ref()).cloned()
}

/// Sees that all of the steps have read what the one before has said, and sleep at the same time, each in a shell that the program itself has started.
/// Then wakes them. So it is not enough to run them one by one, and not to let somebody else make the pipeline.
#[track_caller]
fn all_at_once(run: &Run, steps: &[Step], number: u64) {
    let said = said(steps, number);
    let find = |all: &[ProcessInfo]| -> Option<Vec<ProcessInfo>> {
        said.iter().map(|x| sleeper(run, all, x + SLEEPS)).collect()
    };
    let what =
        "the commands do not all run at the same time, each reading what the one before prints";
    let all = run.until(what, |all| find(all).is_some());
    let sleepers = find(&all).unwrap_or_default();
    for (step, sleeper) in steps.iter().zip(&sleepers) {
        let shell = all.iter().find(|process| process.pid == sleeper.parent);
        let is_its = shell
            .is_some_and(|it| it.parent == all[0].pid && run.arguments(it).contains(&step.text));
        assert!(is_its, "another than the program has started the shell of a command");
    }
    for process in &all[1..] {
        let shells = sleepers.iter().map(|sleeper| sleeper.parent);
        let is_known = shells.chain(sleepers.iter().map(|it| it.pid)).any(|pid| pid == process.pid);
        assert!(is_known, "`{}` runs beside the commands", process.command);
    }
    for sleeper in sleepers {
        run.signal(sleeper.pid, Signal::Terminate);
    }
}

/// More than fits into all pipes together, through commands that give it on at once, each line with
/// a number more. Lines have a byte in them that is no text, and the last one does not end.
pub fn much_goes_through(program: &Program) {
    let mut random = program.random();
    let steps = [(); 3].map(|()| Step::draw(&mut random, "exec sed \"s/^/$x /\""));
    let (data, number) = (text(program, 1 << 20), random.u64(1..10_000));
    let [a, b, c] = said(&steps, number)[..] else { unreachable!("there are three") };
    // What one says first, the next one reads before it does the same to each line.
    let mut sent = number.to_string().into_bytes();
    let mut expected = c.to_string().into_bytes();
    for line in data.lines() {
        let no_text = random.u64(0x80..0x100) as u8;
        sent.extend([b'\n', no_text]);
        sent.extend(line.bytes());
        expected.extend(format!("\n{c} {b} {a} ").bytes());
        expected.push(no_text);
        expected.extend(line.bytes());
    }
    let mut run = start(program, &steps);
    run.send_all(sent);
    all_at_once(&run, &steps, number);
    let came = run.bytes(expected.len());
    assert!(came == expected, "what came out is not what went in");
    assert_eq!(run.finish().stdout, "", "what came out after all that went in");
}

/// A command gives an answer to each line. It has to come before the next line is sent.
pub fn answers_come_at_once(program: &Program) {
    let mut random = program.random();
    let steps = [(); 3].map(|()| {
        let Step { text, riddle } = Step::draw(&mut random, "true; done");
        Step { text: format!("while {}", text.replacen("; ", "; do ", 1)), riddle }
    });
    let mut run = start(program, &steps);
    for _ in 0..3 {
        let number = random.u64(1..10_000);
        run.send_line(&number.to_string());
        assert_eq!(run.line(), said(&steps, number)[2].to_string(), "the answer to {number}");
        all_at_once(&run, &steps, number);
    }
    assert_eq!(run.finish().code, Some(0));
    a_prompt_needs_no_line(program);
}

/// What comes is passed on although no line ends with it, to a command and from it.
fn a_prompt_needs_no_line(program: &Program) {
    let mut random = program.random();
    let (riddle, number) = (Riddle::draw(&mut random), random.u64(1000..10_000));
    let asks = format!("x=$(head -c 4); {riddle}; printf '%s? ' $x; exec cat");
    let mut run = program.start([&asks, "cat"]);
    run.send(number.to_string());
    let prompt = format!("{}? ", riddle.answer(number));
    let came = run.bytes(prompt.len());
    assert_eq!(String::from_utf8_lossy(&came), prompt, "what came out, and no line of it");
    run.send(number.to_string());
    assert_eq!(run.finish().stdout, number.to_string(), "what came out at the end");
}

/// Commands of a pipeline run at the same time: the first never ends by itself.
pub fn an_endless_command_ends_with_its_reader(program: &Program) {
    let mut random = program.random();
    let steps =
        ["exec yes $x", "exec head -n $((x % 50 + 2))"].map(|it| Step::draw(&mut random, it));
    let number = random.u64(1..10_000);
    let mut run = start(program, &steps);
    run.send_all(format!("{number}\n"));
    all_at_once(&run, &steps, number);
    let [first, second] = said(&steps, number)[..] else { unreachable!("there are two") };
    let lines = format!("{first}\n").repeat((second % 50 + 2) as usize);
    let ended = run.finish();
    assert_eq!(ended.stdout, format!("{second}\n{lines}"));
    assert_eq!(ended.code, Some(0), "`yes` is ended by SIGPIPE, and that is no failure");
}

/// The first command closes its input and goes on. Whoever still writes to it is told so, and that is no error.
pub fn a_closed_pipe_is_no_error(program: &Program) {
    let mut random = program.random();
    let (set, first) = drawn(&mut random);
    let text = format!(
        "trap 'exit 0' TERM; exec 0<&-; {set}; echo $x; sleep $((x + {SLEEPS})) >/dev/null 2>&1 & wait"
    );
    let second = Step::draw(&mut random, "exec cat");
    let mut run = program.start([&text, &second.text]);
    let x = second.riddle.answer(first);
    assert_eq!(
        run.line(),
        x.to_string(),
        "what the second command says of what the first has said"
    );
    let find = |all: &[ProcessInfo]| {
        let sleeper = |x: u64| sleeper(&run, all, x + SLEEPS);
        sleeper(first).zip(sleeper(x))
    };
    let all = run.until("the commands do not run at the same time", |all| find(all).is_some());
    let Some((one, other)) = find(&all) else { unreachable!("both have been seen") };
    run.signal(other.pid, Signal::Terminate);
    run.send(self::text(program, 60_000));
    run.signal(one.parent, Signal::Terminate);
    let ended = run.finish();
    assert_eq!(ended.code, Some(0), "the exit code; it said: {}", ended.stderr);
}

/// Two commands that say more on standard error than fits into a pipe, at the same time, before
/// they do anything else.
pub fn errors_are_listened_to(program: &Program) {
    let mut random = program.random();
    let silent = random.usize(..3);
    let steps = [0, 1, 2].map(|i| match i == silent {
        true => Step::draw(&mut random, "exec cat"),
        false => Step::draw(&mut random, "yes $x | head -n $((x % 1000 + 30000)) >&2; exec cat"),
    });
    let (number, more) = (random.u64(1..10_000), random.u64(1..10_000));
    let mut run = start(program, &steps);
    run.send_all(format!("{number}\n{more}\n"));
    all_at_once(&run, &steps, number);
    let said = said(&steps, number);
    let ended = run.finish();
    assert_eq!(ended.stdout, format!("{}\n{more}\n", said[2]));
    // Which of the two a line comes from is open, but not where it ends.
    for i in (0..3).filter(|i| *i != silent) {
        let line = format!("{}: {}", i + 1, said[i]);
        let lines = ended.stderr.lines().filter(|it| *it == line).count();
        assert_eq!(lines as u64, said[i] % 1000 + 30_000, "lines `{line}` on standard error");
    }
}

/// Each line on standard error says which command it comes from.
pub fn errors_say_where_they_come_from(program: &Program) {
    let mut random = program.random();
    let (mut commands, mut expected) = (Vec::new(), Vec::new());
    let silent = random.usize(..3);
    for i in 0..3 {
        let mut command = String::new();
        for _ in 0..if i == silent { 0 } else { random.usize(1..4) } {
            let (set, x) = drawn(&mut random);
            command += &format!("{set}; echo $x >&2; ");
            expected.push(format!("{}: {x}", i + 1));
        }
        commands.push(format!("{command}true"));
    }
    let ended = program.start(&commands).finish();
    let mut lines: Vec<&str> = ended.stderr.lines().collect();
    lines.sort_unstable();
    expected.sort_unstable();
    assert_eq!(lines, expected);
}

/// The exit code is that of the last command that fails.
pub fn the_last_failure_counts(program: &Program) {
    let mut random = program.random();
    let (a, b) = (random.u64(1..60), random.u64(60..120));
    // SIGKILL, and SIGABRT, SIGALRM or SIGTERM. (A grader that runs in the background may ignore
    // SIGHUP and SIGINT, and with it all that it starts.)
    let signal = 128 + [6, 14, 15][random.usize(..3)];
    for (ends, expected) in [
        ([a, 0, 0], a),
        ([a, b, 0], b),
        ([0, 137, 0], 137),
        ([0, signal, 0], signal),
        ([0, 0, b], b),
    ] {
        let commands = ends.map(|code| match code {
            // Killed by itself: 128 and the number of the signal.
            129.. => {
                let (set, x) = drawn(&mut random);
                format!("{set}; kill -$(( x - {} )) $$; exit 3", 128 + x - code)
            }
            _ => ends_with(&mut random, code),
        });
        let ended = program.start(&commands).finish();
        assert_eq!(ended.code, Some(expected as i32), "the exit code of {commands:?}");
    }
}
