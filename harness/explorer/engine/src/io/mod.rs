//! The standard streams and the macros that print: what an explored program prints is kept for its execution, and what it reads is
//! [`Config::input`](crate::Config::input).

mod stdin;
mod terminal;

use std::fmt;
use std::io::{self, Write};
use std::panic::Location;

use trace::Stream;

use crate::machine::context::{self, Answer};
use crate::machine::op::{Loc, Obj, Op};
use crate::record;

/// For the macros: a program that is compiled against other stand-ins need not have them in its `core`.
#[doc(hidden)]
pub use std::{column, file, format_args, line, stringify};
pub use stdin::{Stdin, StdinLock, stdin};
pub use terminal::IsTerminal;

/// Keeps what an explored program prints. False outside of executions.
fn keep(stream: Stream, text: fmt::Arguments<'_>, at: Loc) -> bool {
    if !context::is_exploring() {
        return false;
    }
    let is_lock = context::with(|machine| machine.config.streams && !machine.in_hook);
    if is_lock == Some(true) {
        let _held = Held::take(stream, at);
        let text = text.to_string();
        context::with(|machine| machine.print(stream, &text));
        return true;
    }
    // Formatted first: it runs the user's code, which may take steps of its own. std does it under the lock.
    let text = {
        let _noted = Noted::new();
        text.to_string()
    };
    // Only where the order of prints counts is a print a step; and not while its thread keeps all others from printing.
    let steps = context::with(|machine| {
        machine.config.outputs && !machine.holds_stream(stream) && !machine.in_hook
    }) == Some(true);
    if steps && !matches!(context::visible(Op::Print(stream), at), Answer::Done(_)) {
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
        record::printed(Stream::Stdout, text);
    }
}

/// Prints to standard error; for the macros.
#[doc(hidden)]
#[track_caller]
pub fn eprint(text: fmt::Arguments<'_>) {
    if !keep(Stream::Stderr, text, Location::caller()) {
        std::eprint!("{text}");
        record::printed(Stream::Stderr, text);
    }
}

/// A thread has the lock of a stream, which keeps nobody out: what it does meanwhile is noted.
struct Noted {
    execution: Option<u32>,
}

impl Noted {
    fn new() -> Self {
        let execution = context::with(|machine| {
            machine.threads[machine.current].printing += 1;
            machine.id
        });
        Self { execution }
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        context::with(|machine| {
            if Some(machine.id) == self.execution {
                machine.threads[machine.current].printing -= 1;
            }
        });
    }
}

/// How a stream's lock is had.
enum Lock {
    /// The execution was over.
    Nothing,
    /// It keeps nobody out.
    Noted { _noted: Noted },
    /// In the order of prints, in this execution.
    Ordered(u32),
    /// As an object, in this execution.
    Object(u32, Obj),
}

/// The lock of a stream in an execution. It keeps others out where the order of prints counts, or its holder does something meanwhile.
struct Held {
    stream: Stream,
    lock: Lock,
    at: Loc,
}

impl Held {
    fn take(stream: Stream, at: Loc) -> Self {
        let held = |lock| Self { stream, lock, at };
        let known = context::with(|machine| {
            let again = machine.holds_stream(stream);
            if again {
                machine.lock_stream(machine.current, stream);
            }
            // Even plain memory may be what it guards.
            machine.policies.streams |= !machine.config.outputs;
            let object = machine.config.streams.then(|| machine.stream_lock(stream, at));
            (machine.id, machine.config.outputs, object, again)
        });
        let Some((execution, outputs, object, again)) = known else { return held(Lock::Nothing) };
        let (lock, op) = match object {
            Some(object) => (Lock::Object(execution, object), Op::Lock(object)),
            None if outputs => (Lock::Ordered(execution), Op::LockStream(stream)),
            None => return held(Lock::Noted { _noted: Noted::new() }),
        };
        if again {
            return held(lock);
        }
        if !matches!(context::visible(op, at), Answer::Done(_)) {
            return held(Lock::Nothing);
        }
        if object.is_some() {
            context::with(|machine| machine.lock_stream(machine.current, stream));
        }
        held(lock)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let (execution, op) = match self.lock {
            Lock::Nothing | Lock::Noted { .. } => return,
            Lock::Ordered(execution) => (execution, Op::UnlockStream(self.stream)),
            Lock::Object(execution, object) => (execution, Op::Unlock(object)),
        };
        let is_object = matches!(op, Op::Unlock(_));
        let again = context::with(|machine| {
            let current = machine.id == execution;
            let last = machine.holds_stream_once(self.stream);
            // The step that gives back the lock in the order of prints does this itself.
            if current && (!last || is_object) {
                machine.unlock_stream(self.stream);
            }
            !current || !last
        });
        if again == Some(false) {
            context::visible(op, self.at);
        }
    }
}

macro_rules! streams {
    ($($stream:ident $lock:ident $make:ident $real:literal;)*) => {$(
        #[doc = concat!("A handle of a standard stream, as `", $real, "`.")]
        pub struct $stream {
            real: io::$stream,
        }

        #[doc = concat!("A locked handle of a standard stream, as `", $real, "Lock`.")]
        pub struct $lock<'a> {
            stream: $stream,
            /// Not locked under exploration, where it would be locked for all threads at once.
            real: Option<io::$lock<'a>>,
            _held: Option<Held>,
        }

        #[doc = concat!("The handle of the stream, as `std::io::", stringify!($make), "`.")]
        #[must_use]
        pub fn $make() -> $stream {
            $stream { real: io::$make() }
        }

        impl $stream {
            /// Locks the stream for this thread.
            #[must_use]
            #[track_caller]
            pub fn lock(&self) -> $lock<'static> {
                let stream = $make();
                if context::is_exploring() {
                    let held = Held::take(Stream::$stream, Location::caller());
                    return $lock { stream, real: None, _held: Some(held) };
                }
                $lock { stream, real: Some(self.real.lock()), _held: None }
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
                self.write_fmt(format_args!("{}", String::from_utf8_lossy(bytes)))
            }

            #[track_caller]
            fn write_fmt(&mut self, text: fmt::Arguments<'_>) -> io::Result<()> {
                if !keep(Stream::$stream, text, Location::caller()) {
                    (&self.real).write_fmt(text)?;
                    record::printed(Stream::$stream, text);
                }
                Ok(())
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
                self.write_fmt(format_args!("{}", String::from_utf8_lossy(bytes)))
            }

            #[track_caller]
            fn write_fmt(&mut self, text: fmt::Arguments<'_>) -> io::Result<()> {
                match &mut self.real {
                    Some(real) => {
                        real.write_fmt(text)?;
                        record::printed(Stream::$stream, text);
                        Ok(())
                    }
                    None => (&self.stream).write_fmt(text),
                }
            }
        }

        terminal::descriptors!($stream, $lock);

        impl From<$stream> for std::process::Stdio {
            fn from(stream: $stream) -> Self {
                stream.real.into()
            }
        }
    )*};
}

streams! {
    Stdout StdoutLock stdout "std::io::Stdout";
    Stderr StderrLock stderr "std::io::Stderr";
}

/// Prints, as `std::print!`.
#[macro_export]
macro_rules! print {
    ($($arg:tt)*) => {
        $crate::io::print($crate::io::format_args!($($arg)*))
    };
}

/// Prints a line, as `std::println!`.
#[macro_export]
macro_rules! println {
    () => {
        $crate::io::print($crate::io::format_args!("\n"))
    };
    ($($arg:tt)*) => {
        $crate::io::print($crate::io::format_args!("{}\n", $crate::io::format_args!($($arg)*)))
    };
}

/// Prints to standard error, as `std::eprint!`.
#[macro_export]
macro_rules! eprint {
    ($($arg:tt)*) => {
        $crate::io::eprint($crate::io::format_args!($($arg)*))
    };
}

/// Prints a line to standard error, as `std::eprintln!`.
#[macro_export]
macro_rules! eprintln {
    () => {
        $crate::io::eprint($crate::io::format_args!("\n"))
    };
    ($($arg:tt)*) => {
        $crate::io::eprint($crate::io::format_args!("{}\n", $crate::io::format_args!($($arg)*)))
    };
}

/// Prints the value of an expression and its place, and returns the value; as `std::dbg!`.
#[macro_export]
macro_rules! dbg {
    () => {
        $crate::eprintln!("[{}:{}:{}]", $crate::io::file!(), $crate::io::line!(), $crate::io::column!())
    };
    ($value:expr $(,)?) => {
        // A match keeps temporaries alive until the end of the whole expression.
        match $value {
            value => {
                $crate::eprintln!(
                    "[{}:{}:{}] {} = {:#?}",
                    $crate::io::file!(), $crate::io::line!(), $crate::io::column!(), $crate::io::stringify!($value), &value
                );
                value
            }
        }
    };
    ($($value:expr),+ $(,)?) => {
        ($($crate::dbg!($value)),+,)
    };
}
