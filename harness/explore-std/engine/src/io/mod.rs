//! `print!` and its kin, and the handles of the standard streams: what an explored program prints is kept for its execution.

use std::fmt;
use std::io::{self, Write};
use std::panic::Location;

use trace::Stream;

use crate::machine::context::{self, Answer};
use crate::machine::op::{Loc, Op};

/// Keeps what an explored program prints. False outside of executions.
fn keep(stream: Stream, text: fmt::Arguments<'_>, at: Loc) -> bool {
    if !context::is_exploring() {
        return false;
    }
    // Formatted first: it runs the user's code, which may take steps of its own.
    let text = text.to_string();
    // Only where the order of prints counts is a print a step.
    if context::with(|machine| machine.config.outputs) == Some(true)
        && !matches!(context::visible(Op::Print, at), Answer::Done(_))
    {
        return true;
    }
    context::with(|machine| machine.print(stream, &text));
    true
}

/// Prints to standard output; for the macros.
#[doc(hidden)]
#[track_caller]
pub fn print(text: fmt::Arguments<'_>) {
    if !keep(Stream::Stdout, text, Location::caller()) {
        std::print!("{text}");
        crate::record::printed(Stream::Stdout, text);
    }
}

/// Prints to standard error; for the macros.
#[doc(hidden)]
#[track_caller]
pub fn eprint(text: fmt::Arguments<'_>) {
    if !keep(Stream::Stderr, text, Location::caller()) {
        std::eprint!("{text}");
        crate::record::printed(Stream::Stderr, text);
    }
}

macro_rules! streams {
    ($($stream:ident $lock:ident $make:ident $which:ident $real:literal;)*) => {$(
        #[doc = concat!("A handle of a standard stream, as `", $real, "`.")]
        #[derive(Debug)]
        pub struct $stream {
            real: io::$stream,
        }

        #[doc = concat!("A locked handle of a standard stream, as `", $real, "Lock`.")]
        #[derive(Debug)]
        pub struct $lock<'a> {
            /// Not locked under exploration, where it would be locked for all threads at once.
            real: Option<io::$lock<'a>>,
        }

        #[doc = concat!("The handle of the stream, as `std::io::", stringify!($make), "`.")]
        #[must_use]
        pub fn $make() -> $stream {
            $stream { real: io::$make() }
        }

        impl $stream {
            /// Locks the stream for this thread.
            #[must_use]
            pub fn lock(&self) -> $lock<'static> {
                $lock { real: (!context::is_exploring()).then(|| self.real.lock()) }
            }

            /// Whether the stream is a terminal; as an inherent method, because the trait of `std` is closed to others.
            #[must_use]
            pub fn is_terminal(&self) -> bool {
                !context::is_exploring() && io::IsTerminal::is_terminal(&self.real)
            }
        }

        impl $lock<'_> {
            /// Whether the stream is a terminal.
            #[must_use]
            pub fn is_terminal(&self) -> bool {
                self.real.as_ref().is_some_and(io::IsTerminal::is_terminal)
            }
        }

        impl Write for $stream {
            #[track_caller]
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                (&*self).write(bytes)
            }

            fn flush(&mut self) -> io::Result<()> {
                (&*self).flush()
            }

            #[track_caller]
            fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
                (&*self).write_all(bytes)
            }

            #[track_caller]
            fn write_fmt(&mut self, text: fmt::Arguments<'_>) -> io::Result<()> {
                (&*self).write_fmt(text)
            }
        }

        impl Write for &$stream {
            #[track_caller]
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.write_all(bytes)?;
                Ok(bytes.len())
            }

            fn flush(&mut self) -> io::Result<()> {
                if context::is_exploring() { Ok(()) } else { (&self.real).flush() }
            }

            #[track_caller]
            fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
                if keep(Stream::$which, format_args!("{}", String::from_utf8_lossy(bytes)), Location::caller()) {
                    return Ok(());
                }
                (&self.real).write_all(bytes)
            }

            #[track_caller]
            fn write_fmt(&mut self, text: fmt::Arguments<'_>) -> io::Result<()> {
                if keep(Stream::$which, text, Location::caller()) {
                    return Ok(());
                }
                (&self.real).write_fmt(text)
            }
        }

        impl Write for $lock<'_> {
            #[track_caller]
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.write_all(bytes)?;
                Ok(bytes.len())
            }

            fn flush(&mut self) -> io::Result<()> {
                self.real.as_mut().map_or(Ok(()), Write::flush)
            }

            #[track_caller]
            fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
                match &mut self.real {
                    Some(real) => real.write_all(bytes),
                    None => {
                        keep(Stream::$which, format_args!("{}", String::from_utf8_lossy(bytes)), Location::caller());
                        Ok(())
                    }
                }
            }

            #[track_caller]
            fn write_fmt(&mut self, text: fmt::Arguments<'_>) -> io::Result<()> {
                match &mut self.real {
                    Some(real) => real.write_fmt(text),
                    None => {
                        keep(Stream::$which, text, Location::caller());
                        Ok(())
                    }
                }
            }
        }
    )*};
}

streams! {
    Stdout StdoutLock stdout Stdout "std::io::Stdout";
    Stderr StderrLock stderr Stderr "std::io::Stderr";
}

/// Prints, as `std::print!`.
#[macro_export]
macro_rules! print {
    ($($arg:tt)*) => {
        $crate::io::print(::core::format_args!($($arg)*))
    };
}

/// Prints a line, as `std::println!`.
#[macro_export]
macro_rules! println {
    () => {
        $crate::io::print(::core::format_args!("\n"))
    };
    ($($arg:tt)*) => {
        $crate::io::print(::core::format_args!("{}\n", ::core::format_args!($($arg)*)))
    };
}

/// Prints to standard error, as `std::eprint!`.
#[macro_export]
macro_rules! eprint {
    ($($arg:tt)*) => {
        $crate::io::eprint(::core::format_args!($($arg)*))
    };
}

/// Prints a line to standard error, as `std::eprintln!`.
#[macro_export]
macro_rules! eprintln {
    () => {
        $crate::io::eprint(::core::format_args!("\n"))
    };
    ($($arg:tt)*) => {
        $crate::io::eprint(::core::format_args!("{}\n", ::core::format_args!($($arg)*)))
    };
}

/// Prints the value of an expression and its place, and returns the value; as `std::dbg!`.
#[macro_export]
macro_rules! dbg {
    () => {
        $crate::eprintln!("[{}:{}:{}]", ::core::file!(), ::core::line!(), ::core::column!())
    };
    ($value:expr $(,)?) => {
        // A match keeps temporaries alive until the end of the whole expression.
        match $value {
            value => {
                $crate::eprintln!(
                    "[{}:{}:{}] {} = {:#?}",
                    ::core::file!(), ::core::line!(), ::core::column!(), ::core::stringify!($value), &value
                );
                value
            }
        }
    };
    ($($value:expr),+ $(,)?) => {
        ($($crate::dbg!($value)),+,)
    };
}
