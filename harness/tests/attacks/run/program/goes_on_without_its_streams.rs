//! Lets go of its streams, so that it looks as if it had ended, and goes on.
use std::process::{Command, Stdio};

fn main() {
    let mut child = Command::new("sleep");
    child.arg("31415926").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let _ = child.spawn();
    let _ = Command::new("sh").args(["-c", "exec 0<&- 1>&- 2>&-; exec sleep 31415926"]).status();
}
