//! What stands ready before the first process of a jail exists.

use super::paths::{Lent, Temporary};

/// What the keeper makes before the jail's first process exists. Whatever of it
/// lies outside the jail goes away with it.
pub(super) struct Prepared {
    /// The user id of the program, where this process can change it.
    pub user: Option<u32>,
    /// Whether the user id is counted in a user namespace of this run.
    pub user_namespace: bool,
    /// Where neither is so: how many threads the user has besides this run.
    pub other_tasks: u64,
    /// Without namespaces: what stands in for `/tmp`.
    pub temporary: Option<Temporary>,
    #[expect(dead_code, reason = "dropped with the rest, it takes back what was lent")]
    pub lent: Lent,
}
