//! A process that owns objects and changes them on request.
//!
//! ```
//! use ch08_multiprocessing::Process;
//! use ch09_shared_data::manager::{Dict, Manager, ManagerError};
//!
//! fn child(dict: Dict) -> Result<(), ManagerError> {
//!     dict.insert("answer", 42)
//! }
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     ch08_multiprocessing::init();
//!     let manager = Manager::start()?;
//!     let dict = manager.dict()?;
//!     Process::new(child, dict.clone()).start()?.join()?;
//!     assert_eq!(dict.to_map()?.to_string(), "{'answer': 42}");
//!     Ok(())
//! }
//! ```
//!
//! - [`Manager`]: the process; [`List`], [`Dict`], [`Queue`] and the other
//!   proxies: references to its objects.
//! - [`Manager::named`]: an object that clients find by its name, on this machine or another.
//! - [`Object`]: a value of any shape, as they hold it.
//! - [`Shared`], [`Registry`], [`Types`]: types of one's own.
//!
//! When not to use it: numbers that are read and written all the time belong
//! into shared memory. There an access takes nanoseconds; here it takes the
//! microseconds of a message to another process and back.

mod address;
mod channel;
mod convert;
mod create;
mod error;
mod handshake;
mod link;
mod map;
mod named;
mod object;
mod process;
mod protocol;
mod proxy;
mod server;
mod shared;
mod types;

pub use address::Address;
pub use error::{ManagerError, RemoteError};
pub use map::Map;
pub use named::Named;
pub use object::{Handle, Object};
pub use process::{Builder, Manager, StartError};
pub use proxy::Proxy;
pub use shared::{Arguments, Caller, Constructor, Registry, Shared, Types, arguments, no_method};
pub use types::{
    Array, Barrier, BoundedSemaphore, Condition, ConditionGuard, Dict, Event, List, Lock,
    LockGuard, Namespace, Permit, Queue, RLock, RLockGuard, Semaphore, Value,
};
