//! Objects that no line of the program has created: by `Default`, as `derive` calls it, or by a pointer to a function. They have the line of their first use.

use super::Machine;
use super::op::{Loc, Op};

/// Whether a line is in the engine, or in `std`, where nobody looks for what they have written.
pub fn is_nobodys(at: Loc) -> bool {
    const ROOT: &str = file!().split_at(file!().len() - "machine/nobodys.rs".len()).0;
    let of_std = |library: &&str| at.file().contains(*library);
    at.file().starts_with(ROOT)
        || ["/library/core/src/", "/library/alloc/src/", "/library/std/src/"].iter().any(of_std)
}

impl Machine {
    /// An object is used. The line where it was created says nothing to anybody if it is one of the engine's, or of `std`: then it is this one.
    pub(super) fn name_by_use(&mut self, op: Op, at: Loc) {
        let object = match op {
            Op::Lock(object)
            | Op::TryLock(object)
            | Op::Read(object)
            | Op::TryRead(object)
            | Op::Queue(object)
            | Op::NotifyOne(object)
            | Op::NotifyAll(object)
            | Op::OnceGet(object)
            | Op::Wait { condvar: object, .. }
            | Op::OnceEnter { once: object, .. } => object,
            _ => return,
        };
        let Some(nameless) = self.nameless.iter().position(|other| *other == object) else {
            return;
        };
        if !is_nobodys(at) {
            self.nameless.swap_remove(nameless);
            self.objects[object as usize].created = at;
        }
    }
}
