//! What giving up a reentrant lock altogether leaves in the hand.

/// All levels at which a thread held an [`RLock`](crate::RLock), given up by
/// [`release_all`](crate::RLock::release_all) and to be handed to
/// [`restore`](crate::RLock::restore).
#[derive(Debug, PartialEq, Eq)]
#[must_use = "give the levels to `restore`, or the lock stays released"]
pub struct Levels(pub(crate) usize);
