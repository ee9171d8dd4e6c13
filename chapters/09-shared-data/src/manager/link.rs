//! A client's way to a manager: a connection for each thread, and one that
//! lasts as long as the process.
//!
//! A thread has a connection of its own, so that the manager knows which
//! thread holds a lock, and so that one that waits holds up nobody else. The
//! references that the process has must outlive any of its threads: they end
//! with the connection that lasts.

use super::address::Address;
use super::error::ManagerError;
use super::handshake::{self, GREETING, Key, PROOF, Who};
use super::protocol::{LENGTH, MAX_FRAME, Reply, Request, frame, size};
use rustix::buffer::spare_capacity;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};
use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, Once, PoisonError};

/// A manager as a process knows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Link {
    pub(super) address: Address,
    pub(super) key: Key,
}

/// What belongs to one process only: a forked child has a copy of its
/// parent's, and must not use it.
struct Own<T> {
    /// How often this process or an ancestor had been forked off by then.
    forks: u32,
    value: T,
}

impl<T> Own<T> {
    fn new(value: T) -> Own<T> {
        Own { forks: forks(), value }
    }

    fn get(&self) -> Option<&T> {
        (self.forks == forks()).then_some(&self.value)
    }
}

/// Differs between a process and its forked copies, and costs no call of the
/// kernel as `getpid` does.
fn forks() -> u32 {
    static FORKS: AtomicU32 = AtomicU32::new(0);
    static COUNT: Once = Once::new();
    extern "C" fn forked() {
        FORKS.fetch_add(1, Ordering::Relaxed);
    }
    COUNT.call_once(|| {
        // SAFETY: `forked` only adds to an atomic, which is allowed in a copy
        // whatever the other threads were doing.
        let failed = unsafe { libc::pthread_atfork(None, None, Some(forked)) };
        assert_eq!(failed, 0, "there is no memory left to register a function");
    });
    FORKS.load(Ordering::Relaxed)
}

thread_local! {
    /// A place is empty while its channel is in use, and after trouble with it.
    static CHANNELS: RefCell<HashMap<Link, Option<Own<Channel>>>> = RefCell::default();
}

impl Link {
    /// Checks that the manager is there and has the same key.
    pub(super) fn check(&self) -> Result<(), ManagerError> {
        self.exchange(&Request::Count).map(|_| ())
    }

    /// Sends a request and waits for its reply.
    pub(super) fn exchange(&self, request: &Request<'_>) -> Result<Reply, ManagerError> {
        self.with_channel(|channel| {
            channel.send(request)?;
            channel.receive()
        })
    }

    /// Sends a request that has no reply.
    pub(super) fn tell(&self, request: &Request<'_>) -> Result<(), ManagerError> {
        self.with_channel(|channel| channel.send(request))
    }

    fn with_channel<T>(
        &self,
        body: impl FnOnce(&mut Channel) -> Result<T, Trouble>,
    ) -> Result<T, ManagerError> {
        // While the thread ends its connections are gone already; then a new
        // one serves for this once.
        let cached = CHANNELS.try_with(|channels| {
            let mut channels = channels.try_borrow_mut().ok()?;
            channels.get_mut(self)?.take().filter(|channel| channel.get().is_some())
        });
        let mut channel = match cached.ok().flatten() {
            Some(channel) => channel.value,
            None => {
                self.keep_process_alive()?;
                self.connect(false)?
            }
        };
        let result = body(&mut channel);
        // After trouble nobody knows where in a frame the connection is.
        if matches!(result, Ok(_) | Err(Trouble::Refused(_))) {
            let channel = Some(Own::new(channel));
            let _ = CHANNELS.try_with(|channels| {
                let mut channels = channels.borrow_mut();
                match channels.get_mut(self) {
                    Some(place) => *place = channel,
                    None => drop(channels.insert(self.clone(), channel)),
                }
            });
        }
        result.map_err(|trouble| self.error(trouble))
    }

    fn error(&self, trouble: Trouble) -> ManagerError {
        match trouble {
            Trouble::Refused(error) => error,
            Trouble::Ended => ManagerError::Gone { address: self.address.clone() },
            Trouble::Io(error) => ManagerError::Io(error),
            Trouble::Format(what) => ManagerError::Format(what),
        }
    }

    /// Opens the connection that lasts, if it is not open.
    fn keep_process_alive(&self) -> Result<(), ManagerError> {
        static HOMES: Mutex<Option<HashMap<Link, Own<Channel>>>> = Mutex::new(None);
        let mut homes = HOMES.lock().unwrap_or_else(PoisonError::into_inner);
        let homes = homes.get_or_insert_default();
        if homes.get(self).is_none_or(|home| home.get().is_none()) {
            let home = self.connect(true)?;
            homes.insert(self.clone(), Own::new(home));
        }
        Ok(())
    }

    fn connect(&self, is_home: bool) -> Result<Channel, ManagerError> {
        let address = || self.address.clone();
        let socket = self
            .address
            .connect()
            .map_err(|source| ManagerError::Connect { address: address(), source })?;
        let mut channel = Channel { socket, buffer: Vec::new() };
        // A manager greets everybody, unless it is ending.
        let greeting = channel.exactly::<GREETING>().map_err(|trouble| self.error(trouble))?;
        // One that hangs up after that has another key, or is none.
        let stranger = |_| ManagerError::WrongKey { address: address() };
        let who = Who { process: process()?, is_home };
        let introduced = handshake::introduce(&self.key, &greeting, &handshake::nonce()?, who);
        let (introduction, expected) = introduced.ok_or_else(|| stranger(Trouble::Ended))?;
        channel.send_all(&introduction).map_err(stranger)?;
        if !expected.is(&channel.exactly::<PROOF>().map_err(stranger)?) {
            return Err(stranger(Trouble::Ended));
        }
        Ok(channel)
    }
}

/// The random number that stands for this process.
fn process() -> io::Result<u128> {
    static PROCESS: Mutex<Option<Own<u128>>> = Mutex::new(None);
    let mut process = PROCESS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(&number) = process.as_ref().and_then(Own::get) {
        return Ok(number);
    }
    let mut random = [0; 16];
    getrandom::fill(&mut random)?;
    let number = u128::from_ne_bytes(random);
    *process = Some(Own::new(number));
    Ok(number)
}

/// Why an exchange failed.
enum Trouble {
    /// Nothing was sent; the connection is as before.
    Refused(ManagerError),
    Ended,
    Io(io::Error),
    Format(String),
}

/// A connection to a manager that knows this process.
struct Channel {
    socket: OwnedFd,
    /// What has arrived and was not yet asked for.
    buffer: Vec<u8>,
}

impl Channel {
    fn send(&mut self, request: &Request<'_>) -> Result<(), Trouble> {
        let refused = |error| Err(Trouble::Refused(error));
        match frame(request) {
            Ok(Ok(frame)) => self.send_all(&frame),
            Ok(Err(bytes)) => refused(ManagerError::TooLarge { bytes, max: MAX_FRAME }),
            Err(error) => refused(ManagerError::Format(error.to_string())),
        }
    }

    fn receive(&mut self) -> Result<Reply, Trouble> {
        self.fill(LENGTH)?;
        let length = self.buffer[..LENGTH].try_into().unwrap_or_default();
        let size = size(length);
        if size > MAX_FRAME {
            return Err(Trouble::Format(format!("a frame of {size} bytes is too large")));
        }
        self.fill(LENGTH + size)?;
        let reply = postcard::from_bytes(&self.buffer[LENGTH..LENGTH + size]);
        self.buffer.drain(..LENGTH + size);
        reply.map_err(|error| Trouble::Format(error.to_string()))
    }

    fn exactly<const N: usize>(&mut self) -> Result<[u8; N], Trouble> {
        self.fill(N)?;
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.buffer[..N]);
        self.buffer.drain(..N);
        Ok(bytes)
    }

    fn fill(&mut self, wanted: usize) -> Result<(), Trouble> {
        const PORTION: usize = 64 * 1024;
        while self.buffer.len() < wanted {
            // Room grows with what arrives, not with what a length claims.
            self.buffer.reserve(PORTION);
            let room = spare_capacity(&mut self.buffer);
            match recv(&self.socket, room, RecvFlags::empty()) {
                Ok((_, 0)) | Err(Errno::CONNRESET) => return Err(Trouble::Ended),
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(Trouble::Io(error.into())),
            }
        }
        Ok(())
    }

    fn send_all(&mut self, mut bytes: &[u8]) -> Result<(), Trouble> {
        while !bytes.is_empty() {
            match send(&self.socket, bytes, SendFlags::NOSIGNAL) {
                Ok(sent) => bytes = &bytes[sent..],
                Err(Errno::INTR) => {}
                Err(Errno::PIPE | Errno::CONNRESET) => return Err(Trouble::Ended),
                Err(error) => return Err(Trouble::Io(error.into())),
            }
        }
        Ok(())
    }
}
