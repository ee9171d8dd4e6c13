//! What a comparison comes to.

use serde::{Deserialize, Serialize};
use std::fs::OpenOptions;
use std::io::Write as _;
use std::time::{Duration, Instant};

/// The variable that names the file which results are added to, one JSON object a line.
pub const RESULTS: &str = "PAIRED_RESULTS";

/// The variable that says how many pairs each row has, if not as many as the bench wants.
pub const PAIRS: &str = "PAIRED_PAIRS";

/// The variable that says how many seconds a row may take in one process; [`USUAL`] without it.
pub const SECONDS: &str = "PAIRED_SECONDS";

/// The variable that names rows which are left out, one a line: what is done, a tab, the peer.
pub const WITHOUT: &str = "PAIRED_WITHOUT";

/// A row takes no longer than this, unless its [`FEWEST`] pairs do.
pub const USUAL: Duration = Duration::from_secs(20);

/// So many pairs a row has even if its time is up.
pub const FEWEST: usize = 3;

/// What the ratio of ours to the peer's is to reach.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// At most this much of the peer's time.
    AtMost(f64),
    /// At least so many times as fast as the peer.
    TimesFaster(f64),
}

impl Goal {
    /// The largest ratio that reaches it.
    pub fn as_ratio(self) -> f64 {
        match self {
            Goal::AtMost(ratio) => ratio,
            Goal::TimesFaster(times) => 1.0 / times,
        }
    }
}

/// One comparison in one process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// What was done.
    pub what: String,
    /// What it was compared with.
    pub peer: String,
    /// On how many CPUs, if it was pinned.
    pub cpus: Option<usize>,
    /// What is to be reached, if anything is.
    pub goal: Option<Goal>,
    /// Ours and the peer's time for one round, in nanoseconds, turn by turn.
    pub pairs: Vec<(f64, f64)>,
}

impl Measured {
    /// The median of our times and of the peer's.
    pub fn medians(&self) -> (f64, f64) {
        let ours = sorted(self.pairs.iter().map(|pair| pair.0));
        let theirs = sorted(self.pairs.iter().map(|pair| pair.1));
        (middle(&ours, 0.5), middle(&theirs, 0.5))
    }

    /// The lower quartile, the median and the upper quartile of ours divided by the peer's.
    pub fn ratio(&self) -> (f64, f64, f64) {
        let ratios = sorted(self.pairs.iter().map(|(ours, theirs)| ours / theirs));
        (middle(&ratios, 0.25), middle(&ratios, 0.5), middle(&ratios, 0.75))
    }

    /// Adds this to the file that [`RESULTS`] names, if it names one.
    ///
    /// # Panics
    ///
    /// When the file cannot be written: a result that is lost would be missed late.
    pub fn record(&self) {
        let Some(path) = std::env::var_os(RESULTS) else { return };
        let line = serde_json::to_string(self).expect("numbers and texts are JSON");
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        writeln!(file, "{line}").unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

/// The value below which this part of the sorted values lies.
///
/// ```
/// assert_eq!(paired::measured::middle(&[1.0, 2.0, 9.0], 0.5), 2.0);
/// ```
///
/// # Panics
///
/// When there are no values.
pub fn middle(sorted: &[f64], part: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * part).round() as usize]
}

/// The values from the least to the greatest.
pub fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values
}

/// How many pairs a row has: what [`PAIRS`] says, or `usual`.
pub fn pairs(usual: usize) -> usize {
    std::env::var(PAIRS).ok().and_then(|text| text.parse().ok()).unwrap_or(usual).max(1)
}

/// Whether a row is asked for on the command line, by a part of its name, and not left out.
pub(crate) fn is_wanted(what: &str, peer: &str) -> bool {
    let part = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let without = std::env::var(WITHOUT).unwrap_or_default();
    is_named(what, peer, part.as_deref())
        && !without.lines().any(|line| line.split_once('\t') == Some((what, peer)))
}

/// Whether the row's name, with its peer, contains this part, if one is given.
pub fn is_named(what: &str, peer: &str, part: Option<&str>) -> bool {
    part.is_none_or(|part| format!("{what}, {peer}").contains(part))
}

/// How long a row may take: what [`SECONDS`] says, or as usual.
pub(crate) fn time() -> Duration {
    let seconds = std::env::var(SECONDS).ok().and_then(|text| text.parse().ok());
    seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or(USUAL)
}

/// So many pairs, in turns, or as many as there is time for; who goes first changes, too.
pub(crate) fn in_turns(
    pairs: usize,
    time: Duration,
    mut ours: impl FnMut() -> f64,
    mut theirs: impl FnMut() -> f64,
) -> Vec<(f64, f64)> {
    let pair = |turn: usize| match turn % 2 {
        0 => {
            let ours = ours();
            (ours, theirs())
        }
        _ => {
            let theirs = theirs();
            (ours(), theirs)
        }
    };
    let start = Instant::now();
    let goes_on = |&turn: &usize| turn < FEWEST || start.elapsed() < time;
    (0..pairs).take_while(goes_on).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_that_of_pairs_and_not_of_medians() {
        let pairs = vec![(1.0, 2.0), (10.0, 20.0), (4.0, 2.0)];
        let what = String::new();
        let row = Measured { what: what.clone(), peer: what, cpus: None, goal: None, pairs };
        assert_eq!(row.ratio(), (0.5, 0.5, 2.0));
        assert_eq!(row.medians(), (4.0, 2.0));
    }

    #[test]
    fn who_goes_first_changes() {
        let order = std::cell::RefCell::new(String::new());
        let side = |name: char| {
            order.borrow_mut().push(name);
            1.0
        };
        in_turns(3, USUAL, || side('a'), || side('b'));
        assert_eq!(order.into_inner(), "abbaab");
    }

    #[test]
    fn when_the_time_is_up_a_few_pairs_are_there() {
        assert_eq!(in_turns(9, Duration::ZERO, || 1.0, || 2.0), [(1.0, 2.0); FEWEST]);
        assert_eq!(in_turns(2, Duration::ZERO, || 1.0, || 2.0).len(), 2);
        assert_eq!(in_turns(9, USUAL, || 1.0, || 2.0).len(), 9);
    }

    #[test]
    fn a_row_is_named_by_any_part() {
        assert!(is_named("put", "std", None) && is_named("put", "std", Some("t, s")));
        assert!(!is_named("put", "std", Some("kanal")));
    }
}
