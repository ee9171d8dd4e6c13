//! What takes microseconds. A peer in Python is a process that waits for its turns.

use crate::measured::{self, Measured, in_turns, is_wanted};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// How many pairs a row has.
const PAIRS: usize = 15;

/// Does something so many times, and says how long that took.
pub type Work<'a> = Box<dyn FnMut(u64) -> Duration + 'a>;

pub use crate::measured::Goal;

/// Prints the head of the table.
pub fn head() {
    println!("Median of {} pairs.\n", measured::pairs(PAIRS));
    println!(
        "| what | peer | ours, µs | peer, µs | times as fast | ratio | quartiles | to reach |"
    );
    println!("|---|---|---:|---:|---:|---:|---|---|");
}

/// Measures a row, prints it and adds it to the file of [`measured::RESULTS`]. `ours` and `theirs` are given rounds each
/// time; the times shown are those of one round.
pub fn row(
    what: &str,
    peer: &str,
    goal: Option<Goal>,
    (our_rounds, their_rounds): (u64, u64),
    (mut ours, mut theirs): (Work<'_>, Work<'_>),
) {
    if !is_wanted(what, peer) {
        return;
    }
    let time = measured::time();
    let our_rounds = warm(&mut ours, our_rounds, time / 20);
    let their_rounds = warm(&mut theirs, their_rounds, time / 20);
    let each = |time: Duration, rounds: u64| time.as_secs_f64() * 1e9 / rounds as f64;
    let pairs = in_turns(
        measured::pairs(PAIRS),
        time,
        || each(ours(our_rounds), our_rounds),
        || each(theirs(their_rounds), their_rounds),
    );
    let (what, peer) = (what.to_owned(), peer.to_owned());
    let measured = Measured { what, peer, cpus: None, goal, pairs };
    let ((ours, theirs), (low, median, high)) = (measured.medians(), measured.ratio());
    let goal = match goal {
        Some(Goal::AtMost(ratio)) => format!("≤ {ratio}"),
        Some(Goal::TimesFaster(times)) => format!("≥ {times}×"),
        None => "—".to_owned(),
    };
    println!(
        "| {} | {} | {:.3} | {:.3} | **{:.1}×** | **{median:.3}** | {low:.3}–{high:.3} | {goal} |",
        measured.what,
        measured.peer,
        ours / 1e3,
        theirs / 1e3,
        1.0 / median,
    );
    measured.record();
}

/// Does it for the first time, and says how many rounds it shall have: as many as wanted, if they take no longer than this.
fn warm(work: &mut Work<'_>, wanted: u64, at_most: Duration) -> u64 {
    let enough = wanted.div_ceil(4);
    let mut rounds = wanted.div_ceil(64);
    loop {
        let took = work(rounds);
        if rounds >= enough || took >= at_most {
            let fit = at_most.as_secs_f64() / took.as_secs_f64() * rounds as f64;
            return (fit as u64).clamp(1, wanted);
        }
        rounds = (2 * rounds).min(enough);
    }
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
#[derive(Debug)]
pub struct Python {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Python {
    /// Starts the script with the name of what it is to do. `PYTHON` says which
    /// interpreter, else it is `python3`.
    ///
    /// # Panics
    ///
    /// When it cannot be started.
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

    /// Has it do so many rounds, and returns how long it says that they took. Blocks meanwhile.
    ///
    /// # Panics
    ///
    /// When it has ended, or says something else.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn rounds(one: Duration, wanted: u64) -> u64 {
        let mut work: Work<'_> = Box::new(|rounds| one * rounds as u32);
        warm(&mut work, wanted, Duration::from_millis(10))
    }

    #[test]
    fn there_are_as_many_rounds_as_there_is_time_for() {
        assert_eq!(rounds(Duration::from_micros(1), 5000), 5000);
        assert_eq!(rounds(Duration::from_micros(20), 5000), 500);
        assert_eq!(rounds(Duration::from_secs(9), 5), 1);
        assert_eq!(rounds(Duration::ZERO, 1), 1);
    }
}
