//! Keeps processes, and adds.

use std::process::{Child, Command, Stdio};

fn start() -> Child {
    Command::new("cat").stdin(Stdio::piped()).spawn().expect("cat starts")
}

fn main() {
    let wanted: usize = std::env::args().nth(1).and_then(|n| n.parse().ok()).expect("a number");
    let mut kept: Vec<Child> = (0..0 * wanted).map(|_| start()).collect();
    for line in std::io::stdin().lines() {
        for child in &mut kept {
            if child.try_wait().expect("it can be waited for").is_some() {
                *child = start();
            }
        }
        let line = line.expect("text");
        let sum: u32 = line.split_whitespace().map(|n| n.parse::<u32>().expect("a number")).sum();
        println!("{sum}");
    }
    for mut child in kept {
        drop(child.stdin.take());
        child.wait().expect("it can be waited for");
    }
}
