//! Leaves processes behind, in sessions of their own and deaf to signals.
use std::process::{Command, Stdio};

fn main() {
    for _ in 0..4 {
        let script = "trap '' TERM HUP INT; setsid sh -c 'trap \"\" TERM HUP INT; sleep 31415926; sleep 31415926' & sleep 31415926 & exit 0";
        let mut child = Command::new("setsid");
        child.args(["sh", "-c", script]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let _ = child.status();
    }
}
