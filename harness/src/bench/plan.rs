//! A look that takes no longer than it says: how long each row may take, and which take too long.
//!
//! What a row takes is known from the chapter's report. A row has a few pairs at least, and of each pair a round at least: a report that says ten seconds
//! for a round is one that no quick look can decide.

use super::table::{Row, seconds};
use paired::measured::FEWEST;
use std::time::{Duration, Instant};

/// What a row of some nanoseconds takes, with its threads.
const LEAST: f64 = 0.15;
/// What the first rounds, which do not count, add to those that do.
const WARM: f64 = 1.4;
/// So much of the time is for rows; the rest is for starting programs, and for a machine that is busy.
const FOR_ROWS: f64 = 0.8;
/// A process that takes so many times its part is ended.
const PATIENCE: f64 = 1.5;

/// The rows of every chapter, and until when they are to be measured.
#[derive(Debug, Clone)]
pub struct Plan {
    /// For each chapter those that are measured.
    pub rows: Vec<Vec<Row>>,
    /// For each chapter those that take too long.
    pub left_out: Vec<Vec<Row>>,
    /// When to be done, if that was asked for.
    pub end: Option<Instant>,
}

/// How long one process of a bench may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Time {
    /// What a row may take. It has a few pairs anyway.
    pub of_a_row: Duration,
    /// After so long it is ended.
    pub of_all: Duration,
}

/// What a row takes at least in one process, in seconds.
fn least(row: &Row) -> f64 {
    let round = seconds(&row.ours).unwrap_or(0.0) + seconds(&row.theirs).unwrap_or(0.0);
    (FEWEST as f64 * WARM * round).max(LEAST)
}

impl Plan {
    /// Everything, however long it takes; or what can be done `within` a time, in so many processes of each bench.
    pub fn new(rows: Vec<Vec<Row>>, within: Option<Duration>, starts: usize) -> Plan {
        let Some(within) = within else {
            let left_out = vec![Vec::new(); rows.len()];
            return Plan { rows, left_out, end: None };
        };
        // Half of it, so that the cheap ones have more than the least.
        let mut left = within.as_secs_f64() * FOR_ROWS / starts as f64 / 2.0;
        let mut costs: Vec<f64> = rows.iter().flatten().map(least).collect();
        costs.sort_by(f64::total_cmp);
        let mut most = LEAST;
        for cost in costs {
            left -= cost;
            if left < 0.0 {
                break;
            }
            most = most.max(cost);
        }
        let (rows, left_out) = rows
            .into_iter()
            .map(|rows| rows.into_iter().partition(|row| least(row) <= most))
            .unzip();
        Plan { rows, left_out, end: Some(Instant::now() + within) }
    }

    /// How long this chapter may take in this start, if that matters: what is left is shared among all rows that are still to come.
    pub fn time(&self, start: usize, starts: usize, chapter: usize) -> Option<Time> {
        let left = self.end?.saturating_duration_since(Instant::now());
        let each: usize = self.rows.iter().map(Vec::len).sum();
        let to_come: usize = self.rows[chapter..].iter().map(Vec::len).sum();
        let rows = (to_come + (starts - start) * each).max(1) as f64;
        let of_all = left.mul_f64(self.rows[chapter].len() as f64 / rows * PATIENCE).min(left);
        Some(Time { of_a_row: left.mul_f64(FOR_ROWS / rows), of_all })
    }

    /// The rows of a chapter that are to be measured and that nothing is known of.
    pub fn missing<'a>(
        &'a self,
        chapter: usize,
        measured: &'a [Row],
    ) -> impl Iterator<Item = &'a Row> {
        let is_measured = |row: &&Row| measured.iter().any(|other| other.is_same_as(row));
        self.rows[chapter].iter().filter(move |row| !is_measured(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(what: &str, theirs: &str) -> Row {
        Row {
            what: what.to_owned(),
            peer: "std".to_owned(),
            cpus: String::new(),
            ours: "1.0 ns".to_owned(),
            theirs: theirs.to_owned(),
            ratio: 1.0,
            shown: String::new(),
            quartiles: String::new(),
            goal: None,
        }
    }

    const MINUTES: Duration = Duration::from_secs(120);

    #[test]
    fn what_takes_too_long_is_left_out_and_nothing_else() {
        let rows = vec![
            vec![row("put", "5.2 ns"), row("get", "—")],
            vec![row("map", "9148793.075 µs"), row("apply", "110 µs"), row("negate", "1.8 s")],
        ];
        let names = |rows: &[Vec<Row>]| -> Vec<Vec<String>> {
            let names = |rows: &Vec<Row>| rows.iter().map(|row| row.what.clone()).collect();
            rows.iter().map(names).collect()
        };
        let plan = Plan::new(rows.clone(), Some(MINUTES), 2);
        assert_eq!(names(&plan.rows), [vec!["put", "get"], vec!["apply", "negate"]]);
        assert_eq!(names(&plan.left_out), [vec![], vec!["map"]]);
        let whole = Plan::new(rows.clone(), None, 3);
        assert_eq!((&whole.rows, whole.time(1, 3, 0)), (&rows, None));
        assert!(whole.left_out.iter().all(Vec::is_empty));
    }

    #[test]
    fn all_rows_that_are_left_share_the_time_that_is_left() {
        let rows = vec![vec![row("put", "5 ns"); 8], vec![row("get", "5 ns"); 2]];
        let plan = Plan::new(rows, Some(MINUTES), 2);
        let share = |start, chapter| plan.time(start, 2, chapter).unwrap().of_a_row.as_secs_f64();
        // Little of the two minutes is over: 0.8 of them, for 20 rows, and for 2.
        let of = |rows: f64| 120.0 * 0.8 / rows;
        assert!((of(20.0) * 0.5..=of(20.0)).contains(&share(1, 0)), "{}", share(1, 0));
        assert!((of(2.0) * 0.5..=of(2.0)).contains(&share(2, 1)), "{}", share(2, 1));
        // The last may use up what is left, and no more.
        assert!(plan.time(2, 2, 1).unwrap().of_all <= MINUTES);
        let known = [row("put", "6 ns")];
        let missing: Vec<_> = plan.missing(1, &known).map(|row| &*row.what).collect();
        assert_eq!((missing, plan.missing(0, &known).count()), (vec!["get"; 2], 0));
    }
}
