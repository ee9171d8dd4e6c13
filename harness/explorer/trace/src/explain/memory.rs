//! Memory that was used as it must not be: both sides, and why nothing orders them.

use super::place;
use crate::chart::Chart;
use crate::{Access, Action, Allocation, Location, MemoryFault, Operation, Ordering};

fn does(action: Action) -> &'static str {
    match action {
        Action::Read => "reads",
        Action::Write => "writes",
        Action::Atomic => "uses an atomic or a lock in",
        Action::Free => "frees",
    }
}

/// What went wrong, in sentences.
pub(super) fn why(
    chart: &Chart<'_>,
    fault: MemoryFault,
    accesses: &[Access],
    allocation: Option<&Allocation>,
) -> Vec<String> {
    let labels = &chart.labels;
    let of = match allocation {
        Some(allocation) => format!("an allocation of {} bytes", allocation.size),
        None => "memory".to_owned(),
    };
    let alike = accesses.iter().all(|access| access.action == accesses[0].action);
    let side = |(index, access): (usize, &Access)| {
        let what = if index == 0 { of.as_str() } else { "it" };
        let again = if index > 0 && alike { " as well" } else { "" };
        let at = place(access.at.as_ref());
        format!("{} {} {what}{again}{at}.", labels.thread(access.thread), does(access.action))
    };
    let mut lines: Vec<String> = accesses.iter().enumerate().map(side).collect();
    if let Some(allocation) = allocation {
        let at = place(allocation.at.as_ref());
        lines.push(format!("{} allocated it{at}.", labels.thread(allocation.thread)));
    }
    if is_left(fault, accesses, allocation) {
        let when = match accesses {
            [_] => "It was a local variable: its function has returned, or its thread has ended.",
            _ => "It is a local variable, and gone when its function returns or its thread ends.",
        };
        lines.push(when.to_owned());
    }
    if has_another_layout(fault, allocation) {
        lines.push("It is freed with another layout than it was allocated with.".to_owned());
    }
    lines.extend(Unordered::of(chart, fault, accesses).map(|reason| match reason {
        Unordered::Store { name, ordering, at } => format!(
            "Nothing orders the two: {name} was stored {ordering:?}{}, which publishes nothing.",
            place(at)
        ),
        Unordered::Load { name, ordering, at } => format!(
            "Nothing orders the two: {name} was read {ordering:?}{}, which learns nothing of what came before the store.",
            place(at)
        ),
        Unordered::Nothing => "Nothing orders the two: no lock, no join, no Release store that an Acquire load has read.".to_owned(),
    }));
    lines
}

/// Whether it is a local variable that is gone: nobody has allocated or freed it.
pub(crate) fn is_left(
    fault: MemoryFault,
    accesses: &[Access],
    allocation: Option<&Allocation>,
) -> bool {
    fault == MemoryFault::UseAfterFree && !accesses.is_empty() && allocation.is_none()
}

/// Whether it is an allocation after all, but not one of this size or alignment.
pub(crate) fn has_another_layout(fault: MemoryFault, allocation: Option<&Allocation>) -> bool {
    fault == MemoryFault::InvalidFree && allocation.is_some()
}

/// Why nothing orders two accesses.
pub(crate) enum Unordered<'t> {
    /// What the later thread has read of the earlier one was stored without publishing.
    Store { name: &'t str, ordering: Ordering, at: Option<&'t Location> },
    /// It was read without acquiring.
    Load { name: &'t str, ordering: Ordering, at: Option<&'t Location> },
    /// It has read nothing of it.
    Nothing,
}

impl<'t> Unordered<'t> {
    /// The reason, for two accesses of two threads.
    pub(crate) fn of(
        chart: &'t Chart<'_>,
        fault: MemoryFault,
        accesses: &[Access],
    ) -> Option<Self> {
        let [earlier, later] = accesses else { return None };
        let is_about_order = matches!(fault, MemoryFault::DataRace | MemoryFault::UseAfterFree);
        if !is_about_order || earlier.thread == later.thread {
            return None;
        }
        let steps = &chart.trace.steps;
        for load in steps.iter().rev().filter(|step| step.thread == later.thread) {
            let (Operation::Load { atomic, ordering, read }
            | Operation::Update { atomic, ordering, read, .. }) = &load.operation
            else {
                continue;
            };
            let store = read.from.and_then(|from| steps.get(from));
            let Some(store) = store.filter(|store| store.thread == earlier.thread) else {
                continue;
            };
            let name = chart.labels.object(*atomic);
            let (Operation::Store { ordering: stored, .. }
            | Operation::Update { ordering: stored, .. }) = &store.operation
            else {
                continue;
            };
            if matches!(stored, Ordering::Relaxed | Ordering::Acquire) {
                return Some(Self::Store { name, ordering: *stored, at: store.at.as_ref() });
            }
            if matches!(ordering, Ordering::Relaxed | Ordering::Release) {
                return Some(Self::Load { name, ordering: *ordering, at: load.at.as_ref() });
            }
        }
        Some(Self::Nothing)
    }
}
