//! What can go wrong with a manager.

use super::address::Address;
use super::object::Object;
use serde::{Deserialize, Serialize};
use std::io;
use thiserror::Error;

/// Why an operation on a manager's object did not happen, or what it ended with.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ManagerError {
    /// The operation itself failed, in the manager. The object is as it was.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// Nobody listens there; a manager that was shut down does not.
    #[error("cannot connect to the manager at {address}")]
    Connect {
        /// Where it was looked for.
        address: Address,
        /// What the system reports.
        source: io::Error,
    },
    /// The manager, or whoever listens there, does not have the same key.
    #[error("the manager at {address} has another key")]
    WrongKey {
        /// Where it is.
        address: Address,
    },
    /// Whoever listens there did not answer in time: it is no manager, or it is
    /// stopped, or the way to it is cut. What was asked for may have happened.
    #[error("the manager at {address} does not answer")]
    Silent {
        /// Where it is.
        address: Address,
    },
    /// The manager has no descriptor left for another client (`ulimit -n`). It
    /// needs one for each thread of each process that uses it.
    #[error("the manager at {address} has no room for another client (ulimit -n)")]
    Full {
        /// Where it is.
        address: Address,
    },
    /// The manager is there, but a method of an object has been computing for so long that it
    /// took nobody in. Nothing was asked for; it can be tried again.
    #[error("a method of an object keeps the manager at {address} busy; try again later")]
    Computes {
        /// Where it is.
        address: Address,
    },
    /// The manager ended while the operation was under way.
    #[error("the manager at {address} is gone")]
    Gone {
        /// Where it was.
        address: Address,
    },
    /// A proxy can only be put into objects of its own manager.
    #[error("the manager at {address} cannot keep an object of another manager")]
    OtherManager {
        /// The manager that was to keep it.
        address: Address,
    },
    /// An answer that is not what the operation returns.
    #[error("the manager answered {answer}, which is not what was asked for")]
    Unexpected {
        /// The answer.
        answer: Object,
    },
    /// The request is larger than what a manager accepts.
    #[error("the request takes {bytes} bytes; a manager accepts at most {max}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// A value cannot be put into a request, or an answer cannot be read.
    #[error("cannot exchange this with the manager: {0}")]
    Format(String),
    /// What the system reports.
    #[error("cannot exchange anything with the manager")]
    Io(#[from] io::Error),
}

/// An error that happened in the manager. It arrives with its type.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RemoteError {
    /// Python's `KeyError`.
    #[error("there is no key {0}")]
    Key(Object),
    /// Python's `IndexError`.
    #[error("there is no element {index}; there are {len}")]
    Index {
        /// The index asked for.
        index: i64,
        /// How many elements there are.
        len: u64,
    },
    /// Python's `AttributeError`.
    #[error("there is no attribute {0}")]
    Attribute(String),
    /// Python's `TypeError`. Also if the object of a name is of another type.
    #[error("{0}")]
    Type(String),
    /// Python's `ValueError`.
    #[error("{0}")]
    Value(String),
    /// Python's `queue.Empty`.
    #[error("the queue is empty")]
    Empty,
    /// Python's `queue.Full`.
    #[error("the queue is full")]
    Full,
    /// Python's `RuntimeError` of a lock that somebody else holds, or nobody.
    #[error("the lock is not held by this thread")]
    NotOwner,
    /// Python's `BrokenBarrierError`.
    #[error("the barrier is broken")]
    BrokenBarrier,
    /// The object is not there any more, or never was.
    #[error("the manager has no such object")]
    NoObject,
    /// The manager knows no such type.
    #[error("the manager has no type {0}")]
    NoType(String),
    /// The object has no such method.
    #[error("a {type_name} has no method {method}")]
    NoMethod {
        /// The object's type.
        type_name: String,
        /// The method asked for.
        method: String,
    },
    /// An error of a registered type's own.
    #[error("{kind}: {message}")]
    Other {
        /// Which.
        kind: String,
        /// What it says.
        message: String,
    },
    /// The object's own code panicked. Its caller hears of it and nobody else;
    /// what the call had half done stays half done.
    #[error("a {type_name} panicked in {method}: {message}")]
    Panicked {
        /// The object's type.
        type_name: String,
        /// The method.
        method: String,
        /// What it said.
        message: String,
    },
}
