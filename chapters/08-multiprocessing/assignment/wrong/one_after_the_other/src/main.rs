//! Runs commands as a pipeline: what one prints is what the next reads.

use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio, exit};
use std::thread;

fn main() -> io::Result<()> {
    let mut data = Vec::new();
    io::stdin().read_to_end(&mut data)?;
    let mut worst = 0;
    for (number, command) in (1..).zip(std::env::args().skip(1)) {
        let mut child = Command::new("sh")
            .arg("-c")
            .arg(command)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut input) = child.stdin.take() {
            let data = std::mem::take(&mut data);
            thread::spawn(move || input.write_all(&data));
        }
        let output = child.wait_with_output()?;
        data = output.stdout;
        for line in String::from_utf8_lossy(&output.stderr).lines() {
            eprintln!("{number}: {line}");
        }
        let code = code(output.status);
        if code != 0 {
            worst = code;
        }
    }
    io::stdout().write_all(&data)?;
    exit(worst)
}

/// As a shell says it.
fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or(128 + status.signal().unwrap_or(0))
}
