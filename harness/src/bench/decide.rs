//! What several processes of one comparison come to, and whether they come to anything.

use super::table::{Row, seconds};
use paired::measured::{Goal, Measured, middle, sorted};
use std::fmt;
use std::time::{Duration, Instant};

/// Two processes whose medians differ by this much have met two different answers.
const MODES: f64 = 1.5;

/// A loop of fixed work that now and then takes this much longer shares its processor.
const NOISY: f64 = 1.25;

/// A row of the table, and whether it may be believed.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// What the table says.
    pub row: Row,
    /// What it comes to.
    pub verdict: Verdict,
}

/// What a row comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The goal is reached.
    Reached,
    /// It is not.
    Missed,
    /// There is none.
    NoGoal,
    /// It cannot be said whether the goal is reached, and why.
    Undecided(String),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Reached => f.write_str("reached"),
            Verdict::Missed => f.write_str("not reached"),
            Verdict::NoGoal => f.write_str("(no goal)"),
            Verdict::Undecided(why) => write!(f, "not decided: {why}"),
        }
    }
}

/// The rows of a chapter, from what each of its processes measured.
pub fn all(starts: &[Vec<Measured>]) -> Vec<Decided> {
    // One that was ended early has fewer.
    let Some(first) = starts.iter().max_by_key(|start| start.len()) else { return Vec::new() };
    let same =
        |a: &Measured, b: &Measured| (&a.what, &a.peer, a.cpus) == (&b.what, &b.peer, b.cpus);
    let of_row = |row: &Measured| -> Vec<&Measured> {
        starts.iter().flatten().filter(|other| same(row, other)).collect()
    };
    first.iter().map(|row| one(&of_row(row))).collect()
}

/// A row that takes longer than there is time.
pub fn left_out(row: &Row) -> Decided {
    let took =
        |cell: &str| seconds(cell).map_or_else(|| cell.to_owned(), |seconds| time(seconds * 1e9));
    let (ours, theirs) = (took(&row.ours), took(&row.theirs));
    let why = format!("a round takes us {ours} and the peer {theirs}, too long for a quick look");
    not_measured(row, why)
}

/// A row whose turn did not come.
pub fn out_of_time(row: &Row) -> Decided {
    not_measured(row, "the time was up before it was measured".to_owned())
}

fn not_measured(row: &Row, why: String) -> Decided {
    let none = || "—".to_owned();
    let row = Row { shown: none(), quartiles: none(), ..row.clone() };
    Decided { row, verdict: Verdict::Undecided(why) }
}

/// Where the median of these sorted values lies, with 95 % confidence: between two of them.
fn median_is_within(sorted: &[f64]) -> (f64, f64) {
    let n = sorted.len() as f64;
    let rank = ((n - 1.96 * n.sqrt()) / 2.0).floor().max(0.0) as usize;
    (sorted[rank], sorted[sorted.len() - 1 - rank])
}

fn one(starts: &[&Measured]) -> Decided {
    let all = Measured {
        pairs: starts.iter().flat_map(|start| start.pairs.iter().copied()).collect(),
        ..starts[0].clone()
    };
    let ratios =
        |measured: &Measured| sorted(measured.pairs.iter().map(|(ours, theirs)| ours / theirs));
    let each: Vec<Vec<f64>> = starts.iter().map(|start| ratios(start)).collect();
    let medians = sorted(each.iter().map(|ratios| middle(ratios, 0.5)));
    let within = each.iter().map(|ratios| median_is_within(ratios));
    let (low, high) = within
        .fold((f64::INFINITY, 0.0_f64), |(low, high), (from, to)| (low.min(from), high.max(to)));
    let (least, most) = (medians[0], medians[medians.len() - 1]);
    let two_modes = most / least > MODES;
    let verdict = match all.goal.map(Goal::as_ratio) {
        None => Verdict::NoGoal,
        Some(goal) if high <= goal => Verdict::Reached,
        Some(goal) if low > goal => Verdict::Missed,
        Some(_) if two_modes => {
            let (least, most) = (number(least), number(most));
            Verdict::Undecided(format!("one process says {least}, another {most}"))
        }
        Some(goal) => {
            let (low, high, goal) = (number(low), number(high), number(goal));
            Verdict::Undecided(format!("{low} to {high} holds the goal of {goal}"))
        }
    };
    let ((ours, theirs), (lower, ratio, upper)) = (all.medians(), all.ratio());
    // Both answers are shown where there are two.
    let quartiles = match two_modes {
        true => format!("{} or {}", number(least), number(most)),
        false => format!("{}–{}", number(lower), number(upper)),
    };
    let row = Row {
        what: all.what,
        peer: all.peer,
        cpus: all.cpus.map_or(String::new(), |cpus| cpus.to_string()),
        ours: time(ours),
        theirs: time(theirs),
        // What the table says and what is decided by are the same number.
        ratio: number(ratio).parse().unwrap_or(ratio),
        shown: number(ratio),
        quartiles,
        goal: all.goal,
    };
    Decided { row, verdict }
}

/// A ratio with as many places as mean something.
fn number(ratio: f64) -> String {
    match ratio {
        r if r < 0.01 => format!("1/{:.0}", 1.0 / r),
        r if r < 0.1 => format!("{r:.3}"),
        r => format!("{r:.2}"),
    }
}

/// Nanoseconds with the unit that fits.
fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        n if n < 1e3 => format!("{n:.1} ns"),
        n if n < 1e6 => format!("{:.2} µs", n / 1e3),
        n if n < 1e9 => format!("{:.2} ms", n / 1e6),
        n => format!("{:.2} s", n / 1e9),
    }
}

/// What is said before measuring on a machine that has other things to do; nothing on one that is quiet.
pub fn noise() -> Option<String> {
    let times = sorted((0..200).map(|_| fixed_work().as_secs_f64()));
    let ratio = middle(&times, 0.9) / middle(&times, 0.1);
    (ratio > NOISY).then(|| {
        format!(
            "This machine is busy: the same work takes {ratio:.1} times as long every tenth time. \
             Rows that cannot be decided now can be on a quiet one."
        )
    })
}

/// About a millisecond of work that touches no memory.
fn fixed_work() -> Duration {
    let start = Instant::now();
    let mut x = 1_u64;
    for _ in 0..500_000 {
        x = std::hint::black_box(x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    }
    start.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(goal: Option<f64>, ratios: impl Iterator<Item = f64>) -> Measured {
        Measured {
            what: "put".to_owned(),
            peer: "std".to_owned(),
            cpus: Some(1),
            goal: goal.map(Goal::AtMost),
            pairs: ratios.map(|ratio| (ratio * 1500.0, 1500.0)).collect(),
        }
    }

    /// So many values, evenly spread over a range.
    fn spread(from: f64, to: f64) -> impl Iterator<Item = f64> {
        (0..51).map(move |i| from + (to - from) * f64::from(i) / 50.0)
    }

    fn verdict(goal: f64, starts: &[(f64, f64)]) -> Verdict {
        let starts = starts.iter().map(|&(from, to)| vec![measured(Some(goal), spread(from, to))]);
        all(&starts.collect::<Vec<_>>()).remove(0).verdict
    }

    #[test]
    fn a_goal_is_reached_or_not_where_all_processes_say_so() {
        assert_eq!(verdict(1.0, &[(0.8, 0.9), (0.85, 0.95)]), Verdict::Reached);
        assert_eq!(verdict(1.0, &[(1.1, 1.2), (1.05, 1.3)]), Verdict::Missed);
        // Single pairs may lie beyond it; the median does not.
        assert_eq!(verdict(1.0, &[(0.6, 1.1)]), Verdict::Reached);
    }

    #[test]
    fn what_holds_the_goal_or_has_two_answers_is_not_decided() {
        let near = verdict(1.0, &[(0.9, 1.1)]);
        assert!(matches!(&near, Verdict::Undecided(why) if why.contains("holds the goal")));
        let two = verdict(1.5, &[(0.6, 0.62), (7.0, 7.5)]);
        assert_eq!(two, Verdict::Undecided("one process says 0.61, another 7.25".to_owned()));
    }

    #[test]
    fn what_takes_too_long_is_not_decided_and_says_so() {
        let long = measured(Some(1.0), spread(0.5, 0.5));
        let old = Row { theirs: "9148793.075 µs".to_owned(), ..all(&[vec![long]]).remove(0).row };
        let Decided { row, verdict } = left_out(&old);
        assert_eq!((&*row.shown, &*row.what), ("—", "put"));
        let Verdict::Undecided(late) = out_of_time(&old).verdict else { panic!("it is decided") };
        assert!(late.contains("time was up"), "{late}");
        let why = "a round takes us 750.0 ns and the peer 9.15 s, too long for a quick look";
        assert_eq!(verdict, Verdict::Undecided(why.to_owned()));
    }

    #[test]
    fn a_row_says_what_was_measured() {
        let starts =
            [vec![measured(None, spread(0.5, 0.7))], vec![measured(None, spread(2.0, 2.0))]];
        let Decided { row, verdict } = all(&starts).remove(0);
        assert_eq!(verdict, Verdict::NoGoal);
        assert_eq!((&*row.theirs, &*row.cpus), ("1.50 µs", "1"));
        assert_eq!(row.quartiles, "0.60 or 2.00");
    }

    #[test]
    fn numbers_have_the_places_that_mean_something() {
        assert_eq!([0.00012, 0.027, 0.94].map(number), ["1/8333", "0.027", "0.94"]);
        assert_eq!(
            [4.84, 4166.6, 1.9e6, 7.5e9].map(time),
            ["4.8 ns", "4.17 µs", "1.90 ms", "7.50 s"]
        );
    }
}
