//! Which random searches there are.

use super::Search;
use super::pct::{Pct, SplitMix};
use super::pos::Pos;
use super::surw::Surw;
use crate::config::{Config, Random};

/// The random search that is asked for.
pub(crate) fn at_random(config: &Config) -> Box<dyn Search> {
    match config.random {
        Random::Pct => Box::new(Pct::new(config.seed)),
        Random::Pos => Box::new(Pos::new(SplitMix(config.seed))),
        Random::Surw => Box::new(Surw::new(SplitMix(config.seed))),
    }
}
