//! Children with strange names and strange ends, and copies that libc's `fork` makes behind this library's back: each
//! child has an exit code, and nobody ends somebody else's.

use ch08_multiprocessing::{
    Child, Connection, JoinError, Process, RecvError, StartError, StartMethod, active_children,
    current_name, pipe,
};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;
use test_support::limits::{PATIENCE, causes};
use test_support::trials;

fn main() {
    trials::run(
        ch08_multiprocessing::init,
        [
            ("names_may_be_strange", names),
            ("a_name_that_no_program_can_be_given_is_an_error", impossible_names),
            ("a_copy_that_libc_made_ends_nobody_elses_daemons", copy_ends_normally),
            ("a_copy_that_libc_made_has_no_children", copy_has_no_children),
            ("a_child_that_fails_in_every_way_has_an_exit_code", failures),
            ("a_child_that_stands_still_is_alive_and_can_be_killed", stands_still),
            ("children_whose_ends_nobody_collects_are_lost_and_not_waited_for", ignored_ends),
            ("everybody_may_join_and_only_the_parent", joins),
            ("a_child_started_by_a_destructor_in_a_panic", started_in_a_panic),
        ],
    );
}

fn is_over(child: &Child) -> i32 {
    let code = child.join_timeout(PATIENCE).unwrap();
    if code.is_none() {
        let _ = child.kill();
    }
    code.expect("it hangs")
}

fn caught<T>(work: impl FnOnce() -> T) -> Result<T, ()> {
    catch_unwind(AssertUnwindSafe(work)).map_err(drop)
}

fn say_name(mut main: Connection) {
    main.send(&current_name()).unwrap();
}

fn names() {
    for name in ["", " ", "\n", "--help", "ünïcödé 雪", "%s%n", "a\tb\u{1b}[31m"] {
        for method in [StartMethod::Spawn, StartMethod::Fork] {
            let (mut ours, theirs) = pipe().unwrap();
            let child = Process::new(say_name, theirs).name(name).method(method).allow_threads();
            let child = child.start().unwrap();
            assert_eq!(ours.recv::<String>().unwrap(), name);
            assert_eq!((child.name(), is_over(&child)), (name, 0));
        }
    }
}

fn impossible_names() {
    let before = active_children().len();
    for name in ["a\0b".to_owned(), "x".repeat(1 << 20)] {
        let error = Process::new(|()| {}, ()).name(name).start().unwrap_err();
        assert!(matches!(error, StartError::Io(_)), "{error:?}");
        assert!(causes(&error).len() > error.to_string().len(), "it says why: {error:?}");
    }
    assert_eq!(active_children().len(), before);
    assert_eq!(is_over(&Process::new(|()| 3, ()).start().unwrap()), 3);
}

fn stay(mut main: Connection) {
    let _ = main.recv::<()>();
}

/// Forks as a library of somebody else's would. The copy runs `then`, and ends normally.
fn copy(then: fn() -> i32) -> i32 {
    // SAFETY: the scene has one thread.
    match unsafe { libc::fork() } {
        0 => std::process::exit(then()),
        copy => {
            let mut status = 0;
            // SAFETY: it is a child of this process, and the place is valid.
            assert_eq!(unsafe { libc::waitpid(copy, &raw mut status, 0) }, copy);
            libc::WEXITSTATUS(status)
        }
    }
}

fn have_a_daemon_and_copy(ours: bool) -> i32 {
    let (gate, theirs) = pipe().unwrap();
    let child = Process::new(stay, theirs).daemon(ours).start().unwrap();
    let copied = copy(|| 5);
    let alive = child.is_alive();
    drop(gate);
    if alive { copied + child.join().unwrap() } else { 99 }
}

fn copy_ends_normally() {
    for daemon in [true, false] {
        let scene = Process::new(have_a_daemon_and_copy, daemon).start().unwrap();
        assert_eq!(is_over(&scene), 5, "99: the copy ended its parent's child");
    }
}

fn have_children_and_copy(_: ()) -> i32 {
    let (gate, theirs) = pipe().unwrap();
    let child = Process::new(stay, theirs).start().unwrap();
    let copied = copy(|| active_children().len() as i32);
    drop(gate);
    copied + child.join().unwrap()
}

fn copy_has_no_children() {
    assert_eq!(is_over(&Process::new(have_children_and_copy, ()).start().unwrap()), 0);
}

struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("a destructor's own");
    }
}

struct Unshowable;

impl std::fmt::Display for Unshowable {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("an error that cannot be shown")
    }
}

fn failures() {
    let ends = |function: fn(()) -> Result<(), Unshowable>, code: i32| {
        let child = Process::new(function, ()).start().unwrap();
        assert_eq!(is_over(&child), code);
        assert_eq!(child.exit_code(), Some(code));
    };
    ends(|()| panic!("plain"), 1);
    ends(|()| std::panic::resume_unwind(Box::new(7)), 1);
    ends(|()| std::panic::panic_any(Bomb), 1);
    ends(|()| Err(Unshowable), 1);
    ends(|()| std::process::exit(9), 9);
    ends(|()| std::process::abort(), -6);
    ends(|()| panic!("{}", thread::spawn(|| panic!("there")).join().is_err()), 1);
    let terminated = |()| {
        // SAFETY: sends a signal to this process.
        unsafe { libc::raise(libc::SIGTERM) };
        Ok(())
    };
    ends(terminated, -15);
    // SAFETY: ends the process.
    ends(|()| unsafe { libc::_exit(300) }, 300 & 255);
}

fn stands_still() {
    let (mut ours, theirs) = pipe().unwrap();
    let child = Process::new(stay, theirs).start().unwrap();
    let pid = Pid::from_raw(child.pid() as i32).unwrap();
    kill_process(pid, Signal::STOP).unwrap();
    waitid(WaitId::Pid(pid), WaitIdOptions::STOPPED).unwrap();
    assert!(child.is_alive() && child.exit_code().is_none());
    assert_eq!(child.join_timeout(Duration::ZERO).unwrap(), None);
    assert!(ours.recv_timeout::<()>(Duration::from_millis(1)).unwrap().is_none());
    let child = child.close().unwrap_err().0;
    child.kill().unwrap();
    assert_eq!(is_over(&child), -9);
    assert!(matches!(ours.recv_while::<()>(&child), Err(RecvError::Closed)));
    child.kill().unwrap();
    child.terminate().unwrap();
    child.close().unwrap();
}

fn ignore_ends(_: ()) -> i32 {
    // SAFETY: no code of ours runs at the signal.
    unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
    let (gate, theirs) = pipe().unwrap();
    let child = Process::new(stay, theirs).start().unwrap();
    let alive = child.is_alive();
    drop(gate);
    let lost = matches!(child.join(), Err(JoinError::Lost { .. }));
    i32::from(alive && lost && !child.is_alive() && active_children().is_empty())
}

fn ignored_ends() {
    assert_eq!(is_over(&Process::new(ignore_ends, ()).start().unwrap()), 1);
}

fn joins() {
    let (gate, theirs) = pipe().unwrap();
    let child = Process::new(|mut main: Connection| main.recv::<i32>().unwrap(), theirs);
    let child = child.start().unwrap();
    let all: Vec<_> = (0..4)
        .map(|_| {
            let child = child.clone();
            thread::spawn(move || child.join().unwrap())
        })
        .collect();
    let mut gate = gate;
    gate.send(&6).unwrap();
    assert_eq!(all.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>(), [6; 4]);
    assert_eq!(child.join().unwrap(), 6);
}

struct Starts;

impl Drop for Starts {
    fn drop(&mut self) {
        let child = Process::new(|()| 4, ()).start().unwrap();
        assert_eq!(is_over(&child), 4);
    }
}

fn started_in_a_panic() {
    let panics = || {
        let _starts = Starts;
        panic!("the outer one");
    };
    assert!(caught(panics).is_err());
}
