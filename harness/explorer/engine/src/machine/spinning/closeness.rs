//! How exactly is looked where a thread stands. Most programs never come back to where they were, and need not pay for being told exactly.

use crate::config::Fault;
use crate::machine::Machine;

/// See the [module](self). Each is what a thread must have in common with an earlier moment for the next one to be looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closeness {
    /// The line, the operation and the stack pointer.
    #[default]
    Place,
    /// Also what is in registers and on the stack.
    Stack,
    /// Also what is in memory.
    Memory,
}

impl Machine {
    /// A thread is where it was before, as far as is looked. Returns whether that is exact; if it is not, the execution is made again with a closer
    /// look. That finds the same up to here: only a thread that comes back makes a difference.
    pub(super) fn is_sure(&mut self) -> bool {
        let enough = match self.config.fault {
            Some(Fault::SpinsByPlace) => Closeness::Place,
            Some(Fault::SpinsByStack) => Closeness::Stack,
            _ => Closeness::Memory,
        };
        let closer = match self.closeness {
            closeness if closeness == enough => return true,
            Closeness::Place => Closeness::Stack,
            Closeness::Stack => Closeness::Memory,
            Closeness::Memory => return true,
        };
        self.closer = Some(closer);
        false
    }
}
