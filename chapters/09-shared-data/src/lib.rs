//! Chapter 9: data that processes share.
//!
//! Two processes have nothing in common but what they arrange. There are two
//! ways, and this library has both:
//!
//! - **Shared memory**: a [`Value`] or an [`Array`] of numbers, which every
//!   process reads and writes in place, under a lock that lies beside them
//!   and outlives whoever dies holding it.
//! - **A manager**: a process that owns the data and changes it on request.
//!   The data can be of any shape, and the requests can come over a network;
//!   each costs a round trip.

#[cfg(not(target_os = "linux"))]
compile_error!("chapter 9 needs Linux: it is built on memfd, futexes and /proc");

mod any_array;
mod any_value;
mod array;
mod element;
mod item;
#[cfg(feature = "manager")]
pub mod manager;
mod raw_array;
mod raw_value;
mod region;
mod repr;
mod slice;
mod typecode;
mod untyped;
mod value;

pub use any_array::{AnyArray, SetError};
pub use any_value::{AnyValue, CreateError};
pub use array::{Array, ArrayGuard};
pub use ch08_multiprocessing::{NotOwner, OwnerDied, RLock, RLockGuard, TryLockError};
pub use element::Element;
pub use item::{Item, ItemError};
#[cfg(feature = "manager")]
pub use manager::Manager;
pub use raw_array::RawArray;
pub use raw_value::RawValue;
pub use slice::{IndexError, LengthError, Slice};
pub use typecode::{Typecode, UnknownTypecode};
pub use value::{Value, ValueGuard};
