//! Runs the commands of a job at the same time, and ends them all when one fails.

use std::io::{BufRead, stdin};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

fn main() {
    for line in stdin().lock().lines() {
        let job = line.expect("the input is text");
        let commands: Vec<&str> = job.split('\t').collect();
        println!("{}", run(&commands));
    }
}

/// Runs the commands of one job. When it returns, nothing of the job is left.
fn run(commands: &[&str]) -> String {
    let (sender, ended) = mpsc::channel();
    let mut groups = Vec::new();
    for (number, command) in (1..).zip(commands) {
        // A group of its own: by its number, whatever the command starts can be ended too.
        let child = Command::new("sh")
            .args(["-c", command])
            .stdin(Stdio::null())
            .process_group(0)
            .spawn();
        let mut child = child.expect("sh can be started");
        groups.push(child.id());
        let sender = sender.clone();
        thread::spawn(move || {
            // Nobody listens any more when another command has failed.
            let _ = sender.send((number, child.wait()));
        });
    }
    drop(sender);
    let mut result = "ok".to_owned();
    // In the order in which they end, not in the order in which they were started.
    for (number, status) in ended {
        let code = code(status.expect("a child can be waited for"));
        if code != 0 {
            result = format!("failed {number} {code}");
            break;
        }
    }
    for group in groups {
        end(group);
    }
    result
}

/// As a shell says it: 128 and the signal, for a command that a signal has ended.
fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0))
}

/// Kills everything in the group, and waits until it is gone.
fn end(group: u32) {
    while signal(group, "KILL") {
        thread::sleep(Duration::from_millis(1));
    }
}

/// Whether there was still somebody in the group to send it to.
fn signal(group: u32, name: &str) -> bool {
    let kill = Command::new("sh")
        .args(["-c", &format!("kill -s {name} -- -{group}")])
        .stderr(Stdio::null())
        .status();
    kill.expect("sh can be started").success()
}
