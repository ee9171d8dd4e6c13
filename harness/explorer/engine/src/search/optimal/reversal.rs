//! A race is turned round: the run in which its later event comes first is planned.

use super::Optimal;
use super::node::Node;
use crate::search::footprint::{Access, Footprint, Kind};
use crate::search::log::{Event, Race, RaceKind};
use crate::search::names::Names;
use crate::search::sequence::{make_room, position};
use crate::search::wakeup::{self, Branch, Planned};
use crate::search::{ANY_ALT, Choice, Pending};

impl Optimal {
    /// Plans the turned-round run of a race.
    pub(super) fn reverse(
        &mut self,
        race: Race,
        pending: Option<&Pending>,
        all: &[Pending],
        places: &[u32],
    ) {
        if (race.earlier as usize) < self.given.len() {
            return;
        }
        let node = &self.nodes[race.earlier as usize];
        let events = self.log.events();
        let earlier = &events[race.earlier as usize];
        let sequence = &mut self.sequence;
        sequence.clear();
        let keep = |number: usize| !self.log.before(race.earlier, &events[number].clock);
        let planned = |number: usize| {
            let event = &events[number];
            Planned {
                choice: event.choice,
                footprint: event.footprint,
                clock: event.clock.clone(),
                count: event.count,
            }
        };
        let unfruitful = events.get(race.later as usize).is_some_and(|later| later.left_out);
        let end = if unfruitful { race.later as usize } else { events.len() };
        let after = (race.earlier as usize + 1..end).filter(|&number| !events[number].left_out);
        match race.kind {
            RaceKind::Reverse => {
                sequence.extend(
                    after
                        .filter(|&number| number != race.later as usize && keep(number))
                        .map(planned),
                );
                let last = match (events.get(race.later as usize), pending) {
                    (Some(later), _) => Planned {
                        choice: Choice {
                            alt: if later.branching { ANY_ALT } else { 0 },
                            ..later.choice
                        },
                        footprint: later.widest,
                        clock: later.clock.clone(),
                        count: 0,
                    },
                    (None, Some(pending)) => Planned {
                        choice: Choice {
                            thread: pending.thread,
                            alt: if pending.branching { ANY_ALT } else { 0 },
                        },
                        footprint: pending.footprint,
                        clock: self.log.clock_of_pending(pending),
                        count: 0,
                    },
                    (None, None) => return,
                };
                make_room(sequence, &last.footprint);
                if is_impossible(node, sequence, &last, race, events) {
                    return;
                }
                sequence.push(last);
            }
            RaceKind::Revisit => {
                let store = &events[race.later as usize];
                let object = earlier
                    .footprint
                    .iter()
                    .find(|access| access.kind().is_load())
                    .map(|access| access.object());
                let Some(object) = object else { return };
                let open = earlier.branching && earlier.widest != earlier.footprint;
                // A compare-exchange reads the newest store, so nothing may come after the one that it is to read.
                let mut left_out: Vec<u32> = Vec::new();
                for number in after.filter(|&number| keep(number)) {
                    let event = &events[number];
                    let replaces = number > race.later as usize
                        && event
                            .footprint
                            .iter()
                            .any(|access| access.object() == object && access.kind().is_store());
                    let follows = left_out.iter().any(|&out| self.log.before(out, &event.clock));
                    if open && (replaces || follows) {
                        left_out.push(number as u32);
                    } else {
                        sequence.push(planned(number));
                    }
                }
                let alt = if open { ANY_ALT } else { position(events, race, object, sequence) };
                sequence.push(Planned {
                    choice: Choice { thread: earlier.choice.thread, alt },
                    footprint: if open { earlier.widest } else { earlier.footprint },
                    clock: store.clock.clone(),
                    count: 0,
                });
            }
        }
        let node = &mut self.nodes[race.earlier as usize];
        if self.fault == Some(crate::config::Fault::ThreadInsteadOfInitial) {
            plan_thread(node, sequence);
            return;
        }
        let strictly = self.is_beside_others;
        let covered = node.asleep.iter().any(|sleeper| {
            wakeup::weak_initial(sleeper.choice, &sleeper.widest, sequence, places)
                .counts(strictly || sleeper.is_inherited)
        });
        // What comes of a twin is what comes of the earlier event, but for the names.
        let swapped = node.twins(earlier.choice).any(|twin| {
            wakeup::weak_initial(twin, &earlier.widest, sequence, places).counts(strictly)
        });
        if covered || swapped {
            return;
        }
        let alternatives =
            node.tree.iter_mut().filter(|branch| branch.choice.thread == earlier.choice.thread);
        alternatives.for_each(|branch| branch.footprint = earlier.widest);
        // The current branch, the first, begins with the earlier event of the race: it cannot lead there.
        let by_place = self.fault == Some(crate::config::Fault::PlacesAreNames);
        let names = Names::new(&self.log, all, places, race.earlier, by_place);
        wakeup::insert(&mut node.tree, 1, sequence, node.objects, names, strictly);
        if (race.earlier as usize) < self.border {
            // Whoever explores it will do so with all that can follow.
            node.tree.iter_mut().skip(1).for_each(|branch| branch.children.clear());
        }
    }
}

/// Whether the last step was pending at the node, could not be taken there, and nothing in the sequence can change that.
fn is_impossible(
    node: &Node,
    sequence: &[Planned],
    last: &Planned,
    race: Race,
    events: &[Event],
) -> bool {
    let thread = last.choice.thread;
    if sequence.iter().any(|step| step.choice.thread == thread)
        || node.choices.iter().any(|choice| choice.thread == thread)
    {
        return false;
    }
    // Before an `exit` there is no other step that could make it possible. Planned all the same, it would stand for other sequences that are.
    if sequence.is_empty() {
        return true;
    }
    let was_pending = match events.get(race.later as usize) {
        Some(later) => later.previous.is_some_and(|previous| previous < race.earlier),
        None => true,
    };
    // What else an operation waits for, its footprint does not say.
    let waits_for_lock =
        last.footprint.iter().all(|access| matches!(access.kind(), Kind::Acquire | Kind::Share));
    let changes = |step: &Planned| {
        step.footprint.meets(&last.footprint)
            || last.clock.get(step.choice.thread as usize) >= step.count
    };
    // A look at an atomic that cannot be taken is one of which everything that it can read has been tried in vain.
    let looks = |access: &Access| access.kind().is_load() || access.kind().is_store();
    let waits_for_store = last.footprint.iter().find(looks).is_some_and(|load| {
        let stores = |step: &Planned| {
            step.footprint
                .iter()
                .any(|access| access.kind().is_store() && access.object() == load.object())
        };
        !sequence.iter().any(stores)
    });
    was_pending && (waits_for_store || waits_for_lock && !sequence.iter().any(changes))
}

/// What Flanagan and Godefroid plan: the thread of the later event, or everything if it cannot go yet. Only for tests, see
/// [`Fault::ThreadInsteadOfInitial`](crate::config::Fault::ThreadInsteadOfInitial).
fn plan_thread(node: &mut Node, sequence: &[Planned]) {
    let Some(last) = sequence.last() else { return };
    let able = node.choices.iter().any(|choice| choice.thread == last.choice.thread);
    for &choice in node.choices.iter().filter(|choice| !able || choice.thread == last.choice.thread)
    {
        if !node.tree.iter().any(|branch| branch.choice == choice) {
            node.tree.push(Branch::new(choice, Footprint::EMPTY));
        }
    }
}
