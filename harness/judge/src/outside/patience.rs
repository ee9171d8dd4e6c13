//! Whether a run's time is over, and that a busy machine gave it too little.

use super::give_up;
use jail::{Left, Patience};

/// Whether the program's time is over. Where the machine gave it too little, nobody can tell.
pub(super) fn is_over(patience: &Patience) -> bool {
    match patience.left() {
        Left::Time(_) => false,
        Left::Over => true,
        Left::Starved => starved(),
    }
}

/// Ends the check, of which nobody can tell.
pub(super) fn starved() -> ! {
    give_up("this machine is too busy", "the program did not get the time that it may use")
}
