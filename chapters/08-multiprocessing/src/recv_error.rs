//! Why nothing was received.

use crate::message::DecodeError;
use std::io;
use thiserror::Error;

/// Why no value was received.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RecvError {
    /// The other end is closed, or its process is gone, and all that it sent
    /// has been received.
    #[error("nobody is at the other end of the connection any more")]
    Closed,
    /// The other end was closed in the middle of a value.
    #[error("the connection ended in the middle of a value")]
    Truncated,
    /// Open files were sent that this process had no descriptors for. They are
    /// lost, and nobody can say any more which of the following belongs to
    /// which value: this connection receives nothing from now on, and the
    /// other end, when it sends, is told that nobody is here.
    #[error(
        "descriptors were sent, but this process may open no more of them (ulimit -n), \
         so they are lost; the connection can receive nothing any more"
    )]
    DescriptorsLost,
    /// The value is of another type.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// What the system reports.
    #[error("cannot receive from the other process")]
    Io(#[from] io::Error),
}
