//! Channels: when an end can go on, what it touches, what it does.
//!
//! In footprints a channel has three names. Its *tail* is the order of the messages: senders depend on each other there. Its *room* is
//! what a receive gives back to a bounded channel, and its *closing* what the last sender leaves: a blocking call only waits for these,
//! and cannot tell when they came, while `try_send` and `try_recv` look at them. A blocking receive therefore depends on no send but
//! the one that sent its message, and ten messages cost no more runs than one.

use super::object::{Channel, State};
use super::op::{Obj, Op, Tid};
use super::perform::Done;
use super::thread::Thread;
use super::{Machine, shared};
use crate::config::Memory;
use crate::search::{Footprint, Kind, QUIESCENT_ALT};

/// How many names a channel has in footprints; its objects are numbered so.
pub const NAMES: u32 = 3;

const fn tail(channel: Obj) -> u32 {
    shared(channel)
}

const fn room(channel: Obj) -> u32 {
    shared(channel + 1)
}

const fn closing(channel: Obj) -> u32 {
    shared(channel + 2)
}

/// What [`Done::value`] says about a channel operation.
pub mod outcome {
    /// The message went through.
    pub const DONE: u64 = 0;
    /// There was no room, or no message.
    pub const WOULD_BLOCK: u64 = 1;
    /// The other side is gone.
    pub const DISCONNECTED: u64 = 2;
    /// The time-out passed.
    pub const TIMED_OUT: u64 = 3;
}

impl Machine {
    /// A channel's state.
    pub(super) fn channel(&self, channel: Obj) -> &Channel {
        match &self.objects[channel as usize].state {
            State::Channel(channel) => channel,
            other => unreachable!("{other:?} is not a channel"),
        }
    }

    /// A channel's state, to be changed.
    pub fn channel_mut(&mut self, channel: Obj) -> &mut Channel {
        match &mut self.objects[channel as usize].state {
            State::Channel(channel) => channel,
            other => unreachable!("{other:?} is not a channel"),
        }
    }

    /// Whether a blocking channel operation can go on.
    pub(super) fn channel_ready(&self, thread: &Thread) -> bool {
        match thread.pending {
            Op::Send(channel) => {
                let channel = self.channel(channel);
                !channel.receiver
                    || channel.capacity.is_none_or(|room| room == 0 || channel.queue.len() < room)
            }
            Op::SendTaken { channel, ticket } => {
                let channel = self.channel(channel);
                channel.taken > ticket || !channel.receiver
            }
            Op::Receive { channel, timeout } => {
                let channel = self.channel(channel);
                let early = thread.fires_early(timeout);
                !channel.queue.is_empty() || channel.senders == 0 || early
            }
            _ => true,
        }
    }

    /// Whether a thread that comes to a channel must wait there.
    pub(super) fn must_rest(&self, channel: Obj, sends: bool) -> bool {
        let channel = self.channel(channel);
        match sends {
            true => {
                channel.receiver
                    && channel.capacity.is_some_and(|room| room == 0 || channel.queue.len() >= room)
            }
            false => channel.queue.is_empty() && channel.senders > 0,
        }
    }

    /// Whether an operation waits for room in a channel, which others may have taken.
    pub(super) fn waits(&self, op: &Op) -> bool {
        let bounded = |channel| self.channel(channel).capacity.is_some_and(|room| room > 0);
        matches!(op, Op::Send(channel) if bounded(*channel))
    }

    /// What a channel operation touches now, and what it could touch.
    pub(super) fn channel_footprints(&self, thread: &Thread) -> (Footprint, Footprint) {
        let one = |name, kind| Footprint::EMPTY.and(name, kind);
        let same = |footprint| (footprint, footprint);
        match thread.pending {
            Op::Send(channel) => same(one(tail(channel), Kind::Write)),
            Op::RestIn { channel, sends: true } => {
                same(one(tail(channel), Kind::Read).and(room(channel), Kind::Read))
            }
            Op::RestIn { channel, sends: false } => {
                same(one(tail(channel), Kind::Read).and(closing(channel), Kind::Read))
            }
            Op::TrySend(channel) => {
                same(one(tail(channel), Kind::Write).and(room(channel), Kind::Read))
            }
            Op::Receive { channel, timeout } if !thread.fires_early(timeout) => {
                same(self.gives_room(channel))
            }
            Op::Receive { channel, .. } | Op::TryReceive(channel) => {
                let looks = self
                    .gives_room(channel)
                    .and(tail(channel), Kind::Write)
                    .and(closing(channel), Kind::Read);
                let takes = !self.channel(channel).queue.is_empty();
                (if takes { self.gives_room(channel) } else { looks }, looks)
            }
            Op::Await(channel) => same(one(room(channel), Kind::Release)),
            Op::DropSender(channel) => same(one(closing(channel), Kind::Release)),
            Op::DropReceiver(channel) => same(one(tail(channel), Kind::Write)),
            _ => same(Footprint::EMPTY),
        }
    }

    fn gives_room(&self, channel: Obj) -> Footprint {
        match self.channel(channel).capacity {
            Some(_) => Footprint::EMPTY.and(room(channel), Kind::Release),
            None => Footprint::EMPTY,
        }
    }

    /// Does a channel operation. The caller moves the message itself.
    pub(super) fn perform_channel(
        &mut self,
        tid: Tid,
        op: Op,
        alt: u16,
        step: u32,
        woken: &mut u64,
    ) -> Done {
        match op {
            Op::Send(channel) | Op::TrySend(channel) => {
                self.send(tid, channel, matches!(op, Op::TrySend(_)), step, woken)
            }
            Op::SendTaken { channel, ticket } => {
                let state = self.channel(channel);
                let taken = state.taken > ticket;
                let by = if taken { state.room.get(ticket as usize) } else { state.room.last() };
                if let Some((step, view)) = by.cloned() {
                    self.after.push(step);
                    self.threads[tid].views.learn(&view);
                }
                if !taken {
                    self.threads[tid].found_broken = self.channel(channel).broken_by;
                }
                Done { value: if taken { outcome::DONE } else { outcome::DISCONNECTED }, ok: taken }
            }
            Op::Receive { channel, .. } | Op::TryReceive(channel) => {
                self.receive(tid, channel, op, alt, step, woken)
            }
            Op::Await(channel) => {
                let view = self.threads[tid].views.current.clone();
                self.channel_mut(channel).awaited = Some(view);
                self.objects[channel as usize].version += 1;
                Done { value: 0, ok: true }
            }
            Op::DropSender(channel) => {
                let view = self.threads[tid].views.current.clone();
                self.objects[channel as usize].version += 1;
                let panic = self.unwinds(tid);
                let state = self.channel_mut(channel);
                state.broken_by = state.broken_by.or(panic);
                state.senders -= 1;
                state.dropped.push(step);
                state.close_view.join(&view);
                if state.senders == 0 {
                    *woken = self.receivers_of(channel);
                }
                Done { value: 0, ok: true }
            }
            Op::DropReceiver(channel) => {
                // It destroys the messages that nobody has received.
                let sent: Vec<_> =
                    self.channel(channel).queue.iter().map(|sent| sent.1.clone()).collect();
                sent.iter().for_each(|sent| self.threads[tid].views.learn(sent));
                // It changes what the last sender has changed, and acquires it. Only where that has come before in every order is it known that it had.
                let state = self.channel(channel);
                if state.found_closed {
                    let view = state.close_view.clone();
                    self.threads[tid].views.learn(&view);
                }
                let view = self.threads[tid].views.current.clone();
                self.objects[channel as usize].version += 1;
                let panic = self.unwinds(tid);
                let state = self.channel_mut(channel);
                state.broken_by = state.broken_by.or(panic);
                state.receiver = false;
                state.room.push((step, view));
                *woken = self.senders_of(channel);
                Done { value: 0, ok: true }
            }
            _ => Done { value: 0, ok: true },
        }
    }

    fn send(&mut self, tid: Tid, channel: Obj, tries: bool, step: u32, woken: &mut u64) -> Done {
        let view = self.threads[tid].views.current.clone();
        *woken = self.receivers_of(channel);
        let all = self.config.memory == Memory::SeqCst;
        let state = self.channel_mut(channel);
        if !state.receiver {
            let by = state.broken_by;
            // Where a sender does not look for room, std has it read with `Acquire`, or under a lock, that the receiver is gone.
            let orders = all || matches!(state.capacity, None | Some(0));
            let dropped = state.room.last().map(|room| room.1.clone()).unwrap_or_default();
            self.threads[tid].found_broken = by;
            self.is_not_before(tid, dropped.time);
            if orders {
                self.threads[tid].views.learn(&dropped);
            }
            return Done { value: outcome::DISCONNECTED, ok: false };
        }
        let full = match state.capacity {
            // A rendezvous takes a message on trial only if the receiver is there to take it.
            Some(0) => tries && (state.awaited.is_none() || !state.queue.is_empty()),
            Some(room) => state.queue.len() >= room,
            None => false,
        };
        if full {
            *woken = 0;
            let sent = state.queue.iter().map(|message| message.1.time).max();
            self.is_not_before(tid, sent.unwrap_or(0));
            return Done { value: outcome::WOULD_BLOCK, ok: false };
        }
        let ticket = state.sent;
        state.sent += 1;
        // Each send changes the place of the next message, and acquires what the send before it has released there.
        let earlier = state.queued.clone();
        state.queued.join(&view);
        state.queue.push_back((step, state.queued.clone()));
        // It is there: a send that waits until its message is taken learns that, and more, from whoever takes it.
        let met = state.awaited.clone().filter(|_| tries);
        let made_room = match state.capacity {
            Some(room) if room > 0 => {
                (ticket as usize).checked_sub(room).and_then(|at| state.room.get(at).cloned())
            }
            _ => None,
        };
        self.objects[channel as usize].version += 1;
        self.threads[tid].views.learn(&earlier);
        if let Some(view) = met {
            self.threads[tid].views.learn(&view);
        }
        if let Some((step, view)) = made_room {
            if !tries {
                self.freed.push(step);
            }
            self.threads[tid].views.learn(&view);
        }
        // The first half of the value says what came of it; the second is the ticket, for `SendTaken`.
        Done { value: outcome::DONE | u64::from(ticket) << 32, ok: true }
    }

    fn receive(
        &mut self,
        tid: Tid,
        channel: Obj,
        op: Op,
        alt: u16,
        step: u32,
        woken: &mut u64,
    ) -> Done {
        let knows = self.threads[tid].views.current.clone();
        let timeout = match op {
            Op::Receive { timeout, .. } => timeout,
            _ => None,
        };
        let looks = matches!(op, Op::TryReceive(_)) || self.threads[tid].fires_early(timeout);
        let state = self.channel_mut(channel);
        state.awaited = None;
        if let Some((sent, view)) = state.queue.pop_front() {
            state.taken += 1;
            // Whoever puts the next message there knows of this one as well.
            let mut knew = knows;
            knew.join(&view);
            state.room.push((step, knew));
            self.objects[channel as usize].version += 1;
            *woken = self.senders_of(channel);
            self.threads[tid].views.learn(&view);
            // A call that does not wait would have come back empty before the send.
            if looks {
                self.observed = Some(sent);
            } else {
                self.after.push(sent);
            }
            return Done { value: outcome::DONE, ok: true };
        }
        if state.senders == 0 {
            let (view, by) = (state.close_view.clone(), state.broken_by);
            self.threads[tid].found_broken = by;
            let dropped = std::mem::take(&mut self.channel_mut(channel).dropped);
            self.after.extend(&dropped);
            self.channel_mut(channel).dropped = dropped;
            if looks {
                // It looked, and is ordered by its footprint.
                self.after.clear();
            }
            // Only a rendezvous looks under a lock. Otherwise std reads it `Relaxed`: who has waited learns from the sender who wakes it, but nobody has to have waited.
            let state = self.channel_mut(channel);
            state.found_closed = true;
            if state.capacity == Some(0) || self.config.memory == Memory::SeqCst {
                self.threads[tid].views.learn(&view);
            } else {
                self.is_not_before(tid, view.time);
            }
            return Done { value: outcome::DISCONNECTED, ok: false };
        }
        if matches!(op, Op::Receive { .. }) || alt == QUIESCENT_ALT {
            if alt != QUIESCENT_ALT {
                self.threads[tid].fired_early(timeout);
            }
            let now = &mut self.threads[tid].views.current.time;
            *now = now.saturating_add(timeout.unwrap_or(0));
            return Done { value: outcome::TIMED_OUT, ok: false };
        }
        Done { value: outcome::WOULD_BLOCK, ok: false }
    }

    fn receivers_of(&self, channel: Obj) -> u64 {
        self.blocked_in(|op| matches!(*op, Op::Receive { channel: other, .. } if other == channel))
    }

    fn senders_of(&self, channel: Obj) -> u64 {
        self.blocked_in(|op| match *op {
            Op::Send(other) | Op::SendTaken { channel: other, .. } => other == channel,
            _ => false,
        })
    }

    fn blocked_in(&self, waits: impl Fn(&Op) -> bool) -> u64 {
        if self.tracer.is_none() {
            return 0;
        }
        let threads = self.threads.iter().enumerate();
        threads
            .filter(|(_, thread)| thread.shown_blocked && waits(&thread.pending))
            .fold(0, |all, (tid, _)| all | 1 << tid)
    }
}
