//! What a client and a manager say to each other once they know each other:
//! frames of four bytes that are a length (little-endian) and as many bytes
//! that are a [`Request`] or a [`Reply`], in postcard's format.

use super::error::RemoteError;
use super::object::Object;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::time::Duration;

/// The largest frame that either side accepts, in bytes.
pub(super) const MAX_FRAME: usize = 64 << 20;
pub(super) const LENGTH: usize = 4;

/// A call of a method.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Call<'a> {
    pub(super) method: Cow<'a, str>,
    pub(super) arguments: Vec<Object>,
}

/// Every request but `Release` has one reply. A connection has one request
/// under way at a time.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request<'a> {
    /// A new object; the reply is its handle.
    Create { type_name: Cow<'a, str>, arguments: Vec<Object> },
    /// Waits as long as the method needs, at most `timeout`.
    Call { id: u64, call: Call<'a>, timeout: Option<Duration> },
    /// Several calls of one object, none of which waits; nothing of anybody
    /// else's comes between them.
    Batch { id: u64, calls: Vec<Call<'a>> },
    /// The process has one reference less.
    Release { id: u64 },
    /// A reference goes to another process: this connection, which the message
    /// takes along, stands for it until the last copy is closed…
    Lend { id: u64 },
    /// …and it has arrived there. A copy of the message can arrive, too.
    Adopt { id: u64 },
    /// How many objects there are.
    Count,
    /// The object of this name, made of these if there is none; the reply is its handle.
    Named { name: Cow<'a, str>, type_name: Cow<'a, str>, arguments: Vec<Object> },
    /// The name means nothing any more; the reply says whether it did.
    Forget { name: Cow<'a, str> },
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Reply {
    One(Result<Object, RemoteError>),
    Many(Vec<Result<Object, RemoteError>>),
}

impl Reply {
    /// Whether an object in it has more levels than `most`.
    pub(super) fn is_deeper_than(&self, most: u32) -> bool {
        let within = |result: &Result<Object, RemoteError>| match result {
            Ok(object) | Err(RemoteError::Key(object)) => object.is_deeper_than(most),
            Err(_) => false,
        };
        match self {
            Reply::One(result) => within(result),
            Reply::Many(results) => results.iter().any(within),
        }
    }
}

/// `message` as a frame; its size if that is too large.
pub(super) fn frame(message: &impl Serialize) -> Result<Result<Vec<u8>, usize>, postcard::Error> {
    let mut frame = postcard::to_extend(message, vec![0; LENGTH])?;
    let size = frame.len() - LENGTH;
    if size > MAX_FRAME {
        return Ok(Err(size));
    }
    frame[..LENGTH].copy_from_slice(&(size as u32).to_le_bytes());
    Ok(Ok(frame))
}

/// The size of the frame that begins with `length`.
pub(super) fn size(length: [u8; LENGTH]) -> usize {
    u32::from_le_bytes(length) as usize
}
