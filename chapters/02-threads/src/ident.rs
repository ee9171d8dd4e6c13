//! The identifier of a thread.

use std::fmt;
use std::num::NonZeroU64;

/// Identifies a thread that was started, for as long as the process lives.
///
/// Python's `ident` may be used again once its thread has ended; this one
/// never is. Identifiers grow in the order of the starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ident(pub(crate) NonZeroU64);

impl Ident {
    /// The number itself.
    ///
    /// ```
    /// assert!(ch02_threads::current().ident().unwrap().get().get() >= 1);
    /// ```
    pub fn get(self) -> NonZeroU64 {
        self.0
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
