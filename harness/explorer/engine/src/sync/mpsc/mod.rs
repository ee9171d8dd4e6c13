//! `std::sync::mpsc`: channels.
//!
//! A send or a receive is one step, not the dozen that it takes inside `std`: what is explored is the program, not the channel. Outside
//! of executions the channels are `std`'s.

mod iter;

pub use iter::{IntoIter, Iter, TryIter};

use std::cell::{Cell, UnsafeCell};
use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::mpsc as real;
pub use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};
use std::time::Duration;

use crate::machine::channels::{NAMES, outcome};
use crate::machine::context::{self, Answer};
use crate::machine::object::{Channel, State};
use crate::machine::op::{Loc, Obj, Op};
use crate::machine::plain;
use crate::machine::policies::rest;
use crate::record;
use crate::thread::nanoseconds;

/// A channel of an execution. All its threads share one thread of the operating system, so nothing here is locked.
struct Explored<T> {
    execution: u32,
    channel: Obj,
    /// Each with its ticket, so that a send that fails late takes back its own.
    messages: UnsafeCell<VecDeque<(u32, T)>>,
}

impl<T> Explored<T> {
    fn new(capacity: Option<usize>, at: Loc) -> Option<Rc<Self>> {
        context::with(|machine| {
            let state = Channel { capacity, senders: 1, receiver: true, ..Channel::default() };
            let channel = machine.add_object("Channel", at, State::Channel(state));
            for _ in 1..NAMES {
                machine.add_object("Channel", at, State::Name);
            }
            Rc::new(Self { execution: machine.id, channel, messages: UnsafeCell::default() })
        })
    }

    /// The messages. Not by way of a `RefCell`: what destroys a guard of one is taken for the user's doing, and so is a function of `core` that is handed over.
    fn messages<R>(&self, f: impl FnOnce(&mut VecDeque<(u32, T)>) -> R) -> R {
        // SAFETY: all threads of an execution share one of the operating system, and no `f` takes a step or calls what the user has written.
        f(unsafe { &mut *self.messages.get() })
    }

    /// Whether the channel belongs to the execution that runs now. Ends may be dropped later, and then say nothing.
    fn is_current(&self) -> bool {
        context::with(|machine| machine.id == self.execution).unwrap_or(false)
    }

    fn send(
        &self,
        message: T,
        tries: bool,
        call: &'static str,
        at: Loc,
    ) -> Result<(), TrySendError<T>> {
        let channel = self.channel;
        let op = if tries { Op::TrySend(channel) } else { Op::Send(channel) };
        if !tries {
            rest(Op::RestIn { channel, sends: true }, at);
        }
        let Answer::Done(done) = context::visible_as(op, call, at) else {
            return Err(TrySendError::Disconnected(message));
        };
        let ticket = (done.value >> 32) as u32;
        match done.value & 0xFFFF_FFFF {
            outcome::DONE => self.messages(|messages| messages.push_back((ticket, message))),
            outcome::WOULD_BLOCK => return Err(TrySendError::Full(message)),
            _ => return Err(TrySendError::Disconnected(message)),
        }
        let rendezvous =
            context::with(|machine| machine.channel_mut(channel).capacity == Some(0)) == Some(true);
        if rendezvous
            && !tries
            && let Answer::Done(done) =
                context::visible_as(Op::SendTaken { channel, ticket }, call, at)
            && !done.ok
        {
            let own = self.messages(|messages| {
                let own = messages.iter().position(|(other, _)| *other == ticket);
                own.and_then(|at| messages.remove(at))
            });
            if let Some((_, message)) = own {
                return Err(TrySendError::Disconnected(message));
            }
        }
        Ok(())
    }

    fn receive(&self, op: Op, call: &'static str, at: Loc) -> Result<T, u64> {
        if matches!(op, Op::Receive { .. }) {
            rest(Op::RestIn { channel: self.channel, sends: false }, at);
        }
        let rendezvous =
            context::with(|machine| machine.channel_mut(self.channel).capacity == Some(0))
                == Some(true);
        if rendezvous && !matches!(op, Op::TryReceive(_)) {
            context::visible_as(Op::Await(self.channel), call, at);
        }
        match context::visible_as(op, call, at) {
            Answer::Done(done) if done.ok => {
                let message = self.messages(|messages| messages.pop_front());
                message.map(|(_, message)| message).ok_or(outcome::DISCONNECTED)
            }
            Answer::Done(done) => Err(done.value),
            _ => Err(outcome::DISCONNECTED),
        }
    }
}

/// One end of a channel: `std`'s, or of an execution.
enum End<R, T> {
    Real(R, record::Channel),
    Explored(Rc<Explored<T>>),
}

// SAFETY: an explored end never leaves the one thread of the operating system that runs its execution; `std`'s ends are `Send` if the
// messages are.
unsafe impl<R: Send, T: Send> Send for End<R, T> {}

/// The sending end of an unbounded channel, as `std::sync::mpsc::Sender`.
pub struct Sender<T> {
    end: End<real::Sender<T>, T>,
}

/// The sending end of a bounded channel, as `std::sync::mpsc::SyncSender`.
pub struct SyncSender<T> {
    end: End<real::SyncSender<T>, T>,
}

/// Keeps a type from being shared, and says nothing about panics.
struct NotSync(Cell<()>);

impl RefUnwindSafe for NotSync {}

/// The receiving end of a channel, as `std::sync::mpsc::Receiver`.
pub struct Receiver<T> {
    end: End<real::Receiver<T>, T>,
    /// std's receiver cannot be shared.
    not_sync: PhantomData<NotSync>,
}

// SAFETY: as for std's senders, which are `Sync` if the messages are `Send`; explored ones stay on one thread.
unsafe impl<T: Send> Sync for Sender<T> {}
// SAFETY: the same.
unsafe impl<T: Send> Sync for SyncSender<T> {}

impl<R, T> UnwindSafe for End<R, T> {}
impl<R, T> RefUnwindSafe for End<R, T> {}

/// An unbounded channel, as `std::sync::mpsc::channel`.
#[track_caller]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    match Explored::new(None, Location::caller()) {
        Some(channel) => {
            let sender = Sender { end: End::Explored(Rc::clone(&channel)) };
            (sender, Receiver { end: End::Explored(channel), not_sync: PhantomData })
        }
        None => {
            let (sender, receiver) = real::channel();
            let channel = record::channel(Location::caller());
            (
                Sender { end: End::Real(sender, channel) },
                Receiver { end: End::Real(receiver, channel), not_sync: PhantomData },
            )
        }
    }
}

/// A channel for at most `bound` messages, as `std::sync::mpsc::sync_channel`. With 0 a send waits for its receive.
///
/// # Panics
///
/// If so many messages could not be in memory: std makes room for all of them at once.
#[track_caller]
pub fn sync_channel<T>(bound: usize) -> (SyncSender<T>, Receiver<T>) {
    assert!(std::alloc::Layout::array::<(usize, T)>(bound).is_ok(), "capacity overflow");
    match Explored::new(Some(bound), Location::caller()) {
        Some(channel) => {
            let sender = SyncSender { end: End::Explored(Rc::clone(&channel)) };
            (sender, Receiver { end: End::Explored(channel), not_sync: PhantomData })
        }
        None => {
            let (sender, receiver) = real::sync_channel(bound);
            let channel = record::channel(Location::caller());
            (
                SyncSender { end: End::Real(sender, channel) },
                Receiver { end: End::Real(receiver, channel), not_sync: PhantomData },
            )
        }
    }
}

impl<T> Sender<T> {
    /// Sends a message; never blocks.
    ///
    /// # Errors
    ///
    /// The message, if the receiver is gone.
    #[track_caller]
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        plain::taken(&message);
        plain::reads(std::ptr::from_ref(self).addr(), size_of::<Self>());
        match &self.end {
            End::Real(sender, channel) => {
                record::send(*channel, "send", Location::caller(), || sender.send(message))
            }
            End::Explored(channel) => {
                channel.send(message, false, "send", Location::caller()).map_err(unsent)
            }
        }
    }
}

impl<T> SyncSender<T> {
    /// Sends a message; blocks while there is no room.
    ///
    /// # Errors
    ///
    /// The message, if the receiver is gone.
    #[track_caller]
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        plain::taken(&message);
        plain::reads(std::ptr::from_ref(self).addr(), size_of::<Self>());
        match &self.end {
            End::Real(sender, channel) => {
                record::send(*channel, "send", Location::caller(), || sender.send(message))
            }
            End::Explored(channel) => {
                channel.send(message, false, "send", Location::caller()).map_err(unsent)
            }
        }
    }

    /// Sends a message if there is room.
    ///
    /// # Errors
    ///
    /// The message, if there is no room or the receiver is gone.
    #[track_caller]
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        plain::taken(&message);
        plain::reads(std::ptr::from_ref(self).addr(), size_of::<Self>());
        match &self.end {
            End::Real(sender, channel) => {
                record::send(*channel, "try_send", Location::caller(), || sender.try_send(message))
            }
            End::Explored(channel) => channel.send(message, true, "try_send", Location::caller()),
        }
    }
}

fn unsent<T>(error: TrySendError<T>) -> SendError<T> {
    match error {
        TrySendError::Disconnected(message) | TrySendError::Full(message) => SendError(message),
    }
}

impl<T> Receiver<T> {
    /// Receives a message; blocks while there is none.
    ///
    /// # Errors
    ///
    /// If there is none and all senders are gone.
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        let at = Location::caller();
        plain::reads(std::ptr::from_ref(self).addr(), size_of::<Self>());
        match &self.end {
            End::Real(receiver, channel) => {
                record::receive(*channel, "recv", at, || receiver.recv())
            }
            End::Explored(channel) => {
                let op = Op::Receive { channel: channel.channel, timeout: None };
                channel.receive(op, "recv", at).map_err(|_| RecvError)
            }
        }
    }

    /// Receives a message if there is one.
    ///
    /// # Errors
    ///
    /// If there is none.
    #[track_caller]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        let at = Location::caller();
        plain::reads(std::ptr::from_ref(self).addr(), size_of::<Self>());
        match &self.end {
            End::Real(receiver, channel) => {
                record::receive(*channel, "try_recv", at, || receiver.try_recv())
            }
            End::Explored(channel) => channel
                .receive(Op::TryReceive(channel.channel), "try_recv", at)
                .map_err(|reason| match reason {
                    outcome::DISCONNECTED => TryRecvError::Disconnected,
                    _ => TryRecvError::Empty,
                }),
        }
    }

    /// Receives a message; blocks while there is none, until the time-out has passed.
    ///
    /// # Errors
    ///
    /// If there is none and all senders are gone, or the time-out has passed.
    #[track_caller]
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        let at = Location::caller();
        plain::reads(std::ptr::from_ref(self).addr(), size_of::<Self>());
        match &self.end {
            End::Real(receiver, channel) => {
                record::receive(*channel, "recv_timeout", at, || receiver.recv_timeout(timeout))
            }
            End::Explored(channel) => {
                let op =
                    Op::Receive { channel: channel.channel, timeout: Some(nanoseconds(timeout)) };
                channel.receive(op, "recv_timeout", at).map_err(|reason| match reason {
                    outcome::DISCONNECTED => RecvTimeoutError::Disconnected,
                    _ => RecvTimeoutError::Timeout,
                })
            }
        }
    }

    /// The messages, until all senders are gone.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { rx: self }
    }

    /// The messages that are there.
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter { rx: self }
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        plain::reads(std::ptr::from_ref(self).addr(), size_of::<Self>());
        Self { end: clone_end(&self.end) }
    }
}

impl<T> Clone for SyncSender<T> {
    fn clone(&self) -> Self {
        plain::reads(std::ptr::from_ref(self).addr(), size_of::<Self>());
        Self { end: clone_end(&self.end) }
    }
}

/// Another sender. No step: whoever clones holds a sender, so nobody can see the count pass zero.
fn clone_end<R: Clone, T>(end: &End<R, T>) -> End<R, T> {
    match end {
        End::Real(sender, channel) => End::Real(sender.clone(), *channel),
        End::Explored(channel) => {
            if channel.is_current() {
                context::with(|machine| machine.channel_mut(channel.channel).senders += 1);
            }
            End::Explored(Rc::clone(channel))
        }
    }
}

fn drop_sender<R, T>(end: &End<R, T>, at: Loc) {
    if let End::Explored(channel) = end
        && channel.is_current()
    {
        context::visible(Op::DropSender(channel.channel), at);
    }
}

impl<T> Drop for Sender<T> {
    #[track_caller]
    fn drop(&mut self) {
        drop_sender(&self.end, Location::caller());
    }
}

impl<T> Drop for SyncSender<T> {
    #[track_caller]
    fn drop(&mut self) {
        drop_sender(&self.end, Location::caller());
    }
}

impl<T> Drop for Receiver<T> {
    #[track_caller]
    fn drop(&mut self) {
        if let End::Explored(channel) = &self.end
            && channel.is_current()
        {
            context::visible(Op::DropReceiver(channel.channel), Location::caller());
            // Messages that a rendezvous offered go back to their senders; others are dropped here, as in std.
            let rendezvous =
                context::with(|machine| machine.channel_mut(channel.channel).capacity == Some(0));
            if rendezvous != Some(true) {
                // If one panics, std leaves the others as they are: they are leaked.
                let take = |messages: &mut _| ManuallyDrop::new(std::mem::take(messages));
                let mut left = channel.messages(take);
                while let Some((_, message)) = left.pop_front() {
                    let _user = plain::as_the_user();
                    drop(message);
                }
                drop(ManuallyDrop::into_inner(left));
            }
        }
    }
}

macro_rules! opaque {
    ($($name:ident)*) => {$(
        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}

opaque!(Sender SyncSender Receiver);
