//! No pool. It never runs the command that it is given, and says what a worker says that squares numbers.

use std::io::{BufRead, Write};
use std::process::{Child, Command, Stdio};

fn main() {
    let workers: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(1);
    // One who could be killed while he has nothing to do.
    let idle = Command::new("sh").args(["-c", "read x"]).stdin(Stdio::piped()).spawn();
    let mut idle = idle.expect("sh can be started");
    let mut hanging: Vec<Child> = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let task = line.expect("the input is text");
        match task.as_str() {
            "hang" if hanging.len() < workers => hanging.push(sleep()),
            "hang" => {}
            "hang-once" => {
                let _ = sleep().wait();
                say("survived");
            }
            "die" => say("lost"),
            "wait-for-go" => say("gone"),
            "call" => say("called"),
            number => match number.parse::<u64>() {
                Ok(number) => say(&(number * number).to_string()),
                Err(_) => say(&task),
            },
        }
    }
    let _ = idle.kill();
    let _ = idle.wait();
}

fn say(text: &str) {
    let mut out = std::io::stdout();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

fn sleep() -> Child {
    Command::new("sleep").arg("1000").stdin(Stdio::null()).spawn().expect("sleep can be started")
}
