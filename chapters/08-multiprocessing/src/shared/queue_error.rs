//! Why an item does not come into a queue, or out of it.

use crate::message::{DecodeError, EncodeError};
use thiserror::Error;

/// Why an item was not put into a queue.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PutError {
    /// There was no room in the given time.
    #[error("the queue is full")]
    Full,
    /// The item cannot be serialised.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// There is a descriptor in the item.
    #[error("a queue cannot carry a file descriptor; send it over a pipe")]
    Descriptor,
    /// It is larger than the whole queue.
    #[error("the item takes {bytes} bytes; a queue holds {max}")]
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
        /// The largest.
        max: usize,
    },
}

/// Why an item could not be had.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum GetError {
    /// The item is of another type; it is gone.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// This process has no memory for the item. It is still in the queue.
    #[error("there is no memory for an item of {bytes} bytes, which stays in the queue")]
    NoMemory {
        /// How large it is.
        bytes: usize,
        /// What the allocator reports.
        source: std::collections::TryReserveError,
    },
}
