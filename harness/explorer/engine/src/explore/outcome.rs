//! An outcome at its beginning: what will be covered, and what is not checked.

use super::not_checked::not_checked;
use crate::config::{Config, Memory};
pub use protocol::{Outcome, Printed, Status};

/// The outcome of an exploration that has not begun.
pub(super) fn new(name: &str, config: &Config) -> Outcome {
    Outcome {
        name: name.to_owned(),
        bounds: bounds(config),
        not_checked: not_checked(),
        ..Outcome::default()
    }
}

fn bounds(config: &Config) -> Vec<String> {
    let mut bounds = vec![
        match config.spurious {
            0 => "no spurious wake-ups".to_owned(),
            1 => "at most 1 spurious wake-up a thread".to_owned(),
            n => format!("at most {n} spurious wake-ups a thread"),
        },
        match config.eager_timeouts {
            true => "time-outs fire at any moment".to_owned(),
            false => "time-outs fire only when nothing else can happen".to_owned(),
        },
        match config.memory {
            Memory::Rc11 => {
                "memory model: RC11 without load buffering, each atomic's stores and all SeqCst operations in the order of execution".to_owned()
            }
            Memory::SeqCst => "memory model: every ordering counts as SeqCst".to_owned(),
        },
        format!("at most {} steps an execution", config.max_steps),
        format!("a spin loop that reads the same values in {} rounds waits for a change", config.spin_rounds.max(1) + 1),
    ];
    if config.detached {
        bounds.push("threads may be left running at the end".to_owned());
    }
    if let Some(preemptions) = config.preemptions {
        bounds.push(format!("at most {preemptions} preemptions"));
    }
    bounds
}

#[cfg(test)]
mod tests {
    use super::*;
    use trace::{Language, Terminal};

    /// The pictures translate these phrases by what they say.
    #[test]
    fn every_bound_has_a_chinese_name() {
        let usual = Config::default();
        let configs = [
            Config { spurious: 1, detached: true, preemptions: Some(3), ..usual.clone() },
            Config { spurious: 2, eager_timeouts: true, memory: Memory::SeqCst, ..usual.clone() },
            usual,
        ];
        for config in configs {
            let outcome = new("anything", &config);
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
