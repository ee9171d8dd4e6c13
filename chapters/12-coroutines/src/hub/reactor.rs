//! Waiting for sockets: mio, and who waits for which.

use super::wait::WaitList;
use mio::event::Source;
use mio::{Events, Interest, Poll, Token};
use std::collections::HashMap;
use std::io;
use std::rc::Rc;
use std::time::Duration;

/// The system's event queue (epoll, kqueue or IOCP).
pub(super) struct Reactor {
    poll: Poll,
    events: Events,
    sockets: HashMap<Token, Rc<Readiness>>,
    next_token: usize,
}

/// Who waits for a socket.
///
/// mio reports only *changes*: a socket must be tried first, and awaited when it
/// would block. Between the try and the wait nothing can be lost, because the
/// event queue is looked at only when no task runs.
pub(super) struct Readiness {
    pub(super) token: Token,
    pub(super) readable: WaitList,
    pub(super) writable: WaitList,
}

impl Reactor {
    pub(super) fn new() -> io::Result<Reactor> {
        Ok(Reactor {
            poll: Poll::new()?,
            events: Events::with_capacity(1024),
            sockets: HashMap::new(),
            next_token: 0,
        })
    }

    pub(super) fn register(&mut self, socket: &mut impl Source) -> io::Result<Rc<Readiness>> {
        let token = Token(self.next_token);
        let interest = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(socket, token, interest)?;
        self.next_token += 1;
        let readiness =
            Rc::new(Readiness { token, readable: WaitList::new(), writable: WaitList::new() });
        self.sockets.insert(token, readiness.clone());
        Ok(readiness)
    }

    pub(super) fn deregister(&mut self, socket: &mut impl Source, token: Token) -> io::Result<()> {
        self.sockets.remove(&token);
        self.poll.registry().deregister(socket)
    }

    /// Nothing is waited for any more.
    pub(super) fn wake_all(self) {
        for readiness in self.sockets.values() {
            readiness.readable.notify_all();
            readiness.writable.notify_all();
        }
    }

    /// Blocks the thread until a socket changes, at most for `pause`, and makes
    /// ready who waits for it.
    pub(super) fn wait(&mut self, pause: Option<Duration>) -> io::Result<()> {
        match self.poll.poll(&mut self.events, pause) {
            // A signal. The hub looks at the clock and comes back.
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            result => result?,
        }
        for event in &self.events {
            let Some(readiness) = self.sockets.get(&event.token()) else { continue };
            if event.is_readable() || event.is_read_closed() || event.is_error() {
                readiness.readable.notify_all();
            }
            if event.is_writable() || event.is_write_closed() || event.is_error() {
                readiness.writable.notify_all();
            }
        }
        Ok(())
    }
}
