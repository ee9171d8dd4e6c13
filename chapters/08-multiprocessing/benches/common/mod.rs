//! How the benches of chapters 8 to 10 measure: in pairs.
//!
//! Ours and a peer take turns, so that a change of the machine's speed hits
//! both. A peer in Python is a process that waits for its turns.

// Each bench uses some of this.
#![allow(dead_code)]

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// How many pairs a row has.
const PAIRS: usize = 15;

/// Does something so many times, and says how long that took.
pub type Work<'a> = Box<dyn FnMut(u64) -> Duration + 'a>;

/// What the ratio of ours to the peer's is to reach.
pub enum Goal {
    /// At most this much of the peer's time.
    AtMost(f64),
    /// At least so many times as fast as the peer.
    TimesFaster(f64),
    /// Shown for information.
    None,
}

/// Prints the head of the table.
pub fn head() {
    println!("Median of {PAIRS} pairs.\n");
    println!(
        "| what | peer | ours, µs | peer, µs | times as fast | ratio | quartiles | to reach |"
    );
    println!("|---|---|---:|---:|---:|---:|---|---|");
}

/// Measures a row and prints it. `ours` and `theirs` are given rounds each
/// time; the times shown are those of one round.
pub fn row(
    what: &str,
    peer: &str,
    goal: Goal,
    (our_rounds, their_rounds): (u64, u64),
    (mut ours, mut theirs): (Work<'_>, Work<'_>),
) {
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    if wanted.is_some_and(|part| !format!("{what}, {peer}").contains(&part)) {
        return;
    }
    // Warm.
    ours(our_rounds.div_ceil(4));
    theirs(their_rounds.div_ceil(4));
    let each = |time: Duration, rounds: u64| time.as_secs_f64() * 1e6 / rounds as f64;
    let mut pairs: Vec<(f64, f64)> = Vec::new();
    for turn in 0..PAIRS {
        // Who goes first changes, too.
        let (mine, other);
        if turn % 2 == 0 {
            mine = each(ours(our_rounds), our_rounds);
            other = each(theirs(their_rounds), their_rounds);
        } else {
            other = each(theirs(their_rounds), their_rounds);
            mine = each(ours(our_rounds), our_rounds);
        }
        pairs.push((mine, other));
    }
    let ratios = sorted(pairs.iter().map(|(ours, theirs)| ours / theirs));
    let (median, low, high) = (ratios[PAIRS / 2], ratios[PAIRS / 4], ratios[PAIRS - 1 - PAIRS / 4]);
    let middle = |values: Vec<f64>| values[PAIRS / 2];
    let goal = match goal {
        Goal::AtMost(ratio) => format!("≤ {ratio}"),
        Goal::TimesFaster(times) => format!("≥ {times}×"),
        Goal::None => "—".to_owned(),
    };
    println!(
        "| {what} | {peer} | {:.3} | {:.3} | **{:.1}×** | **{median:.3}** | {low:.3}–{high:.3} | {goal} |",
        middle(sorted(pairs.iter().map(|pair| pair.0))),
        middle(sorted(pairs.iter().map(|pair| pair.1))),
        1.0 / median,
    );
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// How long `rounds` calls take.
pub fn time(rounds: u64, mut body: impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..rounds {
        body();
    }
    start.elapsed()
}

/// A Python program that measures when it is told to.
pub struct Python {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Python {
    /// Starts the script with the name of what it is to do. `PYTHON` says which
    /// interpreter, else it is `python3`.
    pub fn start(script: &str, what: &str) -> Python {
        let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let mut child = Command::new(python)
            .args([script, what])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 can be started");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        Python { child, input, output }
    }

    /// Has it do so many rounds.
    pub fn work(&mut self, rounds: u64) -> Duration {
        let input = self.input.as_mut().expect("it is piped");
        writeln!(input, "{rounds}").expect("it still runs");
        let mut line = String::new();
        self.output.read_line(&mut line).expect("it still runs");
        Duration::from_nanos(line.trim().parse().expect("it says nanoseconds"))
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // At the end of its input it ends its children, and then itself.
        drop(self.input.take());
        let _ = self.child.wait();
    }
}
