//! The standard streams: who holds them, and in which order they are used.
//!
//! A print is a step only where the order of prints counts ([`Config::outputs`](crate::Config::outputs)). Then it takes its stream and
//! gives it back at once, and waits while another thread holds the stream's lock. Where a thread does something while it has that lock
//! ([`Config::streams`](crate::Config::streams)), the lock is an object like a mutex.

use trace::Stream;

use super::object::{Lock, State};
use super::op::{Loc, Obj, Op, Tid};
use super::{INPUT, Machine, printed_to};
use crate::search::clock::Clock;
use crate::search::{Footprint, Kind};

/// The streams of one execution.
#[derive(Debug, Default)]
pub struct Streams {
    /// For standard output and standard error: who holds its lock, and how often.
    held: [Option<(Tid, u32)>; 2],
    /// Their locks, where these are objects.
    locks: [Option<Obj>; 2],
    /// What those knew who had them.
    knew: [Clock; 2],
    /// How much of the input was read, in bytes.
    read: usize,
}

impl Machine {
    /// Whether an operation on a stream can be done now.
    pub(super) fn stream_ready(&self, tid: Tid, stream: Stream) -> bool {
        self.streams.held[stream as usize].is_none_or(|(holder, _)| holder == tid)
    }

    /// What an operation on a stream touches. Each stream is an object of its own: the lock of one keeps nobody from the others.
    pub(super) fn stream_footprint(&self, op: Op) -> Footprint {
        match op {
            Op::Print(stream) | Op::LockStream(stream) => {
                Footprint::EMPTY.and(printed_to(stream), Kind::Acquire)
            }
            Op::UnlockStream(stream) => Footprint::EMPTY.and(printed_to(stream), Kind::Release),
            _ => Footprint::EMPTY.and(INPUT, Kind::Write),
        }
    }

    /// Whether the current thread holds a stream's lock.
    pub fn holds_stream(&self, stream: Stream) -> bool {
        self.streams.held[stream as usize].is_some_and(|(holder, _)| holder == self.current)
    }

    /// Whether the current thread gives the lock back when it drops its next handle.
    pub fn holds_stream_once(&self, stream: Stream) -> bool {
        self.streams.held[stream as usize] == Some((self.current, 1))
    }

    /// The lock of a stream, as an object.
    pub fn stream_lock(&mut self, stream: Stream, at: Loc) -> Obj {
        if let Some(lock) = self.streams.locks[stream as usize] {
            return lock;
        }
        let lock = self.add_object("Mutex", at, State::Lock(Lock::default()));
        // No address is so low.
        self.name_by_address(lock, 1 + stream as usize);
        self.streams.locks[stream as usize] = Some(lock);
        lock
    }

    /// A thread takes the lock of a stream, in the order of prints.
    pub(super) fn enter_stream(&mut self, tid: Tid, stream: Stream) {
        self.lock_stream(tid, stream);
        self.threads[tid].views.learn(&self.streams.knew[stream as usize]);
    }

    /// It gives the lock back.
    pub(super) fn leave_stream(&mut self, tid: Tid, stream: Stream) {
        self.unlock_stream(stream);
        self.streams.knew[stream as usize].join(&self.threads[tid].views.current);
    }

    pub fn lock_stream(&mut self, tid: Tid, stream: Stream) {
        self.streams.held[stream as usize].get_or_insert((tid, 0)).1 += 1;
    }

    pub fn unlock_stream(&mut self, stream: Stream) {
        let held = &mut self.streams.held[stream as usize];
        *held = held.and_then(|(holder, times)| {
            Some((holder, times.checked_sub(1).filter(|&left| left > 0)?))
        });
    }

    /// How far reading and printing have got.
    pub(super) fn told_and_read(&self) -> [u64; 2] {
        [self.output.len() as u64, self.streams.read as u64]
    }

    /// What is left of the input.
    pub fn input(&self) -> &[u8] {
        &self.config.input.as_bytes()[self.streams.read..]
    }

    /// Takes from the input what the program has read.
    pub fn consume_input(&mut self, bytes: usize) {
        self.streams.read = (self.streams.read + bytes).min(self.config.input.len());
    }
}
