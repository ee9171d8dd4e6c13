//! Who holds a lock.

/// A thread, told apart from every other thread that this machine runs while
/// it is up: its id, and the moment at which it started, since ids are used
/// again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// Linux's thread id; less than 2²², never 0.
    pub id: u32,
    /// The low bits of its start time, in clock ticks since boot.
    pub started: u32,
}
