//! How far to look: what the command line says, then what the package says of itself, then what is usual.

use crate::Misuse;
use crate::shard::Shard;
use protocol::{Config, Random};
use serde::Deserialize;
use std::num::NonZeroU8;
use std::path::PathBuf;
use std::time::Duration;

/// `[package.metadata.explore]` in a package's manifest: bounds for its tests, by the names of the options.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct OfPackage {
    /// The most executions of the exhaustive search.
    pub schedules: Option<u64>,
    /// Its longest time, in seconds.
    pub time: Option<f64>,
    /// The most steps of one execution.
    pub steps: Option<u32>,
    /// The most preemptions of a run.
    pub preemptions: Option<u32>,
    /// How often each thread may wake up for no reason.
    pub spurious: Option<u8>,
    /// How often the `compare_exchange_weak` of each thread may fail for no reason.
    pub weak_failures: Option<u8>,
    /// Whether time-outs fire at any moment.
    pub eager_timeouts: bool,
    /// How many time-outs of each thread do.
    pub timeouts: Option<u8>,
    /// Whether threads may be left running at the end of a test.
    pub detached: bool,
    /// Whether memory that nobody frees is a failure.
    pub leaks: bool,
    /// Within how many looks a loop that only looks sees a change.
    pub looks: Option<NonZeroU8>,
    /// What is accepted in crates of others.
    pub accept: Vec<String>,
    /// How the random part of the search chooses.
    pub random: Option<Random>,
    /// The seed of the random part of the search.
    pub seed: Option<u64>,
    /// The seed of the random numbers that tests read.
    pub entropy: Option<u64>,
}

impl OfPackage {
    /// Reads what a package's manifest says, if it says something.
    ///
    /// # Errors
    ///
    /// [`Misuse`], when there is something in it that means nothing.
    pub fn read(package: &str, metadata: &serde_json::Value) -> Result<OfPackage, Misuse> {
        let wrong = |what: String| {
            Misuse(format!("[package.metadata.explore] in the manifest of {package}: {what}"))
        };
        let Some(table) = metadata.get("explore") else { return Ok(OfPackage::default()) };
        let read: OfPackage =
            serde_json::from_value(table.clone()).map_err(|error| wrong(error.to_string()))?;
        if read.steps.is_some_and(|steps| !(1..=Config::MOST_STEPS).contains(&steps)) {
            return Err(wrong(format!("steps must be from 1 to {}", Config::MOST_STEPS)));
        }
        if read.time.is_some_and(|time| Duration::try_from_secs_f64(time).is_err()) {
            return Err(wrong("time is a number of seconds".to_owned()));
        }
        Ok(read)
    }
}

/// How far to look.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "How far to look")]
pub struct Bounds {
    /// Search exhaustively for at most this many executions, then at random for at most as many
    /// again, and no more than 10000 (default: 1000000 on a terminal, where --time ends most
    /// searches earlier, and 100000 elsewhere)
    #[arg(long, value_name = "N")]
    pub schedules: Option<u64>,
    /// Search exhaustively for at most this many seconds, then at random for at most as many again
    /// (default: 30 and 5 on a terminal without --schedules; no limit elsewhere, so that a verdict does not
    /// depend on the machine)
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub time: Option<Duration>,
    /// Stop each run after this many steps; where one has more, nothing is proved. At most 30000
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(Config::MOST_STEPS)))]
    pub steps: Option<u32>,
    /// Try only runs with at most this many preemptions; finds much, proves nothing
    #[arg(long, value_name = "N")]
    pub preemptions: Option<u32>,
    /// Count threads that do the same once: of runs that differ only in which of several threads with
    /// the same closure over the same objects does what, make one. This is off where somebody tells
    /// these threads apart
    #[arg(long, conflicts_with_all = ["preemptions", "resume", "merge", "schedule"])]
    pub symmetry: bool,
    /// Let each thread wake up spuriously this many times
    #[arg(long, value_name = "N")]
    pub spurious: Option<u8>,
    /// Let weak compare-exchanges fail for no reason this many times a thread (default: once)
    #[arg(long, value_name = "N")]
    pub weak_failures: Option<u8>,
    /// Let time-outs fire at any moment, three a thread, not only when nothing else can happen
    #[arg(long, conflicts_with = "timeouts")]
    pub eager_timeouts: bool,
    /// Let this many time-outs of each thread fire at any moment; 0: only when nothing else can
    /// happen. By default, a test that waits with time-outs is explored twice: with 0, and with 1
    #[arg(long, value_name = "N")]
    pub timeouts: Option<u8>,
    /// Let threads be left running when a test ends, as daemons are (default: that is a leak)
    #[arg(long)]
    pub detached: bool,
    /// Count it as a failure if memory has not been freed when a test ends and cannot be reached
    /// from a static
    #[arg(long)]
    pub leaks: bool,
    /// Let a loop that only looks see a change within this many looks, or not at all. This is for
    /// loops that count their looks, because there each look costs an execution of its own. The
    /// verdict names this bound
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
    pub looks: Option<u8>,
    /// How the random part of the search chooses: pct, pos or surw; surw without this
    #[arg(long, value_name = "HOW")]
    pub random: Option<Random>,
    /// The seed of the random part of the search
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// The seed of the random numbers that tests read, and of the order of `HashMap`s: each is the same in every execution
    #[arg(long, value_name = "N")]
    pub entropy: Option<u64>,
    /// Write the progress of long searches to this file, and go on from there: after a kill or
    /// Ctrl-C the same command repeats only what it was working on, and comes to the same verdict
    /// and number of executions
    #[arg(long, value_name = "FILE", conflicts_with_all = ["schedule", "preemptions"])]
    pub resume: Option<PathBuf>,
    /// Do only this part of each search, as on one of several machines; --merge puts the parts together
    #[arg(long, value_name = "K/N", requires = "resume")]
    pub shard: Option<Shard>,
    /// Put together what all parts have written to these files
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["resume", "schedule", "preemptions"])]
    pub merge: Vec<PathBuf>,
    /// Replay this run of one test instead of searching
    #[arg(long, value_name = "STRING")]
    pub schedule: Option<String>,
}

impl Bounds {
    /// As the explorer takes them, for the tests of a package. Where somebody looks on, a search has a budget in seconds. Otherwise, or when executions are
    /// what was asked for, only their number counts: the verdict must not depend on how fast the machine is.
    pub fn config(&self, package: &OfPackage, watched: bool) -> Config {
        let usual = Config::default();
        let time = self.time.or_else(|| Duration::try_from_secs_f64(package.time?).ok());
        let schedules = self.schedules.or(package.schedules);
        let patient = schedules.is_some() || !watched;
        let timeouts = match (self.timeouts, self.eager_timeouts) {
            (Some(number), _) => number,
            (None, true) => usual.early_timeouts,
            (None, false) if package.timeouts.is_some() => package.timeouts.unwrap_or_default(),
            (None, false) if package.eager_timeouts => usual.early_timeouts,
            (None, false) => 0,
        };
        Config {
            max_executions: schedules.unwrap_or(match watched {
                true => usual.max_executions,
                false => UNWATCHED,
            }),
            // Who says how many executions means that they count for the random part as well.
            random_executions: schedules.unwrap_or(u64::MAX).min(usual.random_executions),
            max_time: time.unwrap_or(if patient { ENDLESS } else { usual.max_time }),
            // Who says how many seconds means that they count for the random part as well.
            random_time: time.unwrap_or(if patient { ENDLESS } else { usual.random_time }),
            weak_failures: self
                .weak_failures
                .or(package.weak_failures)
                .unwrap_or(usual.weak_failures),
            early_timeouts: if timeouts == 0 { usual.early_timeouts } else { timeouts },
            max_steps: self.steps.or(package.steps).unwrap_or(usual.max_steps),
            preemptions: self.preemptions.or(package.preemptions),
            symmetry: self.symmetry,
            spurious: self.spurious.or(package.spurious).unwrap_or(usual.spurious),
            eager_timeouts: timeouts > 0,
            detached: self.detached || package.detached,
            leaks: self.leaks || package.leaks,
            looks: self.looks.or(package.looks.map(NonZeroU8::get)),
            random: self.random.or(package.random).unwrap_or(usual.random),
            seed: self.seed.or(package.seed).unwrap_or(usual.seed),
            entropy: self.entropy.or(package.entropy).unwrap_or(usual.entropy),
            ..usual
        }
    }

    /// Whether a search ends only when it is through, or has made as many executions as is usual.
    pub fn are_patient(&self, watched: bool) -> bool {
        !watched && self.schedules.is_none() && self.time.is_none() && self.schedule.is_none()
    }

    /// Whether nobody says when time-outs fire: then there are two looks.
    pub fn looks_twice(&self, package: &OfPackage) -> bool {
        let said = self.eager_timeouts
            || self.timeouts.is_some()
            || package.eager_timeouts
            || package.timeouts.is_some();
        // What is split has one look: another part need not know what this one has seen.
        let split = self.shard.is_some() || !self.merge.is_empty();
        !said && !split && self.schedule.is_none()
    }
}

/// The most executions of a search where nobody looks on: on a slow machine some minutes.
pub(crate) const UNWATCHED: u64 = 100_000;

/// Longer than anybody waits.
const ENDLESS: Duration = Duration::from_secs(365 * 24 * 60 * 60);

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_command_line_counts_for_more_than_the_manifest() {
        let table = json!({ "explore": { "spurious": 1, "steps": 9, "time": 1.5, "eager-timeouts": true, "random": "surw" } });
        let package = OfPackage::read("a", &table).unwrap();
        let bounds = Bounds { steps: Some(7), ..Bounds::default() };
        let config = bounds.config(&package, true);
        assert_eq!((config.spurious, config.max_steps, config.eager_timeouts), (1, 7, true));
        assert_eq!(config.max_time, Duration::from_millis(1500));
        assert_eq!(config.random, Random::Surw);
        let bounds = Bounds { random: Some(Random::Pct), ..bounds };
        assert_eq!(bounds.config(&package, true).random, Random::Pct);
        assert_eq!(OfPackage::read("a", &json!(null)).unwrap(), OfPackage::default());
    }

    #[test]
    fn who_says_when_time_outs_fire_is_heard() {
        let package = |table| OfPackage::read("a", &json!({ "explore": table })).unwrap();
        let silent = package(json!({}));
        let (two, none) = (package(json!({ "timeouts": 2 })), package(json!({ "timeouts": 0 })));
        let asked = |bounds: &Bounds, package: &OfPackage| {
            let config = bounds.config(package, true);
            let early = config.eager_timeouts.then_some(config.early_timeouts);
            (early, bounds.looks_twice(package))
        };
        let line = Bounds::default();
        assert_eq!(asked(&line, &silent), (None, true));
        assert_eq!(asked(&line, &two), (Some(2), false));
        assert_eq!(asked(&line, &none), (None, false));
        let line = Bounds { timeouts: Some(0), ..Bounds::default() };
        assert_eq!(asked(&line, &two), (None, false));
        let line = Bounds { eager_timeouts: true, ..Bounds::default() };
        assert_eq!(asked(&line, &none), (Some(3), false));
    }

    #[test]
    fn a_verdict_depends_on_the_machine_only_where_somebody_looks_on() {
        let package = OfPackage::default();
        let times = |bounds: &Bounds, watched| {
            let config = bounds.config(&package, watched);
            [config.max_time, config.random_time].map(|time| time == ENDLESS)
        };
        assert_eq!(times(&Bounds::default(), true), [false, false]);
        assert_eq!(times(&Bounds::default(), false), [true, true]);
        let counted = Bounds { schedules: Some(9), ..Bounds::default() };
        assert_eq!(times(&counted, true), [true, true]);
        let executions = |schedules, watched| {
            let bounds = Bounds { schedules, ..Bounds::default() };
            let config = bounds.config(&package, watched);
            (config.max_executions, config.random_executions)
        };
        assert_eq!(executions(None, true), (1_000_000, 10_000));
        assert_eq!(executions(None, false), (100_000, 10_000));
        for watched in [true, false] {
            assert_eq!(executions(Some(200), watched), (200, 200));
            assert_eq!(executions(Some(500_000), watched), (500_000, 10_000));
        }
        let of_package = OfPackage { schedules: Some(7), ..OfPackage::default() };
        assert_eq!(Bounds::default().config(&of_package, false).random_executions, 7);
        let both = Bounds { time: Some(Duration::from_secs(1)), ..counted };
        assert_eq!(times(&both, false), [false, false]);
    }

    #[test]
    fn what_means_nothing_is_refused_with_its_name() {
        let refused =
            |table| OfPackage::read("a", &json!({ "explore": table })).unwrap_err().to_string();
        let message = refused(json!({ "spuriuos": 1 }));
        assert!(message.contains("manifest of a: unknown field `spuriuos`"), "{message}");
        assert!(refused(json!({ "random": "dice" })).contains("unknown variant `dice`"));
        assert!(refused(json!({ "steps": 0 })).contains("from 1 to 30000"));
        assert!(refused(json!({ "time": -1 })).contains("a number of seconds"));
    }
}
