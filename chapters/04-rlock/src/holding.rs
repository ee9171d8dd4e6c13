//! What the correct step records: who holds it, and how often.

use crate::{Levels, ReleaseError};
use std::thread::{self, ThreadId};

/// The record itself. Each call is about the calling thread.
#[derive(Debug)]
pub(crate) struct Holding {
    pub(crate) owner: Option<ThreadId>,
    /// 0 if and only if there is no owner.
    pub(crate) depth: usize,
}

impl Holding {
    pub(crate) const fn nobody() -> Holding {
        Holding { owner: None, depth: 0 }
    }

    pub(crate) fn is_mine(&self) -> bool {
        self.owner == Some(thread::current().id())
    }

    pub(crate) fn is_anothers(&self) -> bool {
        self.owner.is_some() && !self.is_mine()
    }

    pub(crate) fn enter(&mut self, levels: usize) {
        self.depth =
            self.depth.checked_add(levels).expect("an RLock nests usize::MAX deep at most");
        self.owner = Some(thread::current().id());
    }

    /// Gives back as many levels as `how_many` makes of the present depth.
    pub(crate) fn leave(
        &mut self,
        how_many: impl FnOnce(usize) -> usize,
    ) -> Result<Levels, ReleaseError> {
        if self.owner.is_none() {
            return Err(ReleaseError::NotLocked);
        }
        if !self.is_mine() {
            return Err(ReleaseError::NotOwner);
        }
        let levels = how_many(self.depth);
        self.depth -= levels;
        if self.depth == 0 {
            self.owner = None;
        }
        Ok(Levels(levels))
    }
}
