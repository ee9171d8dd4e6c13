//! What the kernel keeps of a reactor: what can be waited for, who waits, and what has happened.

use std::collections::VecDeque;
use std::ffi::c_int;

use super::{Change, Not};
use crate::machine::op::Obj;

/// What can be waited for.
#[derive(Debug)]
pub struct Source {
    pub lock: Obj,
    pub count: u64,
    /// A read takes one.
    pub one_by_one: bool,
    /// Which pollers know it, in their order.
    pub pollers: Vec<usize>,
    /// The other one of a pair of sockets.
    pub peer: Option<usize>,
    pub closed: bool,
}

/// What waits for numbers.
#[derive(Debug)]
pub struct Poller {
    pub lock: Obj,
    pub condvar: Obj,
    pub entries: Vec<Entry>,
    /// Of what something has happened, the first one first.
    pub ready: VecDeque<Key>,
}

/// As the kernel tells them apart: by what it is, and by the descriptor with which it was added.
pub type Key = (usize, c_int);

/// What a poller looks for.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    pub key: Key,
    pub interest: u32,
    pub data: u64,
}

/// What there is in one execution.
#[derive(Debug, Default)]
pub struct Reactor {
    pub sources: Vec<Source>,
    pub pollers: Vec<Poller>,
    /// How many objects each thread has made.
    pub made: Vec<usize>,
}

pub const IN: u32 = libc::EPOLLIN as u32;
pub const ONE_SHOT: u32 = libc::EPOLLONESHOT as u32;
pub const EDGE: u32 = libc::EPOLLET as u32;
/// What nothing of all this ever is, and may be looked for.
pub const NEVER: u32 = (libc::EPOLLRDHUP | libc::EPOLLPRI | libc::EPOLLERR | libc::EPOLLHUP) as u32;

impl Reactor {
    pub fn begin(&mut self) {
        self.sources.clear();
        self.pollers.clear();
        self.made.clear();
    }

    /// The lock of a source, and those of the pollers that know it.
    pub fn of_source(&self, source: usize, nth: usize) -> Option<Obj> {
        let source = self.sources.get(source)?;
        match nth {
            0 => Some(source.lock),
            _ => source.pollers.get(nth - 1).map(|&poller| self.pollers[poller].lock),
        }
    }

    /// Which events of this kind there are.
    fn events(&self, entry: &Entry) -> u32 {
        if self.sources[entry.key.0].count > 0 { entry.interest & IN } else { 0 }
    }

    /// A number was written; the condition variable of its nth poller.
    pub fn happens(&mut self, source: usize, nth: usize) -> Option<Obj> {
        let poller = &mut self.pollers[*self.sources.get(source)?.pollers.get(nth)?];
        // The kernel asks who came last first.
        for entry in poller.entries.iter().rev() {
            let looks = entry.key.0 == source && entry.interest & IN != 0;
            if looks && !poller.ready.contains(&entry.key) {
                poller.ready.push_back(entry.key);
            }
        }
        Some(poller.condvar)
    }

    /// Whether somebody has to look again.
    pub fn change(
        &mut self,
        number: usize,
        change: Change,
        new: Entry,
    ) -> Result<Option<Obj>, Not> {
        let is_there = self.events(&new) != 0;
        let lost = self.sources[new.key.0].peer.is_some_and(|peer| self.sources[peer].closed);
        let Some(poller) = self.pollers.get_mut(number) else {
            return Err(Not::Error(libc::EBADF));
        };
        let known = poller.entries.iter().position(|entry| entry.key == new.key);
        match (change, known) {
            (Change::Add, Some(_)) => return Err(Not::Error(libc::EEXIST)),
            (Change::Modify | Change::Remove, None) => return Err(Not::Error(libc::ENOENT)),
            (Change::Add, None) if lost => return Err(Not::Refused(LOST)),
            (Change::Add, None) => poller.entries.push(new),
            (Change::Modify, Some(at)) => poller.entries[at] = new,
            (Change::Remove, Some(at)) => {
                poller.entries.remove(at);
                poller.ready.retain(|key| *key != new.key);
            }
        }
        let still = poller.entries.iter().any(|entry| entry.key.0 == new.key.0);
        let known = &mut self.sources[new.key.0].pollers;
        known.retain(|other| *other != number);
        if still {
            known.push(number);
            known.sort_unstable();
        }
        let tells = is_there && !matches!(change, Change::Remove);
        let poller = &mut self.pollers[number];
        if tells && !poller.ready.contains(&new.key) {
            poller.ready.push_back(new.key);
        }
        Ok(tells.then_some(poller.condvar))
    }

    /// What has happened. What is still so is looked at again, unless only its beginning counts.
    pub fn take_ready(&mut self, poller: usize, events: &mut [libc::epoll_event]) -> usize {
        let Some(poller) = self.pollers.get(poller).map(|_| poller) else { return 0 };
        let mut ready = std::mem::take(&mut self.pollers[poller].ready);
        let (mut found, mut again) = (0, Vec::new());
        while found < events.len() {
            let Some(key) = ready.pop_front() else { break };
            let known = self.pollers[poller].entries.iter().position(|entry| entry.key == key);
            let Some(at) = known else { continue };
            let entry = self.pollers[poller].entries[at];
            let happened = self.events(&entry);
            if happened == 0 {
                continue;
            }
            events[found] = libc::epoll_event { events: happened, u64: entry.data };
            found += 1;
            if entry.interest & ONE_SHOT != 0 {
                self.pollers[poller].entries[at].interest = ONE_SHOT | entry.interest & EDGE;
            } else if entry.interest & EDGE == 0 {
                again.push(key);
            }
        }
        ready.extend(again);
        self.pollers[poller].ready = ready;
        found
    }

    /// A source is there no more.
    pub fn remove_source(&mut self, number: usize) -> Result<(), Not> {
        let peer = self.sources[number].peer;
        let waits = |poller: &Poller| poller.entries.iter().any(|e| Some(e.key.0) == peer);
        let awaited = self.pollers.iter().any(waits);
        for poller in std::mem::take(&mut self.sources[number].pollers) {
            let poller = &mut self.pollers[poller];
            poller.entries.retain(|entry| entry.key.0 != number);
            poller.ready.retain(|key| key.0 != number);
        }
        self.sources[number].closed = true;
        if awaited { Err(Not::Refused(LOST)) } else { Ok(()) }
    }

    /// A poller is there no more.
    pub fn remove_poller(&mut self, number: usize) {
        let poller = &mut self.pollers[number];
        poller.entries.clear();
        poller.ready.clear();
    }
}

/// What a socket hears of when the other one of its pair is closed.
const LOST: &str = "closes a socket while another waits for what comes of that";
