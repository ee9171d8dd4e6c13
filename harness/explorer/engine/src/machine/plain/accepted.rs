//! Data races that are accepted by the places of their accesses.
//!
//! Where an access is, nobody knows when it happens: only its instruction, and the lines take a run of their own. So a run with a race is made again for
//! the lines; if they are accepted, it is made once more, and goes on at that race. What is known of two instructions in functions that are nobody
//! else's holds for all executions.

use super::shadow::Clash;
use super::symbols::{self, Class};
use super::with;

/// See the [module](self).
#[derive(Debug, Default)]
pub struct Accepted {
    /// In this execution: what of, and by which of the places.
    here: Vec<(Clash, usize)>,
    /// In each.
    always: Vec<(usize, usize, usize)>,
    /// By which of the places a race was accepted, as a bit mask.
    pub met: u64,
}

impl Accepted {
    /// Whether a race is accepted.
    pub fn accepts(&mut self, clash: &Clash) -> bool {
        let by = self.here.iter().find(|(other, _)| other == clash).map(|(_, by)| *by);
        let at = (clash.earlier.at, clash.later.at);
        let always = || self.always.iter().find(|known| (known.0, known.1) == at);
        let by = by.or_else(|| always().map(|known| known.2));
        self.met |= by.map_or(0, |by| 1 << by.min(63));
        by.is_some()
    }
}

/// Another execution begins.
pub fn begin() {
    with(|plain| plain.accepted.here.clear());
}

/// Another exploration begins.
pub fn forget() {
    with(|plain| plain.accepted = Accepted::default());
}

/// A race is accepted by this place: in this execution, if it is made again, and in all if its instructions say whose they are. Whether that was new.
pub fn accept(clash: Clash, by: usize) -> bool {
    // Code of the library that was compiled in the program's crates is that of whoever calls it.
    let is_own = |at: usize| symbols::function(at).is_some_and(|it| it.class == Class::User);
    let (earlier, later) = (clash.earlier.at, clash.later.at);
    with(|plain| {
        let Accepted { here, always, .. } = &mut plain.accepted;
        let new = !here.iter().any(|(other, _)| *other == clash);
        here.push((clash, by));
        if is_own(earlier) && is_own(later) {
            always.push((earlier, later, by));
        }
        new
    })
    .unwrap_or(false)
}
