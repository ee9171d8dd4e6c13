//! What a jail is for: programs that behave, their limits, and the launcher's own trouble.

use crate::{
    Mode, Test, assert_nobody_holds, jail_executable, limits, run, scratch, spawn, succeed,
};
use jail::{Error, How, Jail, Layers, Limits, Processes};
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

pub(super) const ALL: &[Test] = &[
    ("input_becomes_output", input_becomes_output),
    ("input_that_nobody_reads_is_no_error", input_that_nobody_reads_is_no_error),
    ("every_exit_code_is_the_programs_own", every_exit_code_is_the_programs_own),
    ("a_signal_is_named", a_signal_is_named),
    ("an_empty_environment", an_empty_environment),
    ("descriptors_go_where_they_are_sent", descriptors_go_where_they_are_sent),
    ("a_writable_folder_keeps_what_is_written", a_writable_folder_keeps_what_is_written),
    ("a_read_only_folder_stays_as_it_is", a_read_only_folder_stays_as_it_is),
    ("other_names_need_namespaces", other_names_need_namespaces),
    ("the_layers_are_said", the_layers_are_said),
    ("a_program_that_is_not_there", a_program_that_is_not_there),
    ("a_path_that_is_not_there", a_path_that_is_not_there),
    ("an_executable_that_does_not_enter", an_executable_that_does_not_enter),
    ("no_limit_is_too_large", no_limit_is_too_large),
    ("namespaces_of_which_half_fails", namespaces_of_which_half_fails),
    ("an_end_by_the_clock", an_end_by_the_clock),
    ("time_that_a_busy_machine_withholds", time_that_a_busy_machine_withholds),
    ("an_end_by_processor_time", an_end_by_processor_time),
    ("a_conversation", a_conversation),
    ("processes_are_seen_and_signalled_from_outside", processes_are_seen_and_signalled),
    ("the_end_of_a_run_is_not_counted", the_end_is_not_counted),
    ("dropped_is_killed", dropped_is_killed),
    ("killed_on_demand", killed_on_demand),
    ("many_at_a_time", many_at_a_time),
    ("dies_with_its_launcher", dies_with_its_launcher),
    ("outlives_the_thread_that_started_it", outlives_the_thread_that_started_it),
    ("sockets_in_pairs_if_allowed", sockets_in_pairs_if_allowed),
    ("memory_files_if_allowed", memory_files_if_allowed),
];

fn input_becomes_output(mode: Mode) {
    let input: Vec<u8> = (0..600_000_u32).map(|number| number as u8).collect();
    let ended = run(mode.apply(Jail::new("/bin/cat").system_programs()).stdin(input.clone()));
    assert_eq!(ended.how, How::Exited(0));
    assert!(ended.stdout == input, "{} bytes came back", ended.stdout.len());
    assert!(ended.wall > Duration::ZERO && ended.peak_memory > 0);
}

fn input_that_nobody_reads_is_no_error(mode: Mode) {
    let ended = run(mode.shell("exit 3").stdin(vec![0; 1 << 20]));
    assert_eq!(ended.how, How::Exited(3));
}

fn every_exit_code_is_the_programs_own(mode: Mode) {
    for code in [0, 1, 124, 125, 126, 127, 137, 255] {
        assert_eq!(run(mode.shell(&format!("exit {code}"))).how, How::Exited(code));
    }
}

fn a_signal_is_named(mode: Mode) {
    assert_eq!(run(mode.shell("kill -TERM $$")).how, How::Signalled(libc::SIGTERM));
    assert_eq!(run(mode.shell("kill -KILL $$")).how, How::Signalled(libc::SIGKILL));
    // Which this process ignores, as every Rust program does.
    assert_eq!(run(mode.shell("kill -PIPE $$")).how, How::Signalled(libc::SIGPIPE));
}

fn an_empty_environment(mode: Mode) {
    let output = succeed(mode.apply(Jail::new("/usr/bin/env").system_programs()));
    let names: Vec<_> = output.lines().filter_map(|line| line.split('=').next()).collect();
    assert_eq!(names, if mode == Mode::Full { vec![] } else { vec!["TMPDIR"] });
    let given = Jail::new("/usr/bin/env").env("TMPDIR", "/x").system_programs();
    assert_eq!(succeed(mode.apply(given)), "TMPDIR=/x\n");
}

fn descriptors_go_where_they_are_sent(mode: Mode) {
    let (mut first, to_first) = std::io::pipe().expect("a pipe");
    let (from_second, mut second) = std::io::pipe().expect("a pipe");
    second.write_all(b"hello").expect("room in the pipe");
    drop(second);
    let jail = mode.shell("cat <&4 >&5").processes(Processes::AtMost(4));
    succeed(jail.descriptor(4, from_second).descriptor(5, to_first));
    let mut heard = String::new();
    first.read_to_string(&mut heard).expect("a pipe can be read");
    assert_eq!(heard, "hello");
}

fn a_writable_folder_keeps_what_is_written(mode: Mode) {
    let folder = tempfile::tempdir_in(scratch()).expect("a folder");
    let script = format!("echo kept > {}/file", folder.path().display());
    succeed(mode.shell(&script).writable(folder.path()));
    assert_eq!(std::fs::read_to_string(folder.path().join("file")).expect("a file"), "kept\n");
    folder.close().expect("the folder is ours again");
}

fn a_read_only_folder_stays_as_it_is(mode: Mode) {
    let folder = tempfile::tempdir_in(scratch()).expect("a folder");
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777))
        .expect("it is ours");
    let script = format!("echo new > {}/file", folder.path().display());
    let ended = run(mode.shell(&script).read_only(folder.path()));
    assert_ne!(ended.how, How::Exited(0));
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

fn other_names_need_namespaces(mode: Mode) {
    let folder = tempfile::tempdir_in(scratch()).expect("a folder");
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .expect("it is ours");
    std::fs::write(folder.path().join("file"), "here\n").expect("it is ours");
    let jail = mode.apply(Jail::new("/bin/cat").arg("/student/file").system_programs());
    let jail = jail.read_only_at(folder.path(), "/student");
    match mode {
        Mode::Full => assert_eq!(succeed(jail), "here\n"),
        Mode::Degraded => assert!(matches!(
            jail.run(),
            Err(Error::Missing { missing: Layers { namespaces: true, .. }, .. })
        )),
    }
}

fn the_layers_are_said(mode: Mode) {
    // SAFETY: geteuid has no preconditions.
    let uid = unsafe { libc::geteuid() } == 0;
    let layers = run(mode.shell(":")).layers;
    let namespaces = mode == Mode::Full;
    assert_eq!(layers, Layers { namespaces, uid, ..Layers::DEGRADED });
    if mode == Mode::Degraded {
        let refused = mode.shell(":").require(Layers::FULL).run();
        let Err(Error::Missing { missing, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(missing, Layers { namespaces: true, ..Layers::NONE });
    }
}

fn a_program_that_is_not_there(mode: Mode) {
    let error = mode.apply(Jail::new("/usr/bin/no-such-program").system_programs()).run();
    let Err(Error::Execute(trouble)) = error else { panic!("{error:?}") };
    assert_eq!(trouble.errno, libc::ENOENT);
}

fn a_path_that_is_not_there(mode: Mode) {
    let error = mode.shell(":").read_only("/no/such/path").run();
    let Err(Error::Isolate(trouble)) = error else { panic!("{error:?}") };
    assert_eq!((trouble.errno, trouble.step.as_str()), (libc::ENOENT, "give /no/such/path"));
}

fn an_executable_that_does_not_enter(mode: Mode) {
    assert!(matches!(mode.shell(":").inner_stage("/bin/true").run(), Err(Error::NotEntered)));
    let error = mode.shell(":").inner_stage("/no/such/file").run();
    assert!(matches!(error, Err(Error::Start { step: "execute it", .. })), "{error:?}");
}

fn no_limit_is_too_large(mode: Mode) {
    let (time, size) = (Duration::MAX, u64::MAX);
    let jail = mode.shell("exit 4").limits(Limits {
        wall: time,
        cpu: time,
        memory_bytes: size,
        file_bytes: size,
        threads: size,
        output_bytes: usize::MAX,
        ..limits()
    });
    assert_eq!(run(jail).how, How::Exited(4));
}

/// Some systems let a process leave its process namespace, but not mount anything afterwards.
fn namespaces_of_which_half_fails(mode: Mode) {
    if mode == Mode::Degraded {
        return;
    }
    // The setting holds for the user namespace that it is made in, and so for this test alone.
    let forbid = "echo 0 > /proc/sys/user/max_mnt_namespaces";
    let here =
        |script: &str| Command::new("unshare").args(["-U", "-r", "sh", "-c", script]).output();
    if !here(forbid).is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: unshare(1) cannot make a user namespace here");
        return;
    }
    let jail = jail_executable();
    let jail = jail.display();
    let output = here(&format!("{forbid} && exec '{jail}' --verbose -- /bin/sh -c 'echo out'"));
    let output = output.expect("it was there before");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.stdout, b"out\n", "{stderr}");
    assert!(stderr.contains("protected by landlock, seccomp, rlimits\n"), "{stderr}");
    let output = here(&format!("{forbid} && exec '{jail}' --full -- /bin/sh -c 'echo out'"));
    let output = output.expect("it was there before");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(125), 0), "{stderr}");
    assert!(stderr.contains("namespaces not to be had here (unshare: "), "{stderr}");
}

fn an_end_by_the_clock(mode: Mode) {
    let limits = Limits { wall: Duration::from_millis(300), ..limits() };
    let ended = run(mode.shell("echo before; exec sleep 1000").limits(limits));
    assert_eq!((ended.how, ended.stdout.as_slice()), (How::WallTime, b"before\n".as_slice()));
}

/// On one processor, which it shares with four others, a program comes to its second of it after some five.
fn time_that_a_busy_machine_withholds(mode: Mode) {
    // Where it runs is a thread's own, and inherited.
    let thread = std::thread::spawn(move || on_one_processor(mode));
    thread.join().expect("what fails is said there");
}

fn on_one_processor(mode: Mode) {
    // SAFETY: all bits zero are an empty set, and the calls read and write no more than that.
    unsafe {
        let mut one: libc::cpu_set_t = std::mem::zeroed();
        libc::sched_getaffinity(0, size_of_val(&one), &raw mut one);
        let all = libc::CPU_SETSIZE as usize;
        let first = (0..all).find(|&cpu| libc::CPU_ISSET(cpu, &one)).expect("it runs somewhere");
        libc::CPU_ZERO(&mut one);
        libc::CPU_SET(first, &mut one);
        libc::sched_setaffinity(0, size_of_val(&one), &raw const one);
    }
    let busy = || Command::new("sh").args(["-c", "while :; do :; done"]).spawn().expect("sh runs");
    let mut others: Vec<_> = (0..4).map(|_| busy()).collect();
    let limits = Limits { wall: Duration::from_secs(2), ..limits() };
    let script = "trap 'exit 9' XCPU; ulimit -St 1; while :; do :; done";
    let ended = run(mode.shell(script).limits(limits));
    for other in &mut others {
        other.kill().and_then(|()| other.wait()).expect("it is there");
    }
    // A machine that is busier still may give it less than that.
    assert!(matches!(ended.how, How::Exited(9) | How::Starved), "{ended:?}");
}

fn an_end_by_processor_time(mode: Mode) {
    let limits = Limits { cpu: Duration::from_secs(1), ..limits() };
    assert_eq!(run(mode.shell("while :; do :; done").limits(limits)).how, How::CpuTime);
    let deaf = "trap '' XCPU; while :; do :; done";
    assert_eq!(run(mode.shell(deaf).limits(limits)).how, How::CpuTime);
}

fn a_conversation(mode: Mode) {
    let (mut cat, mut alive) = spawn(mode.apply(Jail::new("/bin/cat").system_programs()));
    let mut to = cat.stdin.take().expect("not taken yet");
    let mut from = BufReader::new(cat.stdout.take().expect("not taken yet"));
    for line in ["one\n", "two\n"] {
        to.write_all(line.as_bytes()).expect("cat reads");
        let mut answer = String::new();
        from.read_line(&mut answer).expect("cat writes");
        assert_eq!(answer, line);
    }
    drop(to);
    let ended = cat.wait().expect("the end is known");
    assert_eq!((ended.how, ended.stdout.len()), (How::Exited(0), 0));
    assert_nobody_holds(&mut alive);
}

fn processes_are_seen_and_signalled(mode: Mode) {
    let script = "sleep 1000 & echo $$ $!; wait $!; echo $?; read line";
    let (mut shell, _alive) = spawn(mode.shell(script).processes(Processes::AtMost(4)));
    let mut from = BufReader::new(shell.stdout.take().expect("not taken yet")).lines();
    let mut line = || from.next().expect("a line").expect("UTF-8");
    let numbers: Vec<i32> =
        line().split(' ').map(|number| number.parse().expect("a number")).collect();
    let see = || {
        let all = shell.processes().expect("/proc");
        all.into_iter().map(|process| (process.pid, process.parent)).collect::<Vec<_>>()
    };
    let seen = see();
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert_eq!(seen[0].0, numbers[0]);
    assert_eq!(seen[1], (numbers[1], numbers[0]));
    if mode == Mode::Full {
        assert_eq!(seen[0].1, 1);
    }
    shell.signal(numbers[1], libc::SIGTERM).expect("it is there");
    assert_eq!(line(), (128 + libc::SIGTERM).to_string());
    assert_eq!(see().len(), 1);
    for nobody in [numbers[1], 1, std::process::id() as i32] {
        let error = shell.signal(nobody, libc::SIGKILL).expect_err("not in the jail");
        assert_eq!(error.kind(), std::io::ErrorKind::NotFound);
    }
    assert_eq!(shell.wait().expect("the end is known").how, How::Exited(1));
}

/// Whoever waits until only the program is left must not see that just because the run is over.
fn the_end_is_not_counted(mode: Mode) {
    for script in
        ["sleep 1000 & sleep 1000 & echo; exec sleep 1000", "sleep 1000 & sleep 1000 & echo"]
    {
        for _ in 0..3 {
            // Long enough for the jail to be built on a busy machine.
            let limits = Limits { wall: Duration::from_secs(2), ..Limits::default() };
            let jail = mode.shell(script).processes(Processes::AtMost(4)).limits(limits);
            let (mut shell, _alive) = spawn(jail);
            let mut line = String::new();
            let stdout = shell.stdout.take().expect("not taken yet");
            BufReader::new(stdout).read_line(&mut line).expect("the shell writes");
            loop {
                match shell.processes().expect("/proc").iter().filter(|one| one.is_alive()).count()
                {
                    0 => break,
                    count => assert_eq!(count, 3, "processes"),
                }
            }
        }
    }
}

fn dropped_is_killed(mode: Mode) {
    let (running, mut alive) = spawn(mode.shell("exec sleep 1000"));
    drop(running);
    assert_nobody_holds(&mut alive);
}

fn killed_on_demand(mode: Mode) {
    let (running, mut alive) = spawn(mode.shell("exec sleep 1000"));
    running.kill();
    assert_eq!(running.wait().expect("the end is known").how, How::Killed);
    assert_nobody_holds(&mut alive);
}

fn many_at_a_time(mode: Mode) {
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                for round in 0..10 {
                    let input = format!("{thread} {round}");
                    let jail = mode.payload("descriptors").args(["0", "1", "2", "3"]);
                    assert_eq!(succeed(jail.stdin(input.as_str())), input);
                }
            });
        }
    });
}

/// In a process of its own: starts jails in both modes, says so, and waits.
pub(super) fn launch_and_wait() {
    let mode = if std::env::args().nth(2).as_deref() == Some("full") {
        Mode::Full
    } else {
        Mode::Degraded
    };
    let held = std::os::fd::AsFd::as_fd(&std::io::stdout()).try_clone_to_owned().expect("stdout");
    let script = "setsid sleep 1000 & (setsid sleep 1000 &); echo started; exec sleep 1000";
    let jail = mode.shell(script).processes(Processes::AtMost(8)).descriptor(3, held);
    let mut running = jail.spawn().unwrap_or_else(|error| panic!("{error}"));
    let mut line = String::new();
    let stdout = running.stdout.take().expect("not taken yet");
    BufReader::new(stdout).read_line(&mut line).expect("the shell writes");
    print!("{line}");
    std::io::stdout().flush().expect("somebody reads");
    let _ = running.wait();
}

fn dies_with_its_launcher(mode: Mode) {
    let mut launcher = Command::new(std::env::current_exe().expect("this executable"))
        .args(["--launcher", if mode == Mode::Full { "full" } else { "degraded" }])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it can be started");
    let mut from = BufReader::new(launcher.stdout.take().expect("piped"));
    let mut line = String::new();
    from.read_line(&mut line).expect("it writes");
    assert_eq!(line, "started\n");
    launcher.kill().expect("it is alive");
    launcher.wait().expect("it is a child");
    // The sleepers hold the pipe; the end of it is theirs.
    assert_eq!(from.read_line(&mut line).expect("a pipe can be read"), 0);
}

fn outlives_the_thread_that_started_it(mode: Mode) {
    let start = move || spawn(mode.shell("read line; echo $line"));
    let (mut running, _alive) = std::thread::spawn(start).join().expect("it starts");
    writeln!(running.stdin.as_ref().expect("not taken yet"), "still here").expect("it reads");
    running.stdin = None;
    assert_eq!(running.wait().expect("the end is known").stdout, b"still here\n");
}

fn sockets_in_pairs_if_allowed(mode: Mode) {
    succeed(mode.payload("socket_pairs").socket_pairs());
}

fn memory_files_if_allowed(mode: Mode) {
    succeed(mode.payload("memory_file").memory_files());
    assert_eq!(run(mode.payload("memory_file")).how, How::Exited(101));
}
