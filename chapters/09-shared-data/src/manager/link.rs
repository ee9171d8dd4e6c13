//! A client's way to a manager: a connection for each thread, and one that
//! lasts as long as the process has to do with the manager.
//!
//! A thread has a connection of its own, so that the manager knows which
//! thread holds a lock, and so that one that waits holds up nobody else. The
//! references that the process has must outlive any of its threads: they end
//! with the connection that lasts.

mod newcomer;
#[cfg(test)]
mod tests;

use super::address::Address;
use super::channel::{Channel, Trouble};
use super::error::ManagerError;
use super::handshake::Key;
use super::protocol::{Reply, Request};
use ch08_forks::{Whole, WholeGuard, forks};
use newcomer::Newcomer;
use std::cell::RefCell;
use std::collections::HashMap;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Weak};
use std::thread::{self, Thread, ThreadId};
use std::time::{Duration, Instant};

/// How long a manager may take to accept a client and to greet it.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
/// How long it may say nothing. It has one thread, which another client's request may keep busy
/// for longer. Whoever waits asks after such a time whether it is still there.
const ANSWER: Duration = Duration::from_secs(60);

/// A manager as a process knows it. There is one for each manager.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) address: Address,
    pub(super) key: Key,
    lines: Whole<Lines>,
    answer: Duration,
}

/// The open connections. They belong to one process only: a forked child has
/// copies of its parent's, and must not use them.
#[derive(Debug, Default)]
struct Lines {
    /// How often this process or an ancestor had been forked off by then.
    forks: u32,
    home: Home,
    /// Who waits for the connection that lasts, which somebody else opens.
    waiting: Vec<Thread>,
    /// References that could not be given back, as the manager did not answer: until when
    /// nobody tries again, and which.
    silent_until: Option<Instant>,
    unreleased: Vec<u64>,
    /// A place is empty while its channel is in use, and after trouble with it.
    of_threads: HashMap<ThreadId, Option<Channel>>,
}

#[derive(Debug, Default)]
enum Home {
    #[default]
    None,
    /// Some thread is about it, without keeping anything locked.
    Opening,
    Open(Channel),
}

/// All that this process has to do with.
static LINKS: Whole<Vec<Arc<Link>>> = Whole::new(Vec::new());

fn links() -> WholeGuard<'static, Vec<Arc<Link>>> {
    LINKS.lock()
}

/// The links in which a thread has a channel; it takes them out when it ends.
#[derive(Default)]
struct Leaver(Vec<Weak<Link>>);

impl Drop for Leaver {
    fn drop(&mut self) {
        let me = thread::current().id();
        for link in self.0.drain(..).filter_map(|link| link.upgrade()) {
            let channel = link.lines().of_threads.remove(&me);
            drop(channel);
        }
    }
}

thread_local! {
    static LEAVER: RefCell<Leaver> = RefCell::default();
}

/// Tells the manager's clients of this process that they have no more to do with it.
impl Drop for Link {
    fn drop(&mut self) {
        LEAVER
            .try_with(|leaver| {
                let mut leaver = leaver.borrow_mut();
                leaver.0.retain(|link| link.strong_count() > 0);
            })
            .ok();
    }
}

impl Link {
    /// The way to the manager there. Ways that nobody uses any more are closed
    /// by the way: so this keeps one of them open at most.
    pub(super) fn to(address: Address, key: Key) -> Arc<Link> {
        let mut links = links();
        if let Some(link) = links.iter().find(|link| link.address == address && link.key == key) {
            return Arc::clone(link);
        }
        let unused: Vec<_> = links.extract_if(.., |link| Arc::strong_count(link) == 1).collect();
        let link = Arc::new(Link::new(address, key, ANSWER));
        links.push(Arc::clone(&link));
        drop(links);
        drop(unused);
        link
    }

    fn new(address: Address, key: Key, answer: Duration) -> Link {
        Link { address, key, lines: Whole::default(), answer }
    }

    /// The manager is no more: nothing of the way to it stays open.
    pub(super) fn close(&self) {
        links().retain(|link| !std::ptr::eq(&**link, self));
        let lines = std::mem::take(&mut *self.lines());
        drop(lines);
    }

    /// [`close`](Link::close), unless somebody but the caller uses it.
    pub(super) fn close_if_unused(self: &Arc<Link>) {
        let mut links = links();
        // The caller's, and the list's.
        if Arc::strong_count(self) == 2 {
            links.retain(|link| !Arc::ptr_eq(link, self));
        }
    }

    /// Checks that the manager is there and has the same key.
    pub(super) fn check(&self, deadline: Instant) -> Result<(), ManagerError> {
        self.with_channel(deadline, |channel| {
            channel.deadline = Some(deadline);
            channel.send(&Request::Count)?;
            channel.receive().map(drop)
        })
    }

    /// Sends a request and waits for its reply.
    pub(super) fn exchange(&self, request: &Request<'_>) -> Result<Reply, ManagerError> {
        let patience = match request {
            Request::Call { timeout: Some(timeout), .. } => timeout.checked_add(PATIENCE),
            // As long as the method does, or another's that the manager computes first.
            _ => None,
        };
        let deadline = patience.and_then(|patience| Instant::now().checked_add(patience));
        self.with_channel(Instant::now() + PATIENCE, |channel| {
            channel.deadline = deadline.or(Some(Instant::now() + self.answer));
            channel.send(request)?;
            loop {
                match channel.receive() {
                    Err(Trouble::Silent) if deadline.is_none() && self.lives() => {
                        channel.deadline = Some(Instant::now() + self.answer);
                    }
                    outcome => return outcome,
                }
            }
        })
    }

    /// Whether the manager still answers somebody. Who cannot ask does not know better.
    fn lives(&self) -> bool {
        // Also one that computes says so before.
        let deadline = Instant::now() + self.answer.min(PATIENCE);
        match self.connect(Newcomer::Asks, deadline) {
            Ok(mut channel) => {
                let answered = channel.send(&Request::Count).and_then(|()| channel.receive());
                !matches!(answered, Err(Trouble::Silent))
            }
            Err(error) => !matches!(error, ManagerError::Silent { .. }),
        }
    }

    /// Gives a reference back. Destructors call this, and one after the other must not wait for a
    /// manager that does not answer: what it was not told it hears with what it is asked next.
    pub(super) fn release(&self, id: u64) {
        let mut lines = self.lines();
        if lines.silent_until.is_some_and(|until| Instant::now() < until) {
            return lines.unreleased.push(id);
        }
        drop(lines);
        let told = self.with_channel(Instant::now() + PATIENCE, |channel| {
            channel.deadline = Some(Instant::now() + PATIENCE);
            channel.send(&Request::Release { id })
        });
        if let Err(ManagerError::Silent { .. }) = told {
            let mut lines = self.lines();
            lines.silent_until = Some(Instant::now() + PATIENCE);
            lines.unreleased.push(id);
        }
    }

    /// Tells what could not be told before. False if that is still so.
    fn release_late(&self, channel: &mut Channel) -> bool {
        let late = std::mem::take(&mut self.lines().unreleased);
        channel.deadline = Some(Instant::now() + PATIENCE);
        late.into_iter().all(|id| channel.send(&Request::Release { id }).is_ok())
    }

    /// A connection that stands for a reference to the object, for as long as
    /// anybody has it open.
    pub(super) fn lend(&self, id: u64) -> Result<(OwnedFd, Reply), ManagerError> {
        let mut channel = self.connect(Newcomer::Stays, Instant::now() + PATIENCE)?;
        channel.deadline = Some(Instant::now() + self.answer);
        let lent = channel.send(&Request::Lend { id }).and_then(|()| channel.receive());
        Ok((channel.socket, lent.map_err(|trouble| self.error(trouble))?))
    }

    fn lines(&self) -> WholeGuard<'_, Lines> {
        let mut lines = self.lines.lock();
        let forks = forks();
        if lines.forks != forks {
            *lines = Lines { forks, ..Lines::default() };
        }
        lines
    }

    fn with_channel<T>(
        &self,
        deadline: Instant,
        body: impl FnOnce(&mut Channel) -> Result<T, Trouble>,
    ) -> Result<T, ManagerError> {
        let me = thread::current().id();
        let kept = self.lines().of_threads.get_mut(&me).and_then(Option::take);
        let mut channel = match kept {
            Some(channel) => channel,
            None => {
                self.open_home(deadline)?;
                self.connect(Newcomer::Stays, deadline)?
            }
        };
        let result = body(&mut channel);
        // After trouble nobody knows where in a frame the connection is.
        if matches!(result, Ok(_) | Err(Trouble::Refused(_))) && self.release_late(&mut channel) {
            self.keep(me, channel);
        }
        result.map_err(|trouble| self.error(trouble))
    }

    /// Keeps the channel for the thread's next request.
    fn keep(&self, me: ThreadId, channel: Channel) {
        let mut lines = self.lines();
        if let Some(place) = lines.of_threads.get_mut(&me) {
            *place = Some(channel);
            return;
        }
        drop(lines);
        let Some(myself) = links().iter().find(|link| std::ptr::eq(&***link, self)).cloned() else {
            // The manager was shut down: this was for once.
            return;
        };
        // While the thread ends, nobody would take the channel out any more.
        let leaves = LEAVER.try_with(|leaver| {
            if let Ok(mut leaver) = leaver.try_borrow_mut() {
                leaver.0.push(Arc::downgrade(&myself));
            }
        });
        if leaves.is_ok() {
            self.lines().of_threads.insert(me, Some(channel));
        }
    }

    fn error(&self, trouble: Trouble) -> ManagerError {
        let address = || self.address.clone();
        match trouble {
            Trouble::Refused(error) => error,
            Trouble::Ended => ManagerError::Gone { address: address() },
            Trouble::Silent => ManagerError::Silent { address: address() },
            Trouble::Io(error) => ManagerError::Io(error),
            Trouble::Format(what) => ManagerError::Format(what),
        }
    }

    /// Opens the connection that lasts, if it is not open. Nothing is locked
    /// meanwhile: only those wait who have to do with this manager.
    fn open_home(&self, deadline: Instant) -> Result<(), ManagerError> {
        let mut lines = self.lines();
        loop {
            match &lines.home {
                Home::Open(channel) if channel.is_open() => return Ok(()),
                Home::Open(_) | Home::None => break,
                Home::Opening => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Err(ManagerError::Silent { address: self.address.clone() });
                    }
                    lines.waiting.push(thread::current());
                    drop(lines);
                    thread::park_timeout(left);
                    lines = self.lines();
                }
            }
        }
        lines.home = Home::Opening;
        drop(lines);
        let home = self.connect(Newcomer::Home, deadline);
        let mut lines = self.lines();
        let result = match home {
            Ok(home) => {
                lines.home = Home::Open(home);
                // With the one before, the manager forgot what this process referred to.
                lines.unreleased.clear();
                Ok(())
            }
            Err(error) => {
                lines.home = Home::None;
                Err(error)
            }
        };
        let waiting = std::mem::take(&mut lines.waiting);
        drop(lines);
        waiting.iter().for_each(Thread::unpark);
        result
    }
}
