//! Stands in for `std` where a program is explored or recorded: `std` itself, but threads, locks, atomics, channels, clocks and prints
//! are the engine's.
//!
//! `rustc --extern std=libexplore_std.rlib …` compiles unmodified source against it, on the stable toolchain: every `std::…` path
//! resolves here. Nothing lives in this crate but names; what they mean is in `explore_engine`. A name that is listed shadows the
//! same name from a glob.
//!
//! Signatures, traits and behaviour outside of executions are `std`'s; `tests/` compares them. What differs:
//!
//! - `is_terminal` of the standard streams is a method of a trait of the same name, because `std`'s is closed to others.
//! - The lock of standard input keeps nobody out of it, nor do those of the other streams unless the order of prints is explored.
//! - `available_parallelism` is 2 in an execution.
//! - A panic hook runs in an execution, but a program whose hook uses locks or atomics is refused. So is one that writes files,
//!   or reaches for sockets or processes.
//! - A `HashMap` has the same order in every execution, and only that order is explored. (On systems other than Linux the order differs,
//!   and a program whose steps depend on it is refused, as not deterministic.) Random numbers, clocks and process ids are the same as well.

pub use ::std::*;

/// What is not in `std`: explorations and recordings.
pub mod explore {
    pub use explore_engine::{
        Config, Explorer, Memory, NoRuns, Outcome, Printed, Progress, ScheduleError, Status, main,
        record,
    };
}

/// `std::sync`, by the engine.
pub mod sync {
    pub use ::std::sync::*;
    #[expect(deprecated, reason = "std still has it")]
    pub use explore_engine::sync::ONCE_INIT;
    pub use explore_engine::sync::{
        Barrier, BarrierWaitResult, Condvar, LazyLock, Mutex, MutexGuard, Once, OnceLock,
        OnceState, RwLock, RwLockReadGuard, RwLockWriteGuard, WaitTimeoutResult, mpsc,
    };

    /// `std::sync::atomic`, by the engine.
    pub mod atomic {
        pub use ::std::sync::atomic::*;
        #[expect(deprecated, reason = "std still has them")]
        pub use explore_engine::sync::atomic::{
            ATOMIC_BOOL_INIT, ATOMIC_ISIZE_INIT, ATOMIC_USIZE_INIT, spin_loop_hint,
        };
        pub use explore_engine::sync::atomic::{
            AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicPtr,
            AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, fence,
        };
    }
}

/// `std::thread`, by the engine.
pub mod thread {
    pub use ::std::thread::*;
    pub use explore_engine::thread::{
        AccessError, Builder, JoinHandle, LocalKey, Scope, ScopedJoinHandle, Thread, ThreadId,
        available_parallelism, current, panicking, park, park_timeout, scope, sleep, spawn,
        yield_now,
    };
    #[expect(deprecated, reason = "std still has them")]
    pub use explore_engine::thread::{park_timeout_ms, sleep_ms};
}

/// `std::alloc`, whose system's allocator is watched.
pub mod alloc {
    pub use ::std::alloc::*;
    pub use explore_engine::alloc::System;
}

/// `std::env`, which says when all of it is read.
pub mod env {
    pub use ::std::env::*;
    pub use explore_engine::env::{vars, vars_os};
}

/// `std::time`, by the engine.
pub mod time {
    pub use ::std::time::*;
    pub use explore_engine::time::Instant;
}

/// `std::hint`, with the engine's spin loop.
pub mod hint {
    pub use ::std::hint::*;
    pub use explore_engine::thread::spin_loop;
}

/// `std::panic`, with panics counted for each explored thread.
pub mod panic {
    pub use ::std::panic::*;
    pub use explore_engine::panic::{catch_unwind, resume_unwind, set_hook, take_hook};
}

/// `std::process`, with the engine's `exit` and `abort`.
pub mod process {
    pub use ::std::process::*;
    pub use explore_engine::process::{abort, exit};
}

/// `std::io`, with the engine's standard streams.
pub mod io {
    pub use ::std::io::*;
    pub use explore_engine::io::{
        IsTerminal, Stderr, StderrLock, Stdin, StdinLock, Stdout, StdoutLock, stderr, stdin, stdout,
    };
}

pub use explore_engine::{dbg, eprint, eprintln, print, println, thread_local};

/// The names that need no path. `std`'s macros are among them, so the engine's must be named here as well: a bare `println!` comes from
/// the prelude of the edition, not from the root of the crate.
pub mod prelude {
    macro_rules! preludes {
        ($($edition:ident)*) => {$(
            #[doc = concat!("`std::prelude::", stringify!($edition), "`, with the engine's macros.")]
            pub mod $edition {
                pub use ::std::prelude::$edition::*;
                pub use explore_engine::{dbg, eprint, eprintln, print, println, thread_local};
            }
        )*};
    }

    preludes!(v1 rust_2015 rust_2018 rust_2021 rust_2024);
}
