//! A queue with its lock held.

use super::BlockingQueue;
use super::state::{Putter, State};
use crate::ring::{By, End, Ring};
use crate::{GetError, PutError, Store};
use ch03_locks::Waiter;
use std::ops::{Deref, DerefMut};
use std::sync::{MutexGuard, PoisonError};

/// The lock of a queue, held. When it is dropped, those who can go on are
/// called; they wake up after the lock is free.
pub struct Held<'a, S: Store> {
    pub(super) queue: &'a BlockingQueue<S>,
    // Dropped in this order: first the lock, then the calls.
    state: MutexGuard<'a, State<S>>,
    calls: Calls,
}

/// Who is woken when the lock is free.
#[derive(Default)]
struct Calls {
    putter: Option<Waiter>,
    getter: Option<Waiter>,
    everybody: Vec<Waiter>,
}

impl<'a, S: Store> Held<'a, S> {
    pub fn new(queue: &'a BlockingQueue<S>) -> Held<'a, S> {
        // Poisoned by a panic in `Ord`, which leaves the state whole.
        let state = queue.state.lock().unwrap_or_else(PoisonError::into_inner);
        Held { queue, state, calls: Calls::default() }
    }

    /// Puts an item if there is room.
    pub fn put_now(&mut self, mut item: S::Item) -> Result<(), PutError<S::Item>> {
        if self.shut_down {
            return Err(PutError::ShutDown(item));
        }
        if let Some(lane) = &self.queue.lane
            && self.lane_serves(lane)
        {
            match lane.push(item, By::Keeper) {
                Ok(()) => return Ok(()),
                Err((refused, _)) => item = refused,
            }
            if self.capacity == lane.places() {
                return Err(PutError::Full(item));
            }
            // Nothing may overtake what comes into the store now.
            self.set_push_gate(true);
        }
        if self.is_full() {
            return Err(PutError::Full(item));
        }
        // Counted before the push: comparing items may panic.
        self.puts += 1;
        self.items.push(item);
        Ok(())
    }

    /// Takes the item whose turn it is, if there is one.
    pub fn get_now(&mut self) -> Result<S::Item, GetError> {
        if let Some(lane) = &self.queue.lane
            && let Ok(item) = lane.pop(By::Keeper)
        {
            return Ok(item);
        }
        match self.items.pop() {
            Some(item) => Ok(item),
            None if self.shut_down => Err(GetError::ShutDown),
            None => Err(GetError::Empty),
        }
    }

    pub fn len(&self) -> usize {
        self.queue.lane.as_ref().map_or(0, |lane| lane.len()) + self.items.len()
    }

    pub fn is_full(&self) -> bool {
        self.capacity != 0 && self.len() >= self.capacity
    }

    /// How many items were put and not yet reported.
    pub fn unfinished(&self) -> u64 {
        let puts = self.puts + self.queue.lane.as_ref().map_or(0, |lane| lane.pushes());
        puts - self.done
    }

    /// Whether an item that takes the lane neither overtakes another nor is one
    /// too many.
    fn lane_serves(&self, lane: &Ring<S::Item>) -> bool {
        self.items.is_empty() && (self.capacity == 0 || self.capacity >= lane.places())
    }

    /// Shuts the gates where somebody has to be looked after, and opens them
    /// where not.
    fn fit_gates(&mut self) {
        let Some(lane) = &self.queue.lane else { return };
        let getter_waits = !self.getters.is_empty() && !self.getter_called;
        let putter_waits = !self.putters.is_empty() && !self.putter_called;
        self.set_push_gate(self.shut_down || getter_waits || !self.lane_serves(lane));
        self.set_pop_gate(putter_waits && !self.shut_down);
    }

    pub fn set_push_gate(&mut self, shut: bool) {
        if let Some(lane) = &self.queue.lane
            && self.push_shut != shut
        {
            lane.set_gate(End::Push, shut);
            self.push_shut = shut;
        }
    }

    fn set_pop_gate(&mut self, shut: bool) {
        if let Some(lane) = &self.queue.lane
            && self.pop_shut != shut
        {
            lane.set_gate(End::Pop, shut);
            self.pop_shut = shut;
        }
    }

    /// Wakes everybody who joins, if everything is done.
    pub fn call_joiners_if_done(&mut self) {
        if self.unfinished() > 0 {
            return;
        }
        let joiners = std::mem::take(&mut self.joiners);
        self.calls.everybody.extend(joiners);
    }

    /// Wakes everybody who puts or gets.
    pub fn call_everybody(&mut self) {
        let Held { state, calls, .. } = self;
        calls.everybody.extend(state.putters.iter().map(|putter| putter.waiter.clone()));
        calls.everybody.extend(state.getters.iter().map(|getter| getter.waiter.clone()));
    }

    // ANCHOR: call
    /// Calls who can go on: at most one who puts and one who gets.
    fn call(&mut self) {
        // The gates come first: nobody may pass between the look and the sleep.
        self.fit_gates();
        while self.call_putter() || self.call_getter() {
            self.fit_gates();
        }
    }
    // ANCHOR_END: call

    fn call_putter(&mut self) -> bool {
        if self.putter_called || self.shut_down {
            return false;
        }
        let Some(mut putter) = self.putters.pop_front() else { return false };
        if self.queue.lane.is_none() {
            // It puts the item by itself: comparing items may panic.
            putter.called = !self.is_full();
            self.calls.putter = putter.called.then(|| putter.waiter.clone());
            self.putter_called = putter.called;
            self.putters.push_front(putter);
        } else {
            match self.put_now(putter.item) {
                Ok(()) => {
                    self.calls.putter = Some(putter.waiter);
                    self.putter_called = true;
                }
                Err(error) => {
                    let item = error.into_item();
                    self.putters.push_front(Putter { item, ..putter });
                }
            }
        }
        self.putter_called
    }

    fn call_getter(&mut self) -> bool {
        if self.getter_called || self.getters.is_empty() {
            return false;
        }
        if self.queue.lane.is_none() {
            if self.items.is_empty() {
                return false;
            }
            let first = self.getters.front_mut().expect("one waits");
            first.called = true;
            self.calls.getter = Some(first.waiter.clone());
        } else {
            let Ok(item) = self.get_now() else { return false };
            self.given = Some(item);
            self.calls.getter = self.getters.pop_front().map(|getter| getter.waiter);
        }
        self.getter_called = true;
        true
    }
}

impl<S: Store> Drop for Held<'_, S> {
    fn drop(&mut self) {
        self.call();
    }
}

impl Drop for Calls {
    fn drop(&mut self) {
        let called = self.putter.take().into_iter().chain(self.getter.take());
        for waiter in called.chain(self.everybody.drain(..)) {
            waiter.wake();
        }
    }
}

impl<S: Store> Deref for Held<'_, S> {
    type Target = State<S>;

    fn deref(&self) -> &State<S> {
        &self.state
    }
}

impl<S: Store> DerefMut for Held<'_, S> {
    fn deref_mut(&mut self) -> &mut State<S> {
        &mut self.state
    }
}
