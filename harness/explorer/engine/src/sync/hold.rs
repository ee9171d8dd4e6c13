//! What a guard of a lock has to give back.

use crate::machine::context;
use crate::machine::op::Obj;

/// What a guard gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// The machine's lock.
    Explored(Obj),
    /// The real lock.
    Real,
    /// Nothing: the execution was over.
    Nothing,
}

impl Hold {
    /// Its holder may change the value from now on.
    pub fn hand_out<T: ?Sized>(self, value: &T) {
        if let Self::Explored(lock) = self {
            context::with(|machine| machine.hand_out(lock, value));
        }
    }
}
