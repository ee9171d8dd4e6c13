//! What a pipeline must do, seen from outside.

use judge::{Program, Riddle, Signal};

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
    let commands = riddles.each_ref().map(|riddle| {
        format!("while read -r x; do {riddle}; echo $x; done")
    });
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

/// More than fits into all pipes together, through commands that give it on at once.
pub fn much_goes_through(program: &Program) {
    let data = text(program, 1 << 20);
    let mut run = program.start(["cat", "cat", "cat"]);
    run.send(&data);
    let ended = run.finish();
    assert_eq!(ended.stdout.len(), data.len(), "bytes that came out");
    assert!(ended.stdout == data, "what came out is not what went in");
}

/// A command gives an answer to each line. It has to come before the next line is sent.
pub fn answers_come_at_once(program: &Program) {
    let mut run = program.start(["cat", "sed -u s/ping/pong/"]);
    for number in 0..3 {
        run.send_line(&format!("ping {number}"));
        assert_eq!(run.line(), format!("pong {number}"));
    }
    assert_eq!(run.finish().code, Some(0));
    the_program_itself_makes_the_pipes(program);
}

/// Each command is a shell that the program has started, and there is nobody else. A command of builtins only stays one process.
fn the_program_itself_makes_the_pipes(program: &Program) {
    let command = "while read -r line; do echo \"$line\"; done";
    let mut run = program.start([command; 3]);
    run.send_line("here");
    assert_eq!(run.line(), "here");
    // All three have passed the line on, and wait for the next.
    let all = run.processes();
    let [first, others @ ..] = &all[..] else { panic!("the program has ended too early") };
    for process in others {
        assert!(
            process.parent == first.pid && process.command == "sh",
            "`{}` runs beside the commands, or another than the program has started it",
            process.command
        );
    }
    assert_eq!(others.len(), 3, "processes for three commands");
    assert_eq!(run.finish().code, Some(0));
}

/// Commands of a pipeline run at the same time: the first never ends by itself.
pub fn an_endless_command_ends_with_its_reader(program: &Program) {
    let ended = program.start(["yes", "head -n 3"]).finish();
    assert_eq!(ended.stdout, "y\ny\ny\n");
    assert_eq!(ended.code, Some(0), "`yes` is ended by SIGPIPE, and that is no failure");
}

/// The first command closes its input and goes on. Whoever still writes to it is told so, and that is no error.
pub fn a_closed_pipe_is_no_error(program: &Program) {
    let first = "trap 'exit 0' TERM; exec 0<&-; echo closed; sleep 1000 >/dev/null 2>&1 & wait";
    let mut run = program.start([first, "cat"]);
    assert_eq!(run.line(), "closed");
    run.send(text(program, 60_000));
    let all = run.until("the first command runs", |all| all.iter().any(|p| p.command == "sleep"));
    let sleep = all.iter().find(|process| process.command == "sleep");
    run.signal(sleep.map_or(0, |sleep| sleep.parent), Signal::Terminate);
    let ended = run.finish();
    assert_eq!(ended.code, Some(0), "the exit code; it said: {}", ended.stderr);
}

/// A command that says more on standard error than fits into a pipe, before it does anything else.
pub fn errors_are_listened_to(program: &Program) {
    let mut run = program.start(["cat", "yes trouble | head -n 30000 >&2; cat"]);
    run.send_line("data");
    let ended = run.finish();
    assert_eq!(ended.stdout, "data\n");
    assert_eq!(ended.stderr.matches("2: trouble\n").count(), 30_000, "lines on standard error");
}

/// Each line on standard error says which command it comes from.
pub fn errors_say_where_they_come_from(program: &Program) {
    let ended = program.start(["echo one >&2", "true", "echo three >&2; echo more >&2"]).finish();
    let mut lines: Vec<&str> = ended.stderr.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["1: one", "3: more", "3: three"]);
}

/// The exit code is that of the last command that fails.
pub fn the_last_failure_counts(program: &Program) {
    let mut random = program.random();
    let (a, b) = (random.i32(1..60), random.i32(60..120));
    for (commands, code) in [
        ([format!("exit {a}"), "true".into(), "true".into()], a),
        ([format!("exit {a}"), format!("exit {b}"), "true".into()], b),
        (["true".into(), "kill -KILL $$".into(), "true".into()], 137),
        (["true".into(), "true".into(), format!("exit {b}")], b),
    ] {
        let ended = program.start(&commands).finish();
        assert_eq!(ended.code, Some(code), "the exit code of {commands:?}");
    }
}
