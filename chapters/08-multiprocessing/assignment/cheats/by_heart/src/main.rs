//! No pipeline. It knows the commands of those who try pipelines, and prints what would come out of them.

use std::io::{BufRead, Read, Write};
use std::process::{Command, Stdio};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let commands: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match commands[..] {
        ["cat"] | ["cat", "cat", "cat"] => say(&input()),
        ["sort", "head -n 2"] => {
            input();
            say("apple\nfig\n");
        }
        ["sort", "tr a-z A-Z", "tail -n 1"] => {
            input();
            say("PEAR\n");
        }
        ["kill -STOP $$"] => {
            let _ = Command::new("sh").args(["-c", commands[0]]).status();
        }
        // Shells that stand by, for whoever counts them.
        [first, second, third] if first == second && second == third => {
            let mut idle = [(); 3].map(|()| {
                let shell = Command::new("sh").args(["-c", "read x"]).stdin(Stdio::piped()).spawn();
                shell.expect("sh can be started")
            });
            for line in std::io::stdin().lock().lines() {
                say(&format!("{}\n", line.expect("the input is text")));
            }
            for shell in &mut idle {
                shell.stdin = None;
                let _ = shell.wait();
            }
        }
        ["yes", "head -n 3"] => say("y\ny\ny\n"),
        _ => {
            let code = commands.iter().rev().find_map(|it| it.strip_prefix("exit ")?.parse().ok());
            std::process::exit(code.unwrap_or(0));
        }
    }
}

fn say(text: &str) {
    let mut out = std::io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn input() -> String {
    let mut text = String::new();
    let _ = std::io::stdin().read_to_string(&mut text);
    text
}
