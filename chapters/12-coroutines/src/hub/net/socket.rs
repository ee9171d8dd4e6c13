//! What streams and listeners have in common: a socket registered with a hub.

use crate::hub::reactor::{Reactor, Readiness};
use crate::hub::scheduler::{try_with, with};
use crate::hub::wait::WaitList;
use mio::event::Source;
use std::io;
use std::rc::Rc;
use std::time::Instant;

pub(super) struct Socket<S: Source> {
    pub(super) io: S,
    readiness: Rc<Readiness>,
    /// The hub that it is registered with.
    hub: u64,
}

#[derive(Clone, Copy)]
pub(super) enum Direction {
    Read,
    Write,
}

impl<S: Source> Socket<S> {
    pub(super) fn new(mut io: S) -> io::Result<Socket<S>> {
        with(|hub| {
            let id = hub.id();
            let mut reactor = hub.reactor.borrow_mut();
            let reactor = match &mut *reactor {
                Some(reactor) => reactor,
                none => none.insert(Reactor::new()?),
            };
            let readiness = reactor.register(&mut io)?;
            Ok(Socket { io, readiness, hub: id })
        })
    }

    /// Does `operation` as soon as it does not block; blocks the task until then.
    pub(super) fn when_ready<R>(
        &self,
        direction: Direction,
        due: Option<Instant>,
        mut operation: impl FnMut(&S) -> io::Result<R>,
    ) -> io::Result<R> {
        loop {
            match operation(&self.io) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                done => return done,
            }
            self.wait(direction, due)?;
        }
    }

    /// Blocks the task until something has changed.
    ///
    /// # Errors
    ///
    /// `TimedOut` at `due`; `NotConnected` if the socket belongs to another hub.
    fn wait(&self, direction: Direction, due: Option<Instant>) -> io::Result<()> {
        struct Counted;
        impl Drop for Counted {
            fn drop(&mut self) {
                try_with(|hub| hub.waiting_for_sockets.update(|count| count - 1));
            }
        }
        self.check_hub()?;
        let list: &WaitList = match direction {
            Direction::Read => &self.readiness.readable,
            Direction::Write => &self.readiness.writable,
        };
        with(|hub| hub.waiting_for_sockets.update(|count| count + 1));
        let _counted = Counted;
        let in_time = list.wait_until(due);
        // In a copy whoever waited is woken, and must not try: what has come is the creator's.
        self.check_hub()?;
        if in_time { Ok(()) } else { Err(io::ErrorKind::TimedOut.into()) }
    }

    fn check_hub(&self) -> io::Result<()> {
        if with(|hub| hub.id()) == self.hub {
            return Ok(());
        }
        let message = "this socket belongs to a hub that has ended, or to another process";
        Err(io::Error::new(io::ErrorKind::NotConnected, message))
    }
}

impl<S: Source> Drop for Socket<S> {
    fn drop(&mut self) {
        try_with(|hub| {
            if hub.id() == self.hub
                && let Some(reactor) = &mut *hub.reactor.borrow_mut()
            {
                // The socket is closed next, which takes it out of the queue in any case.
                let _ = reactor.deregister(&mut self.io, self.readiness.token);
            }
        });
    }
}
