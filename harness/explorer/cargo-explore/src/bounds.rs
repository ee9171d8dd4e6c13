//! How far to look: what the command line says, then what the package says of itself, then what is usual.

use crate::Misuse;
use protocol::Config;
use serde::Deserialize;
use std::num::NonZeroU8;
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
    /// Whether time-outs fire at any moment.
    pub eager_timeouts: bool,
    /// Whether threads may be left running at the end of a test.
    pub detached: bool,
    /// Within how many looks a loop that only looks sees a change.
    pub looks: Option<NonZeroU8>,
    /// The seed of the random part of the search.
    pub seed: Option<u64>,
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
    /// Search exhaustively for at most this many executions, then at random
    #[arg(long, value_name = "N")]
    pub schedules: Option<u64>,
    /// Search exhaustively for at most this many seconds, then at random
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub time: Option<Duration>,
    /// Stop each run after this many steps; where one has more, nothing is proved. At most 30000
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(Config::MOST_STEPS)))]
    pub steps: Option<u32>,
    /// Try only runs with at most this many preemptions; finds much, proves nothing
    #[arg(long, value_name = "N")]
    pub preemptions: Option<u32>,
    /// Let each thread wake up spuriously this many times
    #[arg(long, value_name = "N")]
    pub spurious: Option<u8>,
    /// Let time-outs fire at any moment, not only when nothing else can happen
    #[arg(long)]
    pub eager_timeouts: bool,
    /// Let threads be left running when a test ends, as daemons; without it that is a leak
    #[arg(long)]
    pub detached: bool,
    /// Let a loop that only looks see a change within this many looks, or not at all: for
    /// loops that count, each look of which costs an execution. The verdict says so
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
    pub looks: Option<u8>,
    /// The seed of the random part of the search
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// Replay this run of one test instead of searching
    #[arg(long, value_name = "STRING")]
    pub schedule: Option<String>,
}

impl Bounds {
    /// As the explorer takes them, for the tests of a package.
    pub fn config(&self, package: &OfPackage) -> Config {
        let usual = Config::default();
        let time = self.time.or_else(|| Duration::try_from_secs_f64(package.time?).ok());
        Config {
            max_executions: self.schedules.or(package.schedules).unwrap_or(usual.max_executions),
            max_time: time.unwrap_or(usual.max_time),
            max_steps: self.steps.or(package.steps).unwrap_or(usual.max_steps),
            preemptions: self.preemptions.or(package.preemptions),
            spurious: self.spurious.or(package.spurious).unwrap_or(usual.spurious),
            eager_timeouts: self.eager_timeouts || package.eager_timeouts,
            detached: self.detached || package.detached,
            looks: self.looks.or(package.looks.map(NonZeroU8::get)),
            seed: self.seed.or(package.seed).unwrap_or(usual.seed),
            ..usual
        }
    }
}

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
        let table = json!({ "explore": { "spurious": 1, "steps": 9, "time": 1.5, "eager-timeouts": true } });
        let package = OfPackage::read("a", &table).unwrap();
        let bounds = Bounds { steps: Some(7), ..Bounds::default() };
        let config = bounds.config(&package);
        assert_eq!((config.spurious, config.max_steps, config.eager_timeouts), (1, 7, true));
        assert_eq!(config.max_time, Duration::from_millis(1500));
        assert_eq!(OfPackage::read("a", &json!(null)).unwrap(), OfPackage::default());
    }

    #[test]
    fn what_means_nothing_is_refused_with_its_name() {
        let refused =
            |table| OfPackage::read("a", &json!({ "explore": table })).unwrap_err().to_string();
        let message = refused(json!({ "spuriuos": 1 }));
        assert!(message.contains("manifest of a: unknown field `spuriuos`"), "{message}");
        assert!(refused(json!({ "steps": 0 })).contains("from 1 to 30000"));
        assert!(refused(json!({ "time": -1 })).contains("a number of seconds"));
    }
}
