//! Putting and getting with the lock, and what to do when it cannot be done
//! now.

use super::BlockingQueue;
use super::held::Held;
use super::state::{Getter, Putter};
use crate::ring::{By, Refusal, Ring};
use crate::spin::spin;
use crate::{GetError, PutError, Store};
use ch03_locks::Waiter;
use std::thread;
use std::time::{Duration, Instant};

/// How long to wait.
#[derive(Clone, Copy)]
pub enum Patience {
    None,
    Lasting(Duration),
    Endless,
}

/// When to give up.
#[derive(Clone, Copy)]
pub enum Deadline {
    Now,
    At(Instant),
    Never,
}

impl Patience {
    /// When it ends, if it begins now. A deadline too far away for the clock is
    /// none.
    pub fn deadline(self) -> Deadline {
        match self {
            Patience::None | Patience::Lasting(Duration::ZERO) => Deadline::Now,
            Patience::Lasting(timeout) => {
                Instant::now().checked_add(timeout).map_or(Deadline::Never, Deadline::At)
            }
            Patience::Endless => Deadline::Never,
        }
    }
}

impl Deadline {
    pub fn is_over(self) -> bool {
        match self {
            Deadline::Now => true,
            Deadline::At(instant) => Instant::now() >= instant,
            Deadline::Never => false,
        }
    }
}

/// Blocks until woken, or until the deadline is over.
pub fn sleep(waiter: &Waiter, deadline: Deadline) {
    // On one CPU the other side then runs, and puts or takes as much as it can
    // before anybody is woken. That is worth half of the time of many threads.
    thread::yield_now();
    match deadline {
        Deadline::Now => {}
        Deadline::At(instant) => drop(waiter.sleep_until(Some(instant))),
        Deadline::Never => waiter.sleep(),
    }
}

impl<S: Store> BlockingQueue<S> {
    #[cold]
    pub(super) fn put_slowly(
        &self,
        mut item: S::Item,
        refusal: Refusal,
        patience: Patience,
    ) -> Result<(), PutError<S::Item>> {
        let deadline = patience.deadline();
        if let Some(lane) = &self.lane
            && refusal != Refusal::Shut
            && !deadline.is_over()
        {
            let mut in_hand = Some(item);
            spin(|| {
                let item = in_hand.take().expect("not put yet");
                lane.push(item, By::Anyone).map_err(|(back, refusal)| {
                    in_hand = Some(back);
                    refusal
                })
            });
            match in_hand {
                Some(back) => item = back,
                None => return Ok(()),
            }
        }
        let mut held = self.hold();
        let mut came_before = false;
        // Who is going to wait may do so at once: the call that ends the hold tries.
        let mut try_first =
            refusal != Refusal::NothingFree || deadline.is_over() || !held.lane_is_all();
        loop {
            if try_first {
                item = match held.put_now(item) {
                    Err(PutError::Full(item)) => item,
                    other => return other,
                };
                if deadline.is_over() {
                    return Err(PutError::Full(item));
                }
            }
            let waiter = Waiter::new();
            let putter = Putter { waiter: waiter.clone(), item, called: false };
            if came_before {
                held.putters.push_front(putter);
            } else {
                held.putters.push_back(putter);
            }
            drop(held);
            sleep(&waiter, deadline);
            held = self.hold();
            match held.leave_putters(&waiter) {
                None => return Ok(()),
                Some(back) => item = back,
            }
            (came_before, try_first) = (true, true);
        }
    }

    #[cold]
    pub(super) fn get_slowly(
        &self,
        refusal: Refusal,
        patience: Patience,
    ) -> Result<S::Item, GetError> {
        let deadline = patience.deadline();
        if let Some(lane) = &self.lane
            && refusal != Refusal::Shut
            && !deadline.is_over()
            && let Some(item) = spin(|| lane.pop(By::Anyone))
        {
            return Ok(item);
        }
        let mut held = self.hold();
        let mut came_before = false;
        let mut try_first = refusal != Refusal::NothingFree || deadline.is_over() || held.push_shut;
        loop {
            if try_first {
                match held.get_now() {
                    Err(GetError::Empty) if !deadline.is_over() => {}
                    other => return other,
                }
            }
            let waiter = Waiter::new();
            let getter = Getter { waiter: waiter.clone(), called: false };
            if came_before {
                held.getters.push_front(getter);
            } else {
                held.getters.push_back(getter);
            }
            drop(held);
            sleep(&waiter, deadline);
            held = self.hold();
            if let Some(item) = held.leave_getters(&waiter) {
                return Ok(item);
            }
            (came_before, try_first) = (true, true);
        }
    }
}

impl<S: Store> Held<'_, S> {
    /// Whether there is no room where the lane has none.
    fn lane_is_all(&self) -> bool {
        let places = self.queue.lane.as_ref().map(Ring::places);
        places == Some(self.capacity) && !self.push_shut
    }

    /// Takes the calling thread out of the line. `None` if its item was put
    /// meanwhile; otherwise the item, back.
    fn leave_putters(&mut self, waiter: &Waiter) -> Option<S::Item> {
        let place = self.putters.iter().position(|putter| putter.waiter.is(waiter));
        let Some(putter) = place.and_then(|place| self.putters.remove(place)) else {
            self.putter_called = false;
            return None;
        };
        if putter.called {
            self.putter_called = false;
        }
        Some(putter.item)
    }

    /// Takes the calling thread out of the line, with the item that is kept
    /// for it, if there is one.
    fn leave_getters(&mut self, waiter: &Waiter) -> Option<S::Item> {
        let place = self.getters.iter().position(|getter| getter.waiter.is(waiter));
        let Some(getter) = place.and_then(|place| self.getters.remove(place)) else {
            self.getter_called = false;
            return self.given.take();
        };
        if getter.called {
            self.getter_called = false;
        }
        None
    }
}
