//! Chapter 8: processes that run a function.
//!
//! [`Process`] runs a function with its arguments in a child process, as
//! Python's `multiprocessing.Process` does. `main` begins with one line,
//! [`init`]; everything else follows from that:
//!
//! ```
//! use ch08_multiprocessing::Process;
//!
//! fn hello(name: String) {
//!     println!("hello {name}");
//! }
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     ch08_multiprocessing::init();
//!     let child = Process::new(hello, "bob".to_owned()).start()?;
//!     assert_eq!(child.join()?, 0);
//!     Ok(())
//! }
//! ```
//!
//! - [`Process`] → [`start`](Process::start) → [`Child`]: join, kill, exit code.
//! - [`StartMethod`]: a fresh start of the own executable, or a fork.
//! - [`Outcome`]: what the function may return, and the exit code it means.
//! - [`pipe`] and [`Connection`]: values to and fro, of any serialisable type.
//! - [`Descriptor`]: an open file as part of such a value, or of the arguments.
//! - [`Queue`]: values from many processes to many.
//! - [`Lock`], [`RLock`], [`Semaphore`], [`BoundedSemaphore`], [`Event`],
//!   [`Condition`], [`Barrier`]: the primitives of threads, for processes.
//! - [`SharedMemory`]: what all of these lie in, and chapter 9's values.
//! - [`Message`] and [`Function`]: a value and a function in the form in which
//!   they travel; what a pool of workers is built on.
//! - [`Reason`]: an error that can travel, too.
//!
//! To run another program, not a function of this one, use
//! [`std::process::Command`].

#[cfg(not(target_os = "linux"))]
compile_error!("chapter 8 needs Linux: it is built on pidfds and /proc/self/exe");

mod child;
mod children;
mod connection;
mod descriptor;
mod entry;
mod function;
mod message;
mod outcome;
mod process;
mod readiness;
mod reason;
mod receiver;
mod recv_error;
mod sender;
mod shared;

pub use child::{Child, JoinError, StillRuns};
pub use children::{active_children, cpu_count};
pub use connection::{Connection, pipe};
pub use descriptor::Descriptor;
pub use entry::{current_name, init};
pub use function::{CallError, Function, NotInExecutable};
pub use message::{DecodeError, EncodeError, Message};
pub use outcome::Outcome;
pub use process::{Process, StartError, StartMethod};
pub use reason::Reason;
pub use receiver::Receiver;
pub use recv_error::RecvError;
pub use sender::{SendError, Sender};
pub use shared::{
    Barrier, BarrierError, BoundedSemaphore, Condition, ConditionGuard, Event, GetError, Guarded,
    Kind, Lock, LockGuard, NotLocked, NotOwner, OwnerDied, Permit, PutError, Queue, RLock,
    RLockGuard, Semaphore, SharedMemory, TooManyReleases, TryLockError,
};
