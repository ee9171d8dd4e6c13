//! The pieces of a part that were given out and are not heard of.

use std::collections::VecDeque;
use std::time::Duration;

use super::report::{How, Report};
use super::worker::{self, Worker};
use super::{At, Piece};

/// So many pieces may be given out and not heard of. More processes than that would have nothing to do; with fewer, none waits for one that is slow.
pub(super) const MOST: usize = 64;

/// A piece that was given out.
pub(super) struct Slot {
    pub at: At,
    pub piece: Piece,
    /// So many executions it may make within the budget.
    pub most: u64,
    /// After so many it is divided.
    pub size: u64,
    pub state: State,
    /// Somebody has died at it.
    pub again: bool,
}

pub(super) enum State {
    Ready,
    Under(Worker),
    Said(Box<Report>),
}

impl Slot {
    /// Whether the search ends here.
    pub fn ends_all(&self) -> bool {
        match &self.state {
            State::Said(report) => !matches!(report.how, How::Done | How::Divided | How::OutOfTime),
            _ => false,
        }
    }
}

/// See the [module](self). The one that was given out first comes first.
#[derive(Default)]
pub(super) struct Window {
    pub slots: VecDeque<Slot>,
}

impl Window {
    /// How many executions they may make.
    pub fn given(&self) -> u64 {
        self.slots.iter().map(|slot| slot.most).sum()
    }

    /// How many executions were made that are not counted yet.
    pub fn made(&self) -> u64 {
        let made = |slot: &Slot| match &slot.state {
            State::Said(report) => report.counts[0],
            _ => 0,
        };
        self.slots.iter().map(made).sum()
    }

    /// How many processes work on them.
    pub fn at_work(&self) -> usize {
        self.slots.iter().filter(|slot| matches!(slot.state, State::Under(_))).count()
    }

    /// Whether one waits for somebody.
    pub fn is_ready(&self) -> bool {
        self.slots.iter().any(|slot| matches!(slot.state, State::Ready))
    }

    /// Whether the search ends in one of them.
    pub fn ends_all(&self) -> bool {
        self.slots.iter().any(Slot::ends_all)
    }
}

/// Waits until somebody is done, or for a while, and says with what. Nothing if two have died at the same piece.
pub(super) fn hear<'a>(slots: impl Iterator<Item = &'a mut Slot>) -> Option<Option<&'a Slot>> {
    let mut slots: Vec<&mut Slot> =
        slots.filter(|slot| matches!(slot.state, State::Under(_))).collect();
    let workers = slots.iter_mut().filter_map(|slot| match &mut slot.state {
        State::Under(worker) => Some(worker),
        _ => None,
    });
    let Some(index) = worker::ended(workers, Duration::from_secs(1)) else { return Some(None) };
    let slot = slots.swap_remove(index);
    let State::Under(worker) = std::mem::replace(&mut slot.state, State::Ready) else {
        unreachable!("it was at work")
    };
    match worker.said().and_then(|said| Report::read(&said)) {
        Some(report) => slot.state = State::Said(Box::new(report)),
        None if slot.again => return None,
        None => slot.again = true,
    }
    Some(Some(slot))
}
