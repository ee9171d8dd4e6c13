//! What a submission sees as `std`: an allow-list over `explore-std`.
//!
//! A submission is linked into one process with the check that judges it. What it cannot name it cannot use against the check: no
//! processes, files, sockets, environment, panic hooks, allocators, assembly or foreign functions. The compiler is told `-F unsafe_code`
//! besides, and finds [`student-nothing`] under the names `core`, `alloc` and `proc_macro`.
//!
//! Nothing lives here but names. Everything that is missing from this list is missing on purpose; a name that an assignment needs is
//! added when it can do no more than compute, print, or use threads.
//!
//! [`student-nothing`]: https://doc.rust-lang.org/rustc/command-line-arguments.html#--extern-specify-where-an-external-library-is-located

// `panic` is a module and a macro; the list names each of them.
#![allow(hidden_glob_reexports)]
// Nor is a list the place to tell somebody that `u8::MAX` needs no module.
#![allow(clippy::legacy_numeric_constants)]

#[rustfmt::skip]
pub use ::std::{
    array, ascii, borrow, boxed, cell, char, clone, cmp, collections, convert, default, error, f32, f64, fmt, future, hash, iter,
    marker, mem, num, ops, option, pin, rc, result, slice, str, string, task, vec,
};
pub use ::std::{i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize};
pub use explore_std::{hint, sync, thread, time};

#[rustfmt::skip]
pub use ::std::{
    assert, assert_eq, assert_ne, cfg, column, compile_error, concat, debug_assert, debug_assert_eq, debug_assert_ne, file, format,
    format_args, line, matches, module_path, stringify, todo, unimplemented, unreachable, write, writeln,
};
pub use explore_std::{dbg, eprint, eprintln, print, println, thread_local};

/// `std::io` without the streams of the process.
pub mod io {
    #[rustfmt::skip]
    pub use ::std::io::{
        BufRead, BufReader, BufWriter, Cursor, Error, ErrorKind, LineWriter, Read, Result, Seek, SeekFrom, Write, copy, empty, repeat,
        sink,
    };
    /// `std::io::prelude`.
    pub mod prelude {
        pub use super::{BufRead, Read, Seek, Write};
    }
}

/// `std::any` without the names of types: that of a check's closure tells which check it is.
pub mod any {
    pub use ::std::any::{Any, TypeId};
}

/// `std::ptr`, as far as it is safe: comparing.
pub mod ptr {
    pub use ::std::ptr::{addr_eq, eq, fn_addr_eq, hash};
}

/// `std::panic` without the hook.
pub mod panic {
    pub use ::std::panic::{AssertUnwindSafe, Location, RefUnwindSafe, UnwindSafe, panic_any};
    pub use explore_std::panic::{catch_unwind, resume_unwind};
}

/// `std::panic!`. The macro of the real `std` cannot be named without the module of the same name, which has the hook.
#[macro_export]
macro_rules! panic {
    () => { $crate::panic_with(::std::format_args!("explicit panic")) };
    ($($message:tt)+) => { $crate::panic_with($crate::format_args!($($message)+)) };
}

/// What [`panic!`] expands to.
///
/// # Panics
///
/// Always.
#[doc(hidden)]
#[track_caller]
pub fn panic_with(message: fmt::Arguments<'_>) -> ! {
    match message.as_str() {
        // As `std` has it: a message without arguments is a `&'static str` for who catches it.
        Some(text) => ::std::panic::panic_any(text),
        None => ::std::panic!("{message}"),
    }
}

/// The names that need no path.
pub mod prelude {
    /// What all editions have in common.
    pub mod v1 {
        #[rustfmt::skip]
        pub use ::std::prelude::v1::{
            AsMut, AsRef, AsyncFn, AsyncFnMut, AsyncFnOnce, Box, Clone, Copy, Debug, Default, DoubleEndedIterator, Drop, Eq, Err,
            ExactSizeIterator, Extend, Fn, FnMut, FnOnce, From, Hash, Into, IntoIterator, Iterator, None, Ok, Option, Ord, PartialEq,
            PartialOrd, Result, Send, Sized, Some, String, Sync, ToOwned, ToString, Unpin, Vec, align_of, align_of_val, derive, drop,
            size_of, size_of_val, test,
        };
        pub use ::std::convert::{TryFrom, TryInto};
        pub use ::std::iter::FromIterator;
        #[rustfmt::skip]
        pub use ::std::{
            assert, assert_eq, assert_ne, cfg, column, compile_error, concat, debug_assert, debug_assert_eq, debug_assert_ne, file,
            format, format_args, line, matches, module_path, stringify, todo, unimplemented, unreachable, vec, write, writeln,
        };
        pub use crate::panic;
        pub use explore_std::{dbg, eprint, eprintln, print, println, thread_local};
    }
    /// The prelude of edition 2021.
    pub mod rust_2021 {
        pub use super::v1::*;
    }
    /// The prelude of edition 2024.
    pub mod rust_2024 {
        pub use super::v1::*;
        pub use ::std::future::{Future, IntoFuture};
    }
}
