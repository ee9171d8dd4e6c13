//! The clock: which task is to be woken when.

use super::task::{Interrupt, TaskRef};
use std::collections::BTreeMap;
use std::time::Instant;

/// Names a timer: when it is due, and which of those due then it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TimerId {
    due: Instant,
    number: u64,
}

/// A wake-up, and what to interrupt the task with.
pub(super) struct Due {
    pub(super) task: TaskRef,
    pub(super) interrupt: Option<Interrupt>,
}

/// All timers, soonest first; of equals, the one set first.
///
/// None is of a task that has ended: a wait takes its timer out however it ends, and the end of a
/// task takes out that of its first turn. One that is given up leaves none either.
#[derive(Default)]
pub(super) struct Timers {
    next_number: u64,
    pending: BTreeMap<TimerId, Due>,
}

impl Timers {
    pub(super) fn set(
        &mut self,
        due: Instant,
        task: TaskRef,
        interrupt: Option<Interrupt>,
    ) -> TimerId {
        let id = TimerId { due, number: self.next_number };
        self.next_number += 1;
        self.pending.insert(id, Due { task, interrupt });
        id
    }

    /// False if it has fired already.
    pub(super) fn cancel(&mut self, id: TimerId) -> bool {
        self.pending.remove(&id).is_some()
    }

    /// Takes out all timers of a task.
    pub(super) fn cancel_all_of(&mut self, task: &TaskRef) {
        self.pending.retain(|_, due| due.task.pointer() != task.pointer());
    }

    /// When the next one is due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.pending.first_key_value().map(|(id, _)| id.due)
    }

    /// Takes out the first timer that is due at `now`.
    pub(super) fn pop_due(&mut self, now: Instant) -> Option<Due> {
        let first = self.pending.first_entry()?;
        (first.key().due <= now).then(|| first.remove())
    }

    /// Takes out the first timer.
    pub(super) fn pop_any(&mut self) -> Option<Due> {
        self.pending.pop_first().map(|(_, due)| due)
    }
}

#[cfg(test)]
mod tests {
    use crate::hub::{self, scheduler};
    use std::time::Duration;

    #[test]
    fn the_timer_of_a_killed_task_goes_with_it() {
        const AN_HOUR: Duration = Duration::from_secs(3600);
        let left = hub::run(|| {
            // One that is due before the others, so that the hub does not come to them.
            hub::spawn_later(AN_HOUR / 2, || ());
            for _ in 0..10 {
                hub::spawn_later(AN_HOUR, || ()).kill();
            }
            hub::sleep(Duration::ZERO); // now they have ended
            scheduler::with(|hub| hub.timers.borrow().pending.len())
        });
        assert_eq!(left.unwrap(), 1);
    }
}
