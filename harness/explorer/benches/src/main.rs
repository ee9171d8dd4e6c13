//! The same programs on three engines in one run: ours, loom and shuttle. `cargo run --release -p explore-bench` writes the table that the
//! README shows.
//!
//! The programs are those of the engine's tests, compiled three times from one source. loom and shuttle run in a process of their own for each
//! program: a deadlock makes loom abort, and a search that does not end is given up after some seconds.

mod engines;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use engines::{ENGINES, PROGRAMS, Task};

/// How long a search may take.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [engine, program] => engines::run(engine, program),
        _ => table(),
    }
}

fn table() {
    println!("| program | {} |", ENGINES.join(" | "));
    println!("|---|{}", "---|".repeat(ENGINES.len()));
    for program in PROGRAMS {
        let task = if program.task == Task::Find { "find" } else { "exhaust" };
        let cells: Vec<String> = ENGINES.iter().map(|engine| cell(engine, program.name)).collect();
        println!("| {task}: {} | {} |", program.name, cells.join(" | "));
    }
}

/// Runs one engine on one program in a process of its own.
fn cell(engine: &str, program: &str) -> String {
    let me = std::env::current_exe().expect("the path of this program");
    let child = Command::new(me)
        .args([engine, program])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = child.expect("a process for the engine");
    let start = Instant::now();
    while child.try_wait().expect("the state of the process").is_none() {
        if start.elapsed() > PATIENCE {
            child.kill().expect("the process ends");
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().expect("what the process printed");
    let text = String::from_utf8_lossy(&output.stdout);
    let last = |prefix: &str| {
        text.lines().rev().find_map(|line| line.strip_prefix(prefix)).map(str::to_owned)
    };
    match (last("result "), last("count ")) {
        (Some(result), _) => result,
        (None, Some(count)) if output.status.success() => count,
        (None, count) if output.status.code().is_none() && start.elapsed() > PATIENCE => {
            format!("not in {} s (> {})", PATIENCE.as_secs(), count.unwrap_or_default())
        }
        (None, count) => format!("aborts (after {})", count.unwrap_or_default()),
    }
}
