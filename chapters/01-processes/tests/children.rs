//! The child roles of the chapter's programs, played by the tests themselves.

use std::io::Read;
use std::process::{Child, ChildStdin, Command, Output, Stdio};

fn chapter(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ch01-processes"));
    command.args(arguments);
    command
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn with_open_input(arguments: &[&str]) -> (Child, ChildStdin) {
    let mut child =
        chapter(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let input = child.stdin.take().unwrap();
    (child, input)
}

#[test]
fn a_thread_left_behind_does_not_keep_the_process_alive() {
    let (child, input) = with_open_input(&["end-of-main", "--leave"]);
    // Ends although what the thread waits for never comes.
    let output = child.wait_with_output().unwrap();
    drop(input);
    assert!(output.status.success());
    assert_eq!(text(&output), "thread: at work\nmain: at its end\n");
}

#[test]
fn a_joined_thread_finishes_first() {
    let (mut child, input) = with_open_input(&["end-of-main", "--join"]);
    let mut begin = [0; "thread: at work\nmain: at its end\n".len()];
    child.stdout.as_mut().unwrap().read_exact(&mut begin).unwrap();
    assert!(child.try_wait().unwrap().is_none(), "main is waiting for its thread");
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    assert_eq!(text(&output), "thread: finished\nmain: joined the thread\n");
}

#[test]
fn a_child_starts_with_the_initial_value() {
    let output = chapter(&["memory", "--child"]).output().unwrap();
    assert_eq!(text(&output), "child process: the number is 0\nchild process: wrote 2\n");
}

#[test]
fn an_option_that_is_no_role_is_an_error_that_says_so() {
    for program in ["memory", "end-of-main", "no-gil", "costs"] {
        let output = chapter(&[program, "--nonsense"]).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{program}");
        assert_eq!(text(&output), "", "{program}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains("--nonsense") && error.contains("not understood"), "{error}");
    }
}

#[test]
fn a_share_of_work_must_be_a_number() {
    let output = chapter(&["no-gil", "--wait", "long"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("invalid digit"));
}

#[test]
fn again_is_the_executable_that_asks() {
    let command = ch01_processes::again("memory", &[]).unwrap();
    assert_eq!(command.get_program(), std::env::current_exe().unwrap());
}
