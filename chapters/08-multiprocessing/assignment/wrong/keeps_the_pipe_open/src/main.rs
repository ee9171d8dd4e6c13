//! Runs commands as a pipeline: what one prints is what the next reads.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio, exit};
use std::thread;

fn main() -> io::Result<()> {
    let commands: Vec<String> = std::env::args().skip(1).collect();
    let mut children: Vec<Child> = Vec::new();
    let mut talkers = Vec::new();
    for (number, command) in (1..).zip(&commands) {
        let input = match children.last_mut().and_then(|child| child.stdout.take()) {
            Some(output) => Stdio::from(output),
            None => Stdio::piped(),
        };
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(command).stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = shell.spawn()?;
        if let Some(stderr) = child.stderr.take() {
            talkers.push(thread::spawn(move || pass_on(number, stderr)));
        }
        children.push(child);
    }
    let mut input = children.first_mut().and_then(|child| child.stdin.take());
    if let Some(input) = &mut input {
        copy(&mut io::stdin().lock(), input)?;
    }
    if let Some(mut output) = children.last_mut().and_then(|child| child.stdout.take()) {
        copy(&mut output, &mut io::stdout().lock())?;
    }
    for talker in talkers {
        let _ = talker.join();
    }
    let mut worst = 0;
    for child in &mut children {
        let code = code(child.wait()?);
        if code != 0 {
            worst = code;
        }
    }
    exit(worst)
}

/// Passes on what comes as soon as it comes, until it ends or nobody reads it.
fn copy(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let mut buffer = [0; 1 << 14];
    loop {
        let length = from.read(&mut buffer)?;
        if length == 0 {
            return Ok(());
        }
        match to.write_all(&buffer[..length]).and_then(|()| to.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            result => result?,
        }
    }
}

/// Passes on what a command says, each line after its number.
fn pass_on(number: usize, stderr: ChildStderr) {
    let mut lines = BufReader::new(stderr);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        let text = String::from_utf8_lossy(&line);
        eprintln!("{number}: {}", text.trim_end_matches('\n'));
        line.clear();
    }
}

/// What a shell says of somebody whom SIGPIPE has ended.
const SIGPIPE: i32 = 141;

/// As a shell says it.
fn code(status: ExitStatus) -> i32 {
    let code = status.code().unwrap_or(128 + status.signal().unwrap_or(0));
    if code == SIGPIPE { 0 } else { code }
}
