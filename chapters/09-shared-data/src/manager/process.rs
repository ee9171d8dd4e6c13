//! The manager as a process.

use super::address::Address;
use super::error::ManagerError;
use super::handshake::Key;
use super::link::{Link, PATIENCE};
use super::protocol::Request;
use super::proxy::{one, pack, unpack};
use super::shared::{Registry, Types};
use super::types;
use ch08_multiprocessing::{Child, Descriptor, Process};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::io;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thiserror::Error;

/// A process that owns objects (Python's `Manager()`), or the way to one.
///
/// Dropping the manager that [`start`](Manager::start) gave ends the process,
/// and so does the end of the process that started it, however that ends.
#[derive(Debug)]
pub struct Manager {
    pub(super) link: Arc<Link>,
    /// Its process, and which process started it.
    server: Option<(Child, u32)>,
}

/// What a manager is to be like.
#[derive(Debug)]
#[must_use = "there is no manager until it is started"]
pub struct Builder {
    listen: Option<SocketAddr>,
    key: Option<Key>,
    serve: fn((Descriptor, Descriptor)) -> io::Result<()>,
    registry: fn() -> Registry,
}

/// Why no manager was started.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// A manager on TCP, but nobody chose a key.
    #[error(
        "a manager that listens on TCP needs a key, which its clients must be given too: \
         say key(...) before start()"
    )]
    KeyNeeded,
    /// Its process could not be started.
    #[error("cannot start the manager's process")]
    Process(#[from] ch08_multiprocessing::StartError),
    /// Its process was started, and ended at once: the system gave it too little, or its [`Types`] panicked.
    #[error(
        "the manager's process ended before it could be reached, with exit code {code}; \
         its standard error says why"
    )]
    Ended {
        /// As [`Child::join`] gives it: below 0 it is a signal.
        ///
        /// [`Child::join`]: ch08_multiprocessing::Child::join
        code: i32,
    },
    /// It could not be reached after it was started.
    #[error(transparent)]
    Manager(#[from] ManagerError),
    /// What the system reports.
    #[error("cannot listen for the manager's clients")]
    Io(#[from] io::Error),
}

impl Builder {
    /// Listens on TCP instead of a local socket, so that other machines can
    /// connect; port 0 lets the system choose one. Needs a [`key`](Builder::key).
    ///
    /// What is sent is not encrypted. The key is never sent, but whoever can
    /// read or change what passes on the network can read or change that.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::manager::{Address, List, Manager};
    /// let builder = Manager::builder().listen("127.0.0.1:0".parse()?).key("secret");
    /// let manager = builder.start()?;
    /// let elsewhere = Manager::connect(manager.address().clone(), "secret")?;
    /// assert_eq!(elsewhere.count()?, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn listen(mut self, address: SocketAddr) -> Builder {
        self.listen = Some(address);
        self
    }

    /// What a client must prove to have. Without this it is random, and only
    /// processes that are given a proxy have it.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::manager::{Address, List, Manager};
    /// let manager = Manager::builder().key("secret").start()?;
    /// let at = manager.address();
    /// assert!(Manager::connect(at.clone(), "a guess").is_err());
    /// assert!(Manager::connect(at.clone(), "secret").is_ok());
    /// # Ok(())
    /// # }
    /// ```
    pub fn key(mut self, key: impl Into<Vec<u8>>) -> Builder {
        self.key = Some(Key(key.into()));
        self
    }

    /// Adds types of one's own, for [`Manager::create`].
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::manager::{Address, List, Manager};
    /// use ch09_shared_data::manager::{Caller, Object, Registry, RemoteError, Shared, Types, no_method};
    /// use std::task::Poll;
    ///
    /// struct Counter(i64);
    ///
    /// impl Shared for Counter {
    ///     fn call(
    ///         &mut self,
    ///         _: Caller,
    ///         method: &str,
    ///         _: &mut [Object],
    ///     ) -> Poll<Result<Object, RemoteError>> {
    ///         Poll::Ready(match method {
    ///             "next" => {
    ///                 self.0 += 1;
    ///                 Ok(self.0.into())
    ///             }
    ///             _ => no_method("Counter", method),
    ///         })
    ///     }
    /// }
    ///
    /// struct Mine;
    ///
    /// impl Types for Mine {
    ///     fn register(registry: &mut Registry) {
    ///         registry.register("Counter", |_| Ok(Box::new(Counter(0))));
    ///     }
    /// }
    ///
    /// let manager = Manager::builder().types::<Mine>().start()?;
    /// let counter = manager.create("Counter", [])?;
    /// assert_eq!((counter.call::<i64>("next", [])?, counter.call::<i64>("next", [])?), (1, 2));
    /// # Ok(())
    /// # }
    /// ```
    pub fn types<T: Types>(mut self) -> Builder {
        self.serve = serve::<T>;
        self.registry = registry::<T>;
        self
    }

    /// Starts the process. It can be reached when this returns.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::manager::{Address, List, Manager};
    /// let manager = Manager::builder().start()?;
    /// assert!(manager.pid().is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StartError`].
    pub fn start(self) -> Result<Manager, StartError> {
        let serve = self.serve;
        // The socket is there before the process: nobody comes too early.
        let (listener, address, key) = self.open()?;
        let arguments = (Descriptor::from(listener), pack(&key)?);
        let server = Process::new(serve, arguments).name("manager").daemon(true).start()?;
        let manager =
            Manager { link: Link::to(address, key), server: Some((server, std::process::id())) };
        manager.link.check(Instant::now() + PATIENCE).map_err(|error| manager.why(error))?;
        Ok(manager)
    }

    /// Makes this process the manager; returns only if it cannot go on. Calls
    /// `ready` with its address once clients can come.
    ///
    /// For a program that does nothing else (Python's `serve_forever`).
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::manager::{Address, List, Manager};
    /// let (tell, told) = std::sync::mpsc::channel();
    /// // It does not come back.
    /// std::thread::spawn(move || {
    ///     Manager::builder().key("secret").serve(|address| tell.send(address.clone()).unwrap())
    /// });
    /// let manager = Manager::connect(told.recv()?, "secret")?;
    /// assert_eq!(manager.list([1, 2])?.len()?, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StartError`].
    pub fn serve(self, ready: impl FnOnce(&Address)) -> Result<(), StartError> {
        let registry = (self.registry)();
        let (listener, address, key) = self.open()?;
        ready(&address);
        Ok(super::server::serve(listener, key, registry)?)
    }

    fn open(self) -> Result<(OwnedFd, Address, Key), StartError> {
        let (address, key) = match (self.listen, self.key) {
            (Some(_), None) => return Err(StartError::KeyNeeded),
            (Some(_), Some(key)) if key.0.is_empty() => return Err(StartError::KeyNeeded),
            (Some(address), Some(key)) => (Address::Tcp(address), key),
            (None, key) => (Address::unique()?, key.map_or_else(Key::random, Ok)?),
        };
        let (listener, address) = address.listen()?;
        Ok((listener, address, key))
    }
}

/// As good as never.
const FAR: Duration = Duration::from_secs(1 << 32);

/// No types of one's own.
struct NoTypes;

impl Types for NoTypes {
    fn register(_: &mut Registry) {}
}

/// The manager's process.
fn serve<T: Types>((listener, key): (Descriptor, Descriptor)) -> io::Result<()> {
    // Ctrl-C goes to all processes at a terminal. The others may need their
    // objects while they end; the manager ends with the one that started it.
    // SAFETY: ignoring a signal runs no code of ours.
    unsafe { libc::signal(libc::SIGINT, libc::SIG_IGN) };
    // It needs a descriptor for each thread of each client, and calls no `select`.
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    super::server::serve(listener.into(), unpack(key)?, registry::<T>())
}

fn registry<T: Types>() -> Registry {
    let mut registry = Registry::default();
    types::register(&mut registry);
    T::register(&mut registry);
    registry
}

impl Manager {
    /// Why it cannot be reached, although it was just started.
    fn why(&self, error: ManagerError) -> StartError {
        let nobody_listens = match &error {
            ManagerError::Gone { .. } => true,
            ManagerError::Connect { source, .. } => {
                source.kind() == io::ErrorKind::ConnectionRefused
            }
            _ => false,
        };
        // Only its process has the listener, so that is about to end.
        let code = match &self.server {
            Some((server, _)) if nobody_listens => server.join_timeout(PATIENCE).ok().flatten(),
            _ => None,
        };
        code.map_or(StartError::Manager(error), |code| StartError::Ended { code })
    }

    /// Starts a manager that listens on a local socket with a random key.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::manager::{Address, List, Manager};
    /// let manager = Manager::start()?;
    /// assert_eq!(manager.list([1, 2])?.len()?, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StartError`].
    pub fn start() -> Result<Manager, StartError> {
        Manager::builder().start()
    }

    /// A manager with more choices.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::manager::{Address, List, Manager};
    /// let manager = Manager::builder().key("secret").start()?;
    /// assert_eq!(manager.count()?, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn builder() -> Builder {
        Builder { listen: None, key: None, serve: serve::<NoTypes>, registry: registry::<NoTypes> }
    }

    /// The way to a manager that another process started.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::manager::{Address, List, Manager};
    /// let manager = Manager::builder().key("secret").start()?;
    /// manager.named::<List>("jobs")?.append("first")?;
    /// // In another process, which was told the address and the key:
    /// let client = Manager::connect(manager.address().clone(), "secret")?;
    /// assert_eq!(client.named::<List>("jobs")?.len()?, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`] if nobody listens there, the key is another, or there
    /// is no answer within ten seconds.
    pub fn connect(address: Address, key: impl Into<Vec<u8>>) -> Result<Manager, ManagerError> {
        Manager::connect_timeout(address, key, PATIENCE)
    }

    /// As [`connect`](Manager::connect), but whoever listens there has `timeout`
    /// instead of ten seconds to answer.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::manager::{Address, List, Manager};
    /// use std::time::Duration;
    /// let nobody: Address = "local:nobody-listens-here".parse()?;
    /// assert!(Manager::connect_timeout(nobody, "secret", Duration::from_secs(1)).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`connect`](Manager::connect).
    pub fn connect_timeout(
        address: Address,
        key: impl Into<Vec<u8>>,
        timeout: Duration,
    ) -> Result<Manager, ManagerError> {
        let manager = Manager { link: Link::to(address, Key(key.into())), server: None };
        let now = Instant::now();
        manager.link.check(now.checked_add(timeout).unwrap_or(now + FAR))?;
        Ok(manager)
    }

    /// Where it listens.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::manager::{Address, List, Manager};
    /// let manager = Manager::start()?;
    /// assert!(manager.address().to_string().starts_with("local:"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn address(&self) -> &Address {
        &self.link.address
    }

    /// Its process id, if this process started it.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::manager::{Address, List, Manager};
    /// let manager = Manager::builder().key("secret").start()?;
    /// let client = Manager::connect(manager.address().clone(), "secret")?;
    /// assert!(manager.pid().is_some() && client.pid().is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub fn pid(&self) -> Option<u32> {
        self.server.as_ref().map(|(server, _)| server.pid())
    }

    /// How many objects there are, in use by whomever.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::manager::{Address, List, Manager};
    /// let manager = Manager::start()?;
    /// let list = manager.list([1])?;
    /// assert_eq!(manager.count()?, 1);
    /// drop(list);
    /// assert_eq!(manager.count()?, 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn count(&self) -> Result<usize, ManagerError> {
        let answer = one(&self.link, self.link.exchange(&Request::Count)?)?;
        answer.try_into().map_err(|answer| ManagerError::Unexpected { answer })
    }

    /// Ends the manager's process, if this process started it, and all objects
    /// with it; waits until it has ended. Otherwise does nothing.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::manager::{Address, List, Manager};
    /// let manager = Manager::start()?;
    /// let list = manager.list([1])?;
    /// manager.shutdown();
    /// assert!(list.len().is_err(), "it is gone, and the list with it");
    /// # Ok(())
    /// # }
    /// ```
    pub fn shutdown(self) {}
}

impl Drop for Manager {
    fn drop(&mut self) {
        // A forked copy of this must not end its parent's manager.
        if let Some((server, started_by)) = &self.server
            && *started_by == std::process::id()
        {
            let _ = server.kill();
            let _ = server.join();
            self.link.close();
        } else {
            self.link.close_if_unused();
        }
    }
}
