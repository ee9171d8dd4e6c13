//! Those who wait for a notification, in the order in which they came.

use crate::lock::LockWord;
use crate::owner::Owner;
#[cfg(doc)]
use crate::system::LOOK_EVERY;
use crate::system::{System, nap};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Instant;

/// The waiters of a condition as they lie in shared memory; all zeros is an
/// empty queue.
///
/// Each waiter has a slot and sleeps on a word of its own, so a notification
/// wakes exactly those it is for. Everything but that sleep happens under a
/// [`LockWord`], which is the caller's: hence all is `Relaxed`.
///
/// A waiter that was killed is passed over by the next notification. One that
/// was killed after it was notified hands that on with the next notification.
#[derive(Debug)]
#[repr(C)]
pub struct WaitQueue<const SLOTS: usize> {
    /// Slots from here on were never used.
    used: AtomicU64,
    next_ticket: AtomicU64,
    slots: [Slot; SLOTS],
}

#[derive(Debug, Default)]
#[repr(C)]
struct Slot {
    /// [`FREE`], [`WAITING`], or [`NOTIFIED`] with a message in the high half.
    state: AtomicU64,
    owner: AtomicU64,
    ticket: AtomicU64,
}

const FREE: u64 = 0;
const WAITING: u64 = 1;
const NOTIFIED: u64 = 2;
const MESSAGE: u32 = 32;

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// By a notification, with its message.
    Notified(u32),
    /// The time ran out first.
    TimedOut,
}

impl<const SLOTS: usize> Default for WaitQueue<SLOTS> {
    fn default() -> Self {
        WaitQueue {
            used: AtomicU64::new(0),
            next_ticket: AtomicU64::new(0),
            slots: std::array::from_fn(|_| Slot::default()),
        }
    }
}

impl<const SLOTS: usize> WaitQueue<SLOTS> {
    /// Gives back all levels of `lock`, which the caller must hold, waits to
    /// be notified, at most until `deadline`, and takes them again.
    ///
    /// One for whom there is no slot left comes back after [`LOOK_EVERY`] with
    /// the message 0, notified or not.
    ///
    /// ```
    /// use ch08_sync::{LockWord, Wait, WaitQueue, model::World};
    /// use std::time::Instant;
    ///
    /// let world = World::default();
    /// let me = world.thread(1);
    /// let (lock, queue) = (LockWord::default(), WaitQueue::<4>::default());
    /// lock.acquire(&me, None);
    /// assert_eq!(queue.wait(&me, &lock, Some(Instant::now())), Wait::TimedOut);
    /// assert!(lock.is_held_by_me(&me), "it is taken again");
    /// ```
    pub fn wait(&self, system: &impl System, lock: &LockWord, deadline: Option<Instant>) -> Wait {
        let Some(slot) = self.free_slot(system) else {
            let depth = lock.release_all(system);
            std::thread::sleep(nap(deadline));
            lock.acquire_levels(system, depth);
            return Wait::Notified(0);
        };
        let ticket = self.next_ticket.load(Relaxed);
        self.next_ticket.store(ticket + 1, Relaxed);
        slot.ticket.store(ticket, Relaxed);
        slot.owner.store(system.me().to_bits(), Relaxed);
        slot.state.store(WAITING, Relaxed);
        let depth = lock.release_all(system);
        while slot.state.load(Relaxed) == WAITING {
            let nap = nap(deadline);
            if nap.is_zero() {
                break;
            }
            system.wait(&slot.state, WAITING, nap);
        }
        lock.acquire_levels(system, depth);
        // The last word: a notification that came before the lock did counts.
        match slot.state.swap(FREE, Relaxed) {
            WAITING => Wait::TimedOut,
            notified => Wait::Notified((notified >> MESSAGE) as u32),
        }
    }

    /// Wakes the `count` that waited longest, or all if they are fewer, with a
    /// message for each; returns how many. The caller must hold the lock.
    ///
    /// ```
    /// use ch08_sync::{LockWord, Wait, WaitQueue, model::World};
    ///
    /// let world = World::default();
    /// let (me, other) = (world.thread(1), world.thread(2));
    /// let (lock, queue) = (LockWord::default(), WaitQueue::<4>::default());
    /// lock.acquire(&me, None);
    /// assert_eq!(queue.notify(&me, 1, 7), 0, "nobody waits");
    /// std::thread::scope(|scope| {
    ///     scope.spawn(|| {
    ///         lock.acquire(&other, None);
    ///         queue.notify(&other, 1, 7);
    ///         lock.release(&other);
    ///     });
    ///     assert_eq!(queue.wait(&me, &lock, None), Wait::Notified(7));
    /// });
    /// ```
    pub fn notify(&self, system: &impl System, count: u32, message: u32) -> u32 {
        let mut left = count.saturating_add(self.forget_dead_heirs(system));
        let mut woken = 0;
        while left > 0 {
            let Some(slot) = self.longest_waiting() else { break };
            slot.state.store(NOTIFIED | u64::from(message) << MESSAGE, Relaxed);
            // One that is not asleep is on its way in or out, or dead.
            if system.wake(&slot.state, 1) == 0 && !slot.lives(system) {
                slot.state.store(FREE, Relaxed);
                continue;
            }
            left -= 1;
            woken += 1;
        }
        woken
    }

    /// How many wait that live and have not been notified. The caller must
    /// hold the lock.
    ///
    /// ```
    /// use ch08_sync::{LockWord, WaitQueue, model::World};
    ///
    /// let world = World::default();
    /// let me = world.thread(1);
    /// let (lock, queue) = (LockWord::default(), WaitQueue::<4>::default());
    /// lock.acquire(&me, None);
    /// assert_eq!(queue.waiting(&me), 0);
    /// ```
    pub fn waiting(&self, system: &impl System) -> u32 {
        let slots = self.used().iter();
        slots.filter(|slot| slot.state.load(Relaxed) == WAITING && slot.lives(system)).count()
            as u32
    }

    fn used(&self) -> &[Slot] {
        &self.slots[..(self.used.load(Relaxed) as usize).min(SLOTS)]
    }

    fn free_slot(&self, system: &impl System) -> Option<&Slot> {
        let used = self.used();
        if let Some(slot) = used.iter().find(|slot| slot.state.load(Relaxed) == FREE) {
            return Some(slot);
        }
        match self.slots.get(used.len()) {
            Some(slot) => {
                self.used.store(used.len() as u64 + 1, Relaxed);
                Some(slot)
            }
            None => used.iter().find(|slot| !slot.lives(system)),
        }
    }

    fn longest_waiting(&self) -> Option<&Slot> {
        let waiting = self.used().iter().filter(|slot| slot.state.load(Relaxed) == WAITING);
        waiting.min_by_key(|slot| slot.ticket.load(Relaxed))
    }

    /// Frees the slots of those who died after they were notified; returns how many.
    fn forget_dead_heirs(&self, system: &impl System) -> u32 {
        let mut dead = 0;
        for slot in self.used() {
            let notified = slot.state.load(Relaxed) & NOTIFIED != 0;
            if notified && !slot.lives(system) {
                slot.state.store(FREE, Relaxed);
                dead += 1;
            }
        }
        dead
    }
}

impl Slot {
    fn lives(&self, system: &impl System) -> bool {
        system.is_alive(Owner::from_bits(self.owner.load(Relaxed)))
    }
}
