//! Stands in for `core` where a crate is explored: `core` itself, but the atomics and the spin-loop hint are the engine's.
//!
//! Crates that are `no_std` (crossbeam-utils, say) name `core::sync::atomic`, not `std::sync::atomic`; compiled with
//! `--extern core=libexplore_core.rlib` they meet this one.

#![no_std]

pub use ::core::*;

/// `core::sync`, with the engine's atomics.
pub mod sync {
    pub use ::core::sync::*;

    /// `core::sync::atomic`, by the engine.
    pub mod atomic {
        pub use ::core::sync::atomic::*;
        #[expect(deprecated, reason = "core still has them")]
        pub use explore_engine::sync::atomic::{
            ATOMIC_BOOL_INIT, ATOMIC_ISIZE_INIT, ATOMIC_USIZE_INIT, spin_loop_hint,
        };
        pub use explore_engine::sync::atomic::{
            AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicPtr,
            AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, fence,
        };
    }
}

/// `core::hint`, with the engine's spin loop.
pub mod hint {
    pub use ::core::hint::*;
    pub use explore_engine::thread::spin_loop;
}
