//! Whatever `ten-waiters` reads, it ends, with all threads joined.

use std::io::Write;
use std::process::{Command, Output, Stdio};

fn answered(input: &[u8]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_ch05-event"))
        .arg("ten-waiters")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    program.stdin.take().expect("it is piped").write_all(input).expect("the program reads");
    program.wait_with_output().expect("the program ends")
}

fn text(output: &[u8]) -> String {
    String::from_utf8(output.to_vec()).expect("the output is UTF-8")
}

#[test]
fn true_lets_all_ten_execute() {
    for input in ["true\n", "true\r\n", "true"] {
        let output = answered(input.as_bytes());
        let wanted = format!("{}input:true\n{}", "start\n".repeat(10), "execute\n".repeat(10));
        assert_eq!(text(&output.stdout), wanted, "for {input:?}");
        assert!(output.status.success());
    }
}

#[test]
fn another_answer_lets_none_execute() {
    for input in ["false\n", "\n", "true \n", "TRUE\n"] {
        let output = answered(input.as_bytes());
        let word = input.trim_end_matches('\n');
        let wanted = format!(
            "{}input:{word}\nthe answer was {word:?}, not \"true\": all ten ended, none executed\n",
            "start\n".repeat(10)
        );
        assert_eq!(text(&output.stdout), wanted);
        assert!(output.status.success());
    }
}

#[test]
fn the_end_of_input_lets_none_execute() {
    let output = answered(b"");
    let wanted = format!(
        "{}input:\nthe input ended without an answer: all ten ended, none executed\n",
        "start\n".repeat(10)
    );
    assert_eq!(text(&output.stdout), wanted);
    assert!(output.status.success());
}

#[test]
fn input_that_is_no_text_is_an_error_and_still_the_end() {
    let output = answered(b"\xff\xfe\n");
    assert_eq!(text(&output.stdout), format!("{}input:", "start\n".repeat(10)));
    assert!(text(&output.stderr).contains("ten-waiters"));
    assert_eq!(output.status.code(), Some(1));
}
