//! What has to be known of a planned sequence of steps, and mended in it.

use super::footprint::{Footprint, Kind};
use super::log::{Event, Race};
use super::wakeup::Planned;

/// Which place the store of a revisit has among the stores to its atomic, in the planned run; the initial value has place 0.
pub(super) fn position(events: &[Event], race: Race, object: u32, sequence: &[Planned]) -> u16 {
    let stores = |footprint: &Footprint| {
        footprint.iter().any(|access| access.object() == object && access.kind().is_store())
    };
    let before =
        events[..race.earlier as usize].iter().filter(|event| stores(&event.footprint)).count();
    let store = &events[race.later as usize];
    let within = sequence
        .iter()
        .filter(|step| stores(&step.footprint))
        .position(|step| step.choice.thread == store.choice.thread && step.count == store.count);
    (before + within.unwrap_or(0) + 1) as u16
}

/// Takes out of a sequence whoever keeps the last step from taking its lock: readers that do not leave, and what follows them.
pub(super) fn make_room(sequence: &mut Vec<Planned>, last: &Footprint) {
    for access in last.iter().filter(|access| access.kind() == Kind::Acquire) {
        let touches = |step: &Planned, kind| {
            step.footprint
                .iter()
                .any(|other| other.object() == access.object() && other.kind() == kind)
        };
        let stays = |sequence: &[Planned], at: usize| {
            touches(&sequence[at], Kind::Share)
                && !sequence[at + 1..].iter().any(|later| {
                    later.choice.thread == sequence[at].choice.thread
                        && touches(later, Kind::ReleaseShared)
                })
        };
        while let Some(at) = (0..sequence.len()).find(|&at| stays(sequence, at)) {
            let reader = sequence.remove(at);
            sequence.retain(|step| step.clock.get(reader.choice.thread as usize) < reader.count);
        }
    }
}
