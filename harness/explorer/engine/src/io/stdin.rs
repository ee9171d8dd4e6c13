//! Standard input. An explored program reads what [`Config::input`](crate::Config::input) says, in every execution from its start.

use std::io::{self, BufRead, Read};
use std::panic::Location;

use crate::machine::context::{self, Answer};
use crate::machine::op::{Loc, Op};

/// A handle of standard input, as `std::io::Stdin`.
pub struct Stdin {
    real: io::Stdin,
}

/// A locked handle of standard input, as `std::io::StdinLock`. Explored, it keeps nobody out: each read is a step of its own.
pub struct StdinLock<'a> {
    stream: Stdin,
    real: Option<io::StdinLock<'a>>,
    /// What was read of the input and not given to the program yet.
    buffer: Vec<u8>,
    at: Loc,
}

/// The handle of standard input, as `std::io::stdin`.
#[must_use]
pub fn stdin() -> Stdin {
    Stdin { real: io::stdin() }
}

super::terminal::descriptors!(Stdin, StdinLock);

/// Takes bytes from the input of an execution, as many as `wanted` says of what is left.
fn take_input(at: Loc, wanted: impl FnOnce(&[u8]) -> usize) -> Vec<u8> {
    // At the end of the input all threads read the same, so nobody needs to come first.
    let ended = context::with(|machine| machine.config.input.is_empty()) == Some(true);
    if ended || !matches!(context::visible(Op::Input, at), Answer::Done(_)) {
        return Vec::new();
    }
    context::with(|machine| {
        let left = machine.input();
        let bytes = left[..wanted(left).min(left.len())].to_vec();
        machine.consume_input(bytes.len());
        bytes
    })
    .unwrap_or_default()
}

/// The length of the first line, with its end.
fn line(text: &[u8]) -> usize {
    text.iter().position(|&byte| byte == b'\n').map_or(text.len(), |end| end + 1)
}

impl Stdin {
    /// Locks the stream for this thread.
    #[must_use]
    #[track_caller]
    pub fn lock(&self) -> StdinLock<'static> {
        let real = (!context::is_exploring()).then(|| self.real.lock());
        StdinLock { stream: stdin(), real, buffer: Vec::new(), at: Location::caller() }
    }

    /// Appends a line to the text; returns how many bytes it has, 0 at the end of the input.
    ///
    /// # Errors
    ///
    /// If the stream cannot be read, or is no text.
    #[track_caller]
    pub fn read_line(&self, text: &mut String) -> io::Result<usize> {
        self.lock().read_line(text)
    }

    /// The lines, without their ends.
    #[must_use = "`self` will be dropped if the result is not used"]
    #[track_caller]
    pub fn lines(self) -> io::Lines<StdinLock<'static>> {
        self.lock().lines()
    }
}

impl Read for StdinLock<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if let Some(real) = &mut self.real {
            return real.read(bytes);
        }
        if self.buffer.is_empty() {
            self.buffer = take_input(self.at, |_| bytes.len());
        }
        let length = self.buffer.len().min(bytes.len());
        bytes[..length].copy_from_slice(&self.buffer[..length]);
        self.buffer.drain(..length);
        Ok(length)
    }
}

impl BufRead for StdinLock<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if let Some(real) = &mut self.real {
            return real.fill_buf();
        }
        if self.buffer.is_empty() {
            self.buffer = take_input(self.at, line);
        }
        Ok(&self.buffer)
    }

    fn consume(&mut self, length: usize) {
        match &mut self.real {
            Some(real) => real.consume(length),
            None => {
                self.buffer.drain(..length);
            }
        }
    }
}

impl Read for &Stdin {
    #[track_caller]
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.lock().read(bytes)
    }
}

impl Read for Stdin {
    #[track_caller]
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.lock().read(bytes)
    }
}
