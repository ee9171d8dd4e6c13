//! An outcome at its beginning: what will be covered, and what is not checked.

use super::not_checked::not_checked;
use crate::config::{Config, Memory};
use crate::machine::policies::Policies;
use crate::machine::spinning::bounds::Met;
pub use protocol::{Outcome, Printed, Status};

/// The outcome of an exploration that has not begun.
pub(super) fn new(name: &str, config: &Config) -> Outcome {
    Outcome {
        name: name.to_owned(),
        bounds: bounds(config),
        not_checked: not_checked(config),
        ..Outcome::default()
    }
}

/// Says what was cut off.
pub(super) fn note_bounds(outcome: &mut Outcome, met: Met, config: &Config) {
    let mut within = Vec::new();
    if met.looks {
        within.push(counted(config.looks.unwrap_or_default().into(), "look"));
    }
    if met.yields {
        let yields = counted(config.yields, "yield");
        outcome.bounds.push(format!(
            "after {yields} with nobody else moving, a thread waits until somebody moves"
        ));
        within.push(format!("{yields} in a row"));
    }
    if met.timeouts {
        within.push(counted(config.early_timeouts.into(), "early time-out"));
    }
    if met.volatiles {
        outcome.bounds.push("volatile accesses that race are seen in one order".to_owned());
        within.push("one order of volatile accesses".to_owned());
    }
    if met.accepted != 0 {
        let used = |(n, _): &(usize, &String)| met.accepted >> n & 1 == 1;
        let all = config.accept.iter().enumerate().filter(used);
        outcome.accepted = all.map(|(_, accepted)| accepted.clone()).collect();
        outcome.bounds.push("data races that are accepted are seen in one order".to_owned());
        within.push("one order of accepted data races".to_owned());
    }
    outcome.within = (!within.is_empty()).then(|| within.join(", "));
}

fn bounds(config: &Config) -> Vec<String> {
    let mut bounds = vec![
        match config.spurious {
            0 => "no spurious wake-ups".to_owned(),
            1 => "at most 1 spurious wake-up a thread".to_owned(),
            n => format!("at most {n} spurious wake-ups a thread"),
        },
        match config.eager_timeouts {
            true => format!(
                "time-outs fire at any moment, {} a thread; later ones only when nothing else can happen",
                config.early_timeouts
            ),
            false => "time-outs fire only when nothing else can happen".to_owned(),
        },
        match config.memory {
            Memory::Rc11 => {
                "memory model: RC11 without load buffering, each atomic's stores and all SeqCst operations in the order of execution".to_owned()
            }
            Memory::SeqCst => "memory model: every ordering counts as SeqCst".to_owned(),
        },
        format!("at most {} steps an execution", config.max_steps),
    ];
    if let Some(looks) = config.looks {
        bounds.push(format!(
            "a loop that only looks sees no change that comes after its first {}",
            counted(u32::from(looks), "look")
        ));
    }
    if config.symmetry {
        bounds.push(COUNTED_ONCE.to_owned());
    }
    if config.detached {
        bounds.push("threads may be left running at the end".to_owned());
    }
    if let Some(preemptions) = config.preemptions {
        bounds.push(format!("at most {preemptions} preemptions"));
    }
    bounds
}

const COUNTED_ONCE: &str = "threads that do the same are counted once";
const SOME_ONCE: &str =
    "threads that do the same are counted once, but for those that the program tells apart";
const NONE_ONCE: &str = "threads that do the same are told apart by the program, and each counts";

/// The program tells threads apart: all that do the same, or some.
pub(super) fn note_told_apart(outcome: &mut Outcome, all: bool) {
    outcome.symmetry = !all;
    outcome.bounds.retain(|bound| bound != COUNTED_ONCE && bound != SOME_ONCE);
    outcome.bounds.push(if all { NONE_ONCE } else { SOME_ONCE }.to_owned());
}

/// A number of things.
fn counted(number: u32, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// An atomic may show what it was; std's own objects, which consist of such, show what they are, unless they are asked to look back.
const OLD_STATES: &str =
    "old states of std's objects: try_lock, is_completed and the like find the newest";

/// Addresses name objects, so none is given out again.
const SAME_ADDRESS: &str = "freed memory that is given out again: no new pointer equals an old one";

/// It does so only where a thread is very slow, or its time-out fires early.
const LONG_FIRST: &str = "time-outs that fire before those of less than half their length";
/// Likewise.
const OUT_OF_ORDER: &str = "time-outs that fire before others that are due earlier";

/// The bounds of what std leaves open, if this program meets it.
pub(super) fn add_what_was_met(outcome: &mut Outcome, config: &Config, met: Policies) {
    outcome.timed = met.timed;
    outcome.naps = met.naps;
    if (met.peeks || met.looks && !config.past) && config.memory != Memory::SeqCst {
        outcome.not_checked.push(OLD_STATES.to_owned());
    }
    if met.pointers {
        outcome.not_checked.push(SAME_ADDRESS.to_owned());
    }
    if met.wakes_only_when_woken {
        outcome.not_checked.push(match config.spurious {
            0 => "spurious wake-ups (--spurious 1 tries one a thread)".to_owned(),
            n => format!("more spurious wake-ups a thread than {n}"),
        });
    }
    if met.kept_back {
        let line = if config.due_first { OUT_OF_ORDER } else { LONG_FIRST };
        outcome.not_checked.push(line.to_owned());
    }
    if met.weak_again {
        outcome.not_checked.push(format!(
            "more weak compare-exchanges a thread that fail for no reason than {}",
            config.weak_failures
        ));
    }
    if met.weak {
        outcome.bounds.push(match config.weak_failures {
            0 => "a weak compare-exchange fails only where a strong one would".to_owned(),
            1 => "at most 1 weak compare-exchange a thread fails for no reason".to_owned(),
            n => format!("at most {n} weak compare-exchanges a thread fail for no reason"),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::chance::{self, Read};
    use trace::{Language, Terminal};

    /// The pictures translate these phrases by what they say.
    #[test]
    fn every_bound_has_a_chinese_name() {
        let usual = Config::default();
        let configs = [
            Config {
                spurious: 1,
                weak_failures: 0,
                detached: true,
                preemptions: Some(3),
                ..usual.clone()
            },
            Config { looks: Some(2), ..usual.clone() },
            Config { looks: Some(1), symmetry: true, ..usual.clone() },
            Config {
                spurious: 2,
                weak_failures: 2,
                eager_timeouts: true,
                memory: Memory::SeqCst,
                ..usual.clone()
            },
            usual,
        ];
        for config in configs {
            let mut outcome = new("anything", &config);
            let looks = config.looks.is_some();
            let met = Met { looks, yields: true, timeouts: true, volatiles: true, accepted: 1 };
            note_bounds(&mut outcome, met, &config);
            let policies = Policies {
                weak: true,
                weak_again: true,
                wakes_only_when_woken: true,
                peeks: true,
                kept_back: true,
                pointers: true,
                ..Policies::default()
            };
            add_what_was_met(&mut outcome, &config, policies);
            outcome.bounds.extend([SOME_ONCE, NONE_ONCE].map(str::to_owned));
            let mut read = Read {
                random: true,
                keys: true,
                calendar: true,
                clock: true,
                process: true,
                processors: true,
                absent: true,
                files: true,
                environment: ["HOME".to_owned()].into(),
            };
            outcome.not_checked.extend(read.not_checked());
            read.environment.insert(chance::WHOLE.to_owned());
            outcome.not_checked.extend(read.not_checked());
            let trace = outcome.run_or_verdict();
            let width = 10_000;
            let picture =
                Terminal { language: Language::Zh, width, ..Terminal::default() }.draw(&trace);
            for phrase in outcome.bounds.iter().chain(&outcome.not_checked) {
                assert!(
                    !picture.contains(phrase.as_str()),
                    "{phrase:?} stays English; explore-trace's chinese/search.rs needs it"
                );
            }
        }
    }
}
