//! The manager's process: one thread, which waits for all clients at once, and one that
//! says so while an object keeps the first busy.

mod connection;
mod pulse;
mod references;
mod state;

use super::address::notice_a_cut;
use super::handshake::{self, Key};
use super::shared::Registry;
use ch08_forks::forks;
use connection::{Connection, Event, FIRST_INTEREST};
use pulse::Pulse;
use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
use rustix::io::Errno;
use rustix::net::{SendFlags, SocketFlags, accept_with, send};
use state::{Origin, State};
use std::collections::HashMap;
use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

const LISTENER: u64 = 0;

/// Serves clients until the process is killed.
pub(super) fn serve(listener: OwnedFd, key: Key, registry: Registry) -> io::Result<()> {
    serve_and_tell(listener, key, registry, pulse::AFTER)
}

/// [`serve`]; who knocks while a method computes is told `after` so long.
pub(super) fn serve_and_tell(
    listener: OwnedFd,
    key: Key,
    registry: Registry,
    after: Duration,
) -> io::Result<()> {
    let (listener, pulse) = (Arc::new(listener), Pulse::new(after));
    rustix::io::ioctl_fionbio(&listener, true)?;
    let epoll = epoll::create(CreateFlags::CLOEXEC)?;
    epoll::add(&epoll, &listener, EventData::new_u64(LISTENER), EventFlags::IN)?;
    let mut random = [0; 4];
    getrandom::fill(&mut random)?;
    pulse.watch(&listener);
    let server = Server {
        epoll,
        listener,
        pulse,
        key,
        state: State::new(registry, u64::from(u32::from_ne_bytes(random)) << 20 | 1),
        connections: HashMap::new(),
        next: LISTENER + 1,
        full: false,
        spare: spare(),
        homes: HashMap::new(),
        replied: Vec::new(),
        forks: forks(),
    };
    server.run()
}

struct Server {
    epoll: OwnedFd,
    listener: Arc<OwnedFd>,
    pulse: Arc<Pulse>,
    key: Key,
    state: State,
    connections: HashMap<u64, Connection>,
    next: u64,
    /// The listener is not watched, for want of descriptors.
    full: bool,
    /// To be given up for a moment, so that somebody can be refused.
    spare: Option<OwnedFd>,
    /// How many connections each process has whose end is its own.
    homes: HashMap<u128, usize>,
    /// Got a reply, and may have sent the next request before.
    replied: Vec<u64>,
    /// As it was when it began.
    forks: u32,
}

impl Server {
    fn run(mut self) -> io::Result<()> {
        let mut events = Vec::with_capacity(64);
        loop {
            let patience = self.patience();
            match epoll::wait(
                &self.epoll,
                rustix::buffer::spare_capacity(&mut events),
                patience.as_ref(),
            ) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            self.pulse.begin();
            for event in events.drain(..) {
                match event.data.u64() {
                    LISTENER => self.accept(),
                    id => self.ready(id, event.flags),
                }
            }
            self.expire();
            while let Some(id) = self.replied.pop() {
                self.answer(id);
            }
            for socket in self.pulse.end() {
                self.greet(socket);
            }
        }
    }

    /// How long nothing needs to be done unless somebody says something.
    fn patience(&self) -> Option<rustix::event::Timespec> {
        let greetings = self.connections.values().filter_map(Connection::deadline);
        let deadline = greetings.chain(self.state.next_deadline()).min()?;
        let left = deadline.saturating_duration_since(Instant::now());
        Some(rustix::event::Timespec {
            tv_sec: left.as_secs().try_into().unwrap_or(i64::MAX),
            tv_nsec: left.subsec_nanos().into(),
        })
    }

    fn accept(&mut self) {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        loop {
            // Without a spare one there may be one again.
            self.spare = self.spare.take().or_else(spare);
            match accept_with(&self.listener, flags) {
                Ok(socket) => self.greet(socket),
                Err(Errno::AGAIN) => return,
                Err(Errno::INTR | Errno::CONNABORTED) => {}
                Err(error) => {
                    // No descriptors are left, which is so even if nobody knocks. Those who
                    // are here do not suffer from it.
                    drop(self.spare.take());
                    match accept_with(&self.listener, flags) {
                        Ok(socket) => {
                            eprintln!("manager: a client cannot be taken in: {error}");
                            refuse(&socket);
                        }
                        Err(Errno::AGAIN) => {
                            self.spare = spare();
                            return;
                        }
                        Err(Errno::INTR | Errno::CONNABORTED) => {}
                        Err(_) => {
                            self.full = epoll::delete(&self.epoll, &self.listener).is_ok();
                            return;
                        }
                    }
                }
            }
        }
    }

    fn greet(&mut self, socket: OwnedFd) {
        if self.spare.is_none() {
            // The last one is kept for this.
            return refuse(&socket);
        }
        let id = self.next;
        self.next += 1;
        notice_a_cut(&socket);
        let data = EventData::new_u64(id);
        let added = epoll::add(&self.epoll, &socket, data, FIRST_INTEREST);
        match added.map_err(io::Error::from).and_then(|()| Connection::greet(socket)) {
            Ok(connection) => drop(self.connections.insert(id, connection)),
            // It has left: it wanted to hear no more than that the manager computes.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
            Err(error) => eprintln!("manager: a client could not be greeted: {error}"),
        }
    }

    fn ready(&mut self, id: u64, flags: EventFlags) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        if flags.contains(EventFlags::OUT) && connection.flush().is_err() {
            return self.close(id, None);
        }
        // A client that hung up while its call waits has sent nothing new, and
        // still has to be noticed.
        if flags.intersects(EventFlags::IN | EventFlags::RDHUP | EventFlags::HUP | EventFlags::ERR)
        {
            if let Err(error) = connection.receive() {
                return self.close(id, Some(error));
            }
            self.answer(id);
        } else {
            self.watch(id);
        }
    }

    /// Handles what a client has sent, as long as its previous call is not waiting.
    fn answer(&mut self, id: u64) {
        while let Some(connection) = self.connections.get_mut(&id) {
            match connection.next(&self.key) {
                Ok(Event::Nothing) => return self.watch(id),
                Ok(Event::Introduced(who)) => {
                    if who.is_home {
                        *self.homes.entry(who.process).or_default() += 1;
                    }
                }
                Ok(Event::Request(who, request)) => {
                    self.state.handle(Origin { connection: id, process: who.process }, request);
                    self.deliver();
                }
                Err(reason) => return self.close(id, Some(reason)),
            }
        }
    }

    /// Sends the replies.
    fn deliver(&mut self) {
        if forks() != self.forks {
            // A copy that a method made of this process, with libc's `fork`, has nothing to say here.
            // SAFETY: it ends the process. The exit handlers are those of the one that was copied.
            unsafe { libc::_exit(0) };
        }
        while !self.state.replies.is_empty() {
            for (id, reply) in std::mem::take(&mut self.state.replies) {
                let Some(connection) = self.connections.get_mut(&id) else { continue };
                match connection.reply(&reply) {
                    Ok(()) => self.replied.push(id),
                    Err(error) => self.close(id, Some(error)),
                }
            }
        }
    }

    /// Asks to be told of what matters now.
    fn watch(&mut self, id: u64) {
        let Some(connection) = self.connections.get_mut(&id) else { return };
        let Some(flags) = connection.changed_interest() else { return };
        let socket = connection.socket();
        if epoll::modify(&self.epoll, socket, EventData::new_u64(id), flags).is_err() {
            self.close(id, None);
        }
    }

    fn expire(&mut self) {
        let now = Instant::now();
        self.state.expire(now);
        self.deliver();
        let late = |connection: &Connection| connection.deadline().is_some_and(|end| end <= now);
        let silent: Vec<u64> =
            self.connections.iter().filter(|(_, c)| late(c)).map(|(&id, _)| id).collect();
        for id in silent {
            self.close(id, Some(io::Error::other("it did not prove in time that it has the key")));
        }
    }

    fn close(&mut self, id: u64, reason: Option<io::Error>) {
        let Some(connection) = self.connections.remove(&id) else { return };
        if let Some(reason) = reason
            && reason.kind() != io::ErrorKind::UnexpectedEof
        {
            eprintln!("manager: a client is sent away: {reason}");
        }
        if self.full {
            let data = EventData::new_u64(LISTENER);
            self.full = epoll::add(&self.epoll, &self.listener, data, EventFlags::IN).is_err();
        }
        if let Some(who) = connection.who() {
            self.state.disconnected(id);
            if who.is_home && self.was_last_home(who.process) {
                self.state.process_ended(who.process);
            }
            self.deliver();
        }
    }

    /// A process whose connection was cut may have come back before that was noticed.
    fn was_last_home(&mut self, process: u128) -> bool {
        let Some(homes) = self.homes.get_mut(&process) else { return true };
        *homes -= 1;
        let last = *homes == 0;
        if last {
            self.homes.remove(&process);
        }
        last
    }
}

/// A descriptor to be given up when there is no other.
fn spare() -> Option<OwnedFd> {
    rustix::event::eventfd(0, rustix::event::EventfdFlags::CLOEXEC).ok()
}

/// Tells a client that there is no room, and hangs up.
fn refuse(socket: &OwnedFd) {
    let _ = send(socket, &handshake::refusal(), SendFlags::NOSIGNAL);
}
