//! What a program that is not friendly tries, and how far it gets.

use crate::{Mode, Test, assert_nobody_holds, limits, run, spawn, succeed};
use jail::{How, Limits, Processes, SystemPrograms};
use std::io::{BufRead, BufReader};

pub(super) const ALL: &[Test] = &[
    ("no_socket_of_any_kind", |mode| drop(succeed(mode.payload("sockets")))),
    ("no_process", |mode| drop(succeed(mode.payload("no_process")))),
    ("no_namespace", |mode| drop(succeed(several(mode, "no_namespace")))),
    ("no_dangerous_call", |mode| drop(succeed(mode.payload("dangerous_calls")))),
    ("no_second_number_for_a_call", |mode| drop(succeed(mode.payload("x32")))),
    ("no_file_of_others", |mode| drop(succeed(mode.payload("files")))),
    ("no_descriptor_of_others", no_descriptor_of_others),
    ("no_harm_to_processes_outside", no_harm_to_processes_outside),
    ("no_privilege", |mode| drop(succeed(mode.payload("privileges")))),
    ("no_other_process_in_sight", no_other_process_in_sight),
    ("a_fork_bomb", a_fork_bomb),
    ("a_fork_bomb_in_a_shell", a_fork_bomb_in_a_shell),
    ("a_thread_bomb", a_thread_bomb),
    ("ten_gigabytes", |mode| drop(succeed(mode.payload("memory")))),
    ("memory_in_pieces", |mode| drop(succeed(mode.payload("memory_in_pieces")))),
    ("memory_of_many", memory_of_many),
    ("no_program_that_was_not_given", no_program_that_was_not_given),
    ("a_large_file", |mode| {
        assert_eq!(run(mode.payload("large_file")).how, How::Signalled(libc::SIGXFSZ));
    }),
    ("a_full_disk", a_full_disk),
    ("a_million_files", a_million_files),
    ("folders_within_folders", folders_within_folders),
    ("descriptors_without_end", |mode| drop(succeed(mode.payload("many_descriptors")))),
    ("output_without_end", output_without_end),
    ("output_after_the_streams_are_closed", output_after_the_streams_are_closed),
    ("orphans_in_sessions_of_their_own", orphans_in_sessions_of_their_own),
    ("orphans_that_keep_forking", orphans_that_keep_forking),
    ("deaf_to_signals", deaf_to_signals),
    ("stopped_for_ever", stopped_for_ever),
    ("nothing_for_the_next", nothing_for_the_next),
];

fn several(mode: Mode, payload: &str) -> jail::Jail {
    mode.payload(payload).processes(Processes::AtMost(8))
}

fn no_descriptor_of_others(mode: Mode) {
    // Not closed on exec, as a careless library might have it.
    // SAFETY: dup makes a new descriptor and touches no other.
    let careless = unsafe { libc::dup(2) };
    let given = ["0", "1", "2", "3"];
    succeed(mode.payload("descriptors").args(given));
    // SAFETY: it is ours.
    unsafe { libc::close(careless) };
}

fn no_harm_to_processes_outside(mode: Mode) {
    let us = std::process::id().to_string();
    // As the only process, and with the rights of one that may have children.
    succeed(mode.payload("harm").arg(&us));
    succeed(several(mode, "harm").arg(&us));
}

fn no_other_process_in_sight(mode: Mode) {
    let output = succeed(mode.payload("look_around"));
    if mode == Mode::Full {
        assert_eq!(output, "2 1\n", "the second process of its world, child of the first");
    }
}

fn a_fork_bomb(mode: Mode) {
    let limits = Limits { threads: 0, ..limits() };
    let output = succeed(several(mode, "fork_bomb").limits(limits));
    let children: u64 = output.trim().parse().expect("a number");
    // An ordinary user without namespaces has only a net.
    // SAFETY: geteuid has no preconditions.
    let shared = mode == Mode::Degraded && unsafe { libc::geteuid() } != 0;
    assert!(shared || children <= 8, "{children}");
}

fn a_thread_bomb(mode: Mode) {
    let ended = run(mode.payload("threads"));
    // An ordinary user without namespaces has only a net for threads. Their stacks may take all of the memory before it holds.
    let has_a_net = mode != Mode::Full && !rustix::process::geteuid().is_root();
    if !(has_a_net && ended.how == How::Signalled(libc::SIGABRT)) {
        assert_eq!(ended.how, How::Exited(0), "{}", String::from_utf8_lossy(&ended.stderr));
    }
}

fn a_fork_bomb_in_a_shell(mode: Mode) {
    let limits = Limits { wall: std::time::Duration::from_secs(1), ..limits() };
    let jail = mode.shell("b() { b | b & }; b; while :; do :; done 2>&-");
    let ended = run(jail.processes(Processes::AtMost(8)).limits(limits));
    assert!(!ended.success());
}

/// None of them has too much. All together do, and are killed; a few are not.
fn memory_of_many(mode: Mode) {
    let payload = crate::payload_executable().display().to_string();
    let held = |count: usize, end: &str| {
        let all = format!("'{payload}' --payload hold 60 <&3 & ").repeat(count);
        let script = format!("exec 3<&0; {all} {end}");
        let limits = Limits { memory_bytes: 256 << 20, ..limits() };
        let jail = mode.shell(&script).read_only(crate::payload_executable()).limits(limits);
        jail.processes(Processes::AtMost(16))
    };
    // The input stays open: they hold it until somebody ends them.
    let (mut running, _) = spawn(held(8, "wait"));
    let stdin = running.stdin.take();
    assert_eq!(running.wait().expect("it ends").how, How::Memory);
    drop(stdin);
    let (mut running, _) = spawn(held(3, "wait; exit 7"));
    let mut stdout = BufReader::new(running.stdout.take().expect("not taken yet"));
    let mut line = String::new();
    for _ in 0..3 {
        stdout.read_line(&mut line).expect("they write");
    }
    assert_eq!(line, "held\nheld\nheld\n");
    drop(running.stdin.take());
    assert_eq!(running.wait().expect("it ends").how, How::Exited(7));
}

/// Where programs are given by name, there is no other.
fn no_program_that_was_not_given(mode: Mode) {
    let system = SystemPrograms::named(["sh", "cat"]).expect("the system has them");
    let script = "echo x | cat; for other in bash python3 perl ls /usr/bin/env /bin/dash; do
        $other -c : 2>/dev/null && echo $other; done; exit 5";
    let jail = jail::Jail::new("/bin/sh").args(["-c", script]).env("PATH", "/usr/bin:/bin");
    let jail = mode.apply(jail.only(&system).limits(limits()));
    let ended = run(jail.processes(Processes::AtMost(8)));
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    // In the machine's own file system a file has the names that it has.
    let said = said.replace(if mode == Mode::Full { "-" } else { "/bin/dash\n" }, "");
    assert_eq!((ended.how, said.as_str()), (How::Exited(5), "x\n"));
}

fn a_full_disk(mode: Mode) {
    // Without namespaces, only each file is bounded.
    if mode == Mode::Full {
        let output = succeed(mode.payload("full_disk"));
        let written: u64 = output.trim().parse().expect("a number");
        assert!(written <= limits().tmp_bytes, "{written}");
    }
}

fn a_million_files(mode: Mode) {
    if mode == Mode::Full {
        let output = succeed(mode.payload("many_files"));
        assert!(output.trim().parse::<u64>().expect("a number") < 20_000, "{output}");
    } else {
        let script = "for i in 1 2 3 4 5 6 7 8 9; do : > $i; done; mkdir d; chmod 0 d .";
        succeed(mode.shell(script).processes(Processes::AtMost(4)));
    }
}

fn folders_within_folders(mode: Mode) {
    succeed(mode.payload("deep_folders"));
}

fn output_without_end(mode: Mode) {
    let limits = Limits { output_bytes: 100_000, ..limits() };
    let ended = run(mode.shell("while :; do echo aaaaaaaaaaaaaaaa; done").limits(limits));
    assert_eq!((ended.how, ended.stdout.len()), (How::OutputLimit, 100_000));
    let ended = run(mode.shell("while :; do echo aaaaaaaaaaaaaaaa >&2; done").limits(limits));
    assert_eq!((ended.how, ended.stderr.len()), (How::OutputLimit, 100_000));
    let both = "echo out; while :; do echo aaaaaaaaaaaaaaaa >&2; done";
    let ended = run(mode.shell(both).limits(limits));
    assert_eq!(ended.stdout.len() + ended.stderr.len(), 100_000);
}

fn output_after_the_streams_are_closed(mode: Mode) {
    assert_eq!(run(mode.shell("exec >&- 2>&-; echo x; exit 7")).how, How::Exited(7));
}

const SLEEPERS: &str = "(setsid sh -c 'sleep 1000 & exec sleep 1000' & ) & setsid sleep 1000 &";

fn orphans_in_sessions_of_their_own(mode: Mode) {
    let script = format!("{SLEEPERS} echo started; read line; exit 5");
    let (mut running, mut alive) = spawn(mode.shell(&script).processes(Processes::AtMost(16)));
    let mut line = String::new();
    let stdout = running.stdout.take().expect("not taken yet");
    BufReader::new(stdout).read_line(&mut line).expect("the shell writes");
    assert!(running.processes().expect("/proc").len() >= 2, "there are sleepers");
    running.stdin = None;
    assert_eq!(running.wait().expect("the end is known").how, How::Exited(5));
    assert_nobody_holds(&mut alive);
}

fn orphans_that_keep_forking(mode: Mode) {
    let limits = Limits { threads: 32, ..limits() };
    let ended = run(several(mode, "forking_orphans").limits(limits));
    assert_eq!(ended.how, How::Exited(0));
}

fn deaf_to_signals(mode: Mode) {
    let limits = Limits { wall: std::time::Duration::from_millis(300), ..limits() };
    let script = "trap '' TERM HUP INT QUIT USR1 ALRM; while :; do sleep 1000; done";
    let jail = mode.shell(script).processes(Processes::AtMost(4)).limits(limits);
    assert_eq!(run(jail).how, How::WallTime);
}

fn stopped_for_ever(mode: Mode) {
    let limits = Limits { wall: std::time::Duration::from_millis(300), ..limits() };
    assert_eq!(run(mode.shell("kill -STOP $$").limits(limits)).how, How::WallTime);
}

fn nothing_for_the_next(mode: Mode) {
    let leave = "echo secret > file; mkdir -p x/y; echo secret > x/y/z; mkfifo pipe; ln -s / link";
    succeed(mode.shell(leave).processes(Processes::AtMost(4)));
    assert_eq!(succeed(mode.shell("echo * .*").processes(Processes::AtMost(4))), "* . ..\n");
}
