//! Channels, in a recording. `std`'s channels have no place for an identity, so their two ends carry it.

use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};

use trace::{ChannelOutcome, ObjectId, ObjectKind, Operation};

use super::{Key, number, step, with};
use crate::machine::op::Loc;

/// A channel, as the recording knows it: its recording and its number there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Channel(u32, ObjectId);

/// Notes a channel.
pub(crate) fn channel(at: Loc) -> Channel {
    let made = with(|tape| {
        let object = trace::Object {
            kind: ObjectKind::Channel,
            name: None,
            created: Some(at.into()),
            initial: None,
        };
        tape.objects.push(object);
        ObjectId(tape.objects.len() as u32 - 1)
    });
    made.map_or(Channel(0, ObjectId(0)), |object| Channel(number(), object))
}

/// What came of a channel operation, in the words of the trace.
pub(crate) trait ChannelResult {
    fn outcome(&self) -> ChannelOutcome;
}

impl<T> ChannelResult for Result<(), SendError<T>> {
    fn outcome(&self) -> ChannelOutcome {
        if self.is_ok() { ChannelOutcome::Done } else { ChannelOutcome::Disconnected }
    }
}

impl<T> ChannelResult for Result<(), TrySendError<T>> {
    fn outcome(&self) -> ChannelOutcome {
        match self {
            Ok(()) => ChannelOutcome::Done,
            Err(TrySendError::Full(_)) => ChannelOutcome::WouldBlock,
            Err(TrySendError::Disconnected(_)) => ChannelOutcome::Disconnected,
        }
    }
}

impl<T> ChannelResult for Result<T, RecvError> {
    fn outcome(&self) -> ChannelOutcome {
        if self.is_ok() { ChannelOutcome::Done } else { ChannelOutcome::Disconnected }
    }
}

impl<T> ChannelResult for Result<T, TryRecvError> {
    fn outcome(&self) -> ChannelOutcome {
        match self {
            Ok(_) => ChannelOutcome::Done,
            Err(TryRecvError::Empty) => ChannelOutcome::WouldBlock,
            Err(TryRecvError::Disconnected) => ChannelOutcome::Disconnected,
        }
    }
}

impl<T> ChannelResult for Result<T, RecvTimeoutError> {
    fn outcome(&self) -> ChannelOutcome {
        match self {
            Ok(_) => ChannelOutcome::Done,
            Err(RecvTimeoutError::Timeout) => ChannelOutcome::TimedOut,
            Err(RecvTimeoutError::Disconnected) => ChannelOutcome::Disconnected,
        }
    }
}

/// Sends. Noted before: the message must not be received before it is sent.
pub(crate) fn send<R: ChannelResult>(
    Channel(recording, channel): Channel,
    call: &'static str,
    at: Loc,
    f: impl FnOnce() -> R,
) -> R {
    if recording == 0 || recording != number() {
        return f();
    }
    let place = with(|tape| {
        let outcome = ChannelOutcome::Done;
        let place = tape.push(step(Operation::Send { channel, outcome }, call, at));
        tape.enablers.insert(Key::Object(channel), place);
        place
    });
    let result = f();
    let outcome = result.outcome();
    if outcome != ChannelOutcome::Done {
        with(|tape| {
            if let Some(step) = place.and_then(|place| tape.steps.get_mut(place)) {
                step.operation = Operation::Send { channel, outcome };
            }
        });
    }
    result
}

/// Receives.
pub(crate) fn receive<R: ChannelResult>(
    Channel(recording, channel): Channel,
    call: &'static str,
    at: Loc,
    f: impl FnOnce() -> R,
) -> R {
    if recording == 0 || recording != number() {
        return f();
    }
    let result = f();
    let outcome = result.outcome();
    with(|tape| {
        tape.push(step(Operation::Receive { channel, outcome, timeout_ns: None }, call, at))
    });
    result
}
