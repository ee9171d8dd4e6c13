//! Memory of somebody else, seen as an atomic: `from_ptr`.
//!
//! An atomic of the explorer is larger than its value. So the memory gets one beside it, which writes through to it, and whose history begins anew when the
//! memory is found changed.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};

use crate::machine::arena;

/// Without keys, which would be taken from the program's maps.
type Map<K, V> = HashMap<K, V, BuildHasherDefault<DefaultHasher>>;

/// The atomics that stand beside memory.
#[derive(Default)]
struct Lent {
    /// By the address of the memory and what is made of it: where the atomic is.
    atomics: Map<(usize, &'static str), usize>,
    /// By the address of the atomic: where the memory is.
    memory: Map<usize, usize>,
}

thread_local! {
    static LENT: RefCell<Lent> = RefCell::default();
}

/// The atomic that stands beside the memory at this address. Memory is at the same addresses in every execution, so there are not many, and all are kept.
pub fn atomic<T>(memory: usize, kind: &'static str, make: &dyn Fn() -> T) -> *const T {
    arena::outside(|| {
        LENT.with_borrow_mut(|lent| {
            let at = *lent.atomics.entry((memory, kind)).or_insert_with(|| {
                let atomic: *const T = Box::into_raw(Box::new(make()));
                atomic.expose_provenance()
            });
            lent.memory.insert(at, memory);
            std::ptr::with_exposed_provenance(at)
        })
    })
}

/// The memory beside which this atomic stands.
pub fn memory(atomic: usize) -> Option<usize> {
    LENT.try_with(|lent| lent.borrow().memory.get(&atomic).copied()).ok().flatten()
}
