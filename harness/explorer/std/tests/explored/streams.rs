//! What is printed and read: kept for its execution, in every order where the order counts.

use std::collections::BTreeSet;
use std::io::{BufRead, Read, Write};

use explore_std::explore::{Config, Explorer};
use explore_std::{io, thread};

use crate::{config, expect, expect_with};

/// All texts that a scenario prints to standard output.
fn printed(scenario: fn()) -> BTreeSet<String> {
    let config = Config { outputs: true, ..config() };
    let outcome = Explorer::new(config).run("prints", scenario);
    assert!(outcome.is_proved(), "{outcome}");
    outcome.outputs.into_iter().map(|printed| printed.stdout).collect()
}

fn set(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

#[test]
fn prints_come_in_every_order() {
    let found = printed(|| {
        thread::scope(|scope| {
            scope.spawn(|| explore_std::println!("a"));
            explore_std::print!("{}", 1);
            explore_std::print!("{}", 2);
        });
    });
    assert_eq!(found, set(&["a\n12", "1a\n2", "12a\n"]));
}

#[test]
fn handles_print_like_the_macros() {
    let found = printed(|| {
        let mut out = io::stdout();
        write!(out, "{}-", 1).unwrap();
        out.write_all(b"2-").unwrap();
        assert_eq!(out.write(b"3-").unwrap(), 2);
        writeln!(io::stdout().lock(), "4").unwrap();
        out.flush().unwrap();
        explore_std::eprintln!("not here");
        explore_std::dbg!("nor this");
        io::stderr().write_all(b"nor that").unwrap();
    });
    assert_eq!(found, set(&["1-2-3-4\n"]));
}

#[test]
fn a_locked_stream_keeps_other_prints_out() {
    let found = printed(|| {
        thread::scope(|scope| {
            scope.spawn(|| explore_std::println!("other"));
            let mut out = io::stdout().lock();
            write!(out, "one ").unwrap();
            // The thread that holds the lock may print, and lock again.
            explore_std::print!("two ");
            write!(io::stdout().lock(), "three ").unwrap();
            writeln!(out, "four").unwrap();
        });
    });
    assert_eq!(found, set(&["one two three four\nother\n", "other\none two three four\n"]));
}

#[test]
fn two_locks_take_turns_and_the_streams_are_two() {
    let found = printed(|| {
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut out = io::stdout().lock();
                write!(out, "a").unwrap();
                write!(out, "b").unwrap();
            });
            let mut out = io::stdout().lock();
            write!(out, "1").unwrap();
            // Standard error is free meanwhile.
            scope.spawn(|| io::stderr().lock().write_all(b"!").unwrap()).join().unwrap();
            write!(out, "2").unwrap();
        });
    });
    assert_eq!(found, set(&["ab12", "12ab"]));
}

#[test]
fn a_print_that_waits_for_a_lock_for_ever_is_a_deadlock() {
    let config = Config { outputs: true, ..config() };
    let outcome = Explorer::new(config).run("prints", || {
        thread::scope(|scope| {
            let _out = io::stdout().lock();
            scope.spawn(|| explore_std::println!("never")).join().unwrap();
        });
    });
    assert!(outcome.is_failed() && outcome.summary.starts_with("deadlock"), "{outcome}");
}

#[test]
fn input_is_the_same_in_every_execution() {
    let config = Config { input: "first\nsecond\nrest".to_owned(), ..config() };
    expect_with(config.clone(), &["first|second|rest|"], || {
        let mut line = String::new();
        io::stdin().read_line(&mut line).unwrap();
        let second = io::stdin().lines().next().unwrap().unwrap();
        let mut rest = String::new();
        io::stdin().read_to_string(&mut rest).unwrap();
        let mut nothing = String::new();
        io::stdin().lock().read_line(&mut nothing).unwrap();
        format!("{}|{second}|{rest}|{nothing}", line.trim_end())
    });
    // Which thread gets which line is a matter of order.
    expect_with(config, &["first second", "second first"], || {
        let read = || io::stdin().lines().next().unwrap().unwrap();
        thread::scope(|scope| {
            let other = scope.spawn(read);
            let mine = read();
            format!("{mine} {}", other.join().unwrap())
        })
    });
}

#[test]
fn without_input_the_end_comes_at_once() {
    expect(&["0 true"], || {
        let mut text = String::new();
        let length = io::stdin().read_line(&mut text).unwrap();
        format!("{length} {}", io::stdin().lock().lines().next().is_none())
    });
}

#[test]
fn an_explored_program_has_no_terminal() {
    use explore_std::io::IsTerminal;
    expect(&["false false false"], || {
        format!(
            "{} {} {}",
            io::stdout().is_terminal(),
            io::stderr().lock().is_terminal(),
            io::stdin().is_terminal()
        )
    });
}
