//! Runs commands as a pipeline. Every stream has a thread of its own that carries it from one place to the next.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio, exit};
use std::thread::{self, JoinHandle};

/// Carries bytes until there are no more, or nobody wants them. Both ends are closed with it.
fn carry(
    mut from: impl Read + Send + 'static,
    mut to: impl Write + Send + 'static,
) -> JoinHandle<()> {
    thread::spawn(move || {
        let mut bytes = vec![0; 65536];
        while let Ok(n @ 1..) = from.read(&mut bytes) {
            if to.write_all(&bytes[..n]).is_err() || to.flush().is_err() {
                break;
            }
        }
    })
}

fn main() {
    let mut children = Vec::new();
    let mut carriers = Vec::new();
    let mut source: Box<dyn Read + Send> = Box::new(io::stdin());
    for (i, command) in std::env::args().skip(1).enumerate() {
        let mut child = Command::new("sh")
            .args(["-c", &command])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sh is there");
        let (stdin, stdout, stderr) =
            (child.stdin.take().unwrap(), child.stdout.take().unwrap(), child.stderr.take().unwrap());
        carry(source, stdin);
        source = Box::new(stdout);
        carriers.push(thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                eprintln!("{}: {line}", i + 1);
            }
        }));
        children.push(child);
    }
    if children.is_empty() {
        return;
    }
    carriers.push(carry(source, io::stdout()));
    for carrier in carriers {
        carrier.join().expect("a carrier does not panic");
    }
    let codes = children.iter_mut().map(|child| {
        let status = child.wait().expect("a child can be waited for");
        match (status.code(), status.signal()) {
            // Ended by SIGPIPE, itself or what the shell has run: no failure.
            (Some(141), _) | (None, Some(13) | None) => 0,
            (Some(code), _) => code,
            (None, Some(signal)) => 128 + signal,
        }
    });
    exit(codes.filter(|code| *code != 0).last().unwrap_or(0));
}
