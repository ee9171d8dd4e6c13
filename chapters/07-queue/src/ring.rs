//! A ring of places, each with a stamp that says whose turn it is.
//!
//! The algorithm is Dmitry Vyukov's bounded MPMC queue, in the form that
//! crossbeam's array channel and `std`'s `sync_channel` have.

use std::cell::UnsafeCell;
use std::hint;
use std::mem::MaybeUninit;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Release, SeqCst},
};
use std::thread;

/// How many looks there are at a place before another thread may go first.
const LOOKS: u32 = 64;

/// In `tail` and in `head`: the gate of this end is shut.
const SHUT: u64 = 1 << 63;

/// First in, first out, with a fixed number of places, and a gate at each end.
/// Never blocks, but for a thread that is in the midst of a push or a pop.
///
/// A position counts on for ever: so many laps, and a place in the lap. The
/// stamp of a place is the position that may be pushed there next, or one more
/// while it holds the item of that position.
pub(crate) struct Ring<T> {
    /// The position of the next push, and whether the gate is shut.
    tail: OwnLine<AtomicU64>,
    /// The position of the next pop, and whether the gate is shut.
    head: OwnLine<AtomicU64>,
    places: Box<[Place<T>]>,
    /// How far apart the same place is in two laps: a power of two.
    lap: u64,
}

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// Somebody who has to stop at a gate.
    Anyone,
    /// The one who shuts and opens the gates.
    Keeper,
}

/// Why nothing was pushed or popped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No place is free, or no item is there, and at this moment both gates
    /// were open.
    NothingFree,
    /// The same, but the gate of the other end is shut: somebody waits for it
    /// already.
    OthersWait,
    /// The gate is shut: the keeper knows more.
    Shut,
}

impl Refusal {
    /// Why nothing could be done at this end: by what is in `tail` and `head`, or the other way round.
    fn of(this: u64, other: u64) -> Refusal {
        match (this & SHUT != 0, other & SHUT != 0) {
            (true, _) => Refusal::Shut,
            (false, true) => Refusal::OthersWait,
            (false, false) => Refusal::NothingFree,
        }
    }
}

/// The two ends.
#[derive(Clone, Copy)]
pub(crate) enum End {
    Push,
    Pop,
}

struct Place<T> {
    stamp: AtomicU64,
    item: UnsafeCell<MaybeUninit<T>>,
}

impl<T> Place<T> {
    /// Waits for a thread that is in the midst of a push or a pop here.
    fn wait_for(&self, stamp: u64) {
        let mut looks = 0;
        while self.stamp.load(Acquire) < stamp {
            // It takes some nanoseconds, unless that thread is not running.
            if looks < LOOKS {
                looks += 1;
                hint::spin_loop();
            } else {
                thread::yield_now();
            }
        }
    }
}

/// Keeps what producers write away from what consumers write: CPUs share
/// memory by lines of 64 bytes, and fetch two at a time.
#[repr(align(128))]
struct OwnLine<T>(T);

// SAFETY: an item is written by the one thread that moved `tail` over its
// position, and read by the one that moved `head`. The stamp orders the two.
unsafe impl<T: Send> Send for Ring<T> {}
// SAFETY: as above; no two threads ever have a reference to the same item.
unsafe impl<T: Send> Sync for Ring<T> {}

// No user code runs in the midst of a push or a pop.
impl<T> UnwindSafe for Ring<T> {}
impl<T> RefUnwindSafe for Ring<T> {}

impl<T> Ring<T> {
    pub fn new(places: usize) -> Ring<T> {
        assert!(places > 0, "a ring without a place");
        let place = |stamp| Place {
            stamp: AtomicU64::new(stamp as u64),
            item: UnsafeCell::new(MaybeUninit::uninit()),
        };
        Ring {
            tail: OwnLine(AtomicU64::new(0)),
            head: OwnLine(AtomicU64::new(0)),
            places: (0..places).map(place).collect(),
            // One more than the places: a stamp that says "taken" must not look
            // like "free" in the next lap.
            lap: (places as u64 + 1).next_power_of_two(),
        }
    }

    // ANCHOR: push
    #[inline]
    pub fn push(&self, item: T, by: By) -> Result<(), (T, Refusal)> {
        let mut tail = self.tail.0.load(SeqCst);
        loop {
            if tail & SHUT != 0 && by == By::Anyone {
                return Err((item, Refusal::Shut));
            }
            let position = tail & !SHUT;
            let place = self.place(position);
            let stamp = place.stamp.load(Acquire);
            if stamp == position {
                let next = self.after(position) | (tail & SHUT);
                match self.tail.0.compare_exchange_weak(tail, next, SeqCst, SeqCst) {
                    Ok(_) => {
                        // SAFETY: this thread alone moved the tail over this position, and
                        // the stamp says that the place is free.
                        unsafe { place.item.get().write(MaybeUninit::new(item)) };
                        place.stamp.store(position + 1, Release);
                        return Ok(());
                    }
                    Err(now) => tail = now,
                }
                continue;
            }
            if stamp < position {
                // It holds the item of the lap before, or that is just being taken.
                let head = self.head.0.load(SeqCst);
                if (head & !SHUT) + self.lap == position {
                    return Err((item, Refusal::of(tail, head)));
                }
                place.wait_for(position);
            }
            tail = self.tail.0.load(SeqCst);
        }
    }
    // ANCHOR_END: push

    #[inline]
    pub fn pop(&self, by: By) -> Result<T, Refusal> {
        let mut head = self.head.0.load(SeqCst);
        loop {
            if head & SHUT != 0 && by == By::Anyone {
                return Err(Refusal::Shut);
            }
            let position = head & !SHUT;
            let place = self.place(position);
            let stamp = place.stamp.load(Acquire);
            if stamp == position + 1 {
                let next = self.after(position) | (head & SHUT);
                match self.head.0.compare_exchange_weak(head, next, SeqCst, SeqCst) {
                    // SAFETY: this thread alone moved the head over this position, and
                    // the stamp says that the item is there.
                    Ok(_) => return Ok(unsafe { self.take(position) }),
                    Err(now) => head = now,
                }
                continue;
            }
            if stamp <= position {
                // It is free, or the item is just being written.
                let tail = self.tail.0.load(SeqCst);
                if tail & !SHUT == position {
                    return Err(Refusal::of(head, tail));
                }
                place.wait_for(position + 1);
            }
            head = self.head.0.load(SeqCst);
        }
    }

    /// Pops everything at once, and opens the gate for pops. The one for pushes
    /// must be shut.
    pub fn pop_all(&self) -> Vec<T> {
        let tail = self.tail.0.load(SeqCst) & !SHUT;
        let mut position = self.head.0.swap(tail, SeqCst) & !SHUT;
        let mut items = Vec::new();
        while position != tail {
            self.place(position).wait_for(position + 1);
            // SAFETY: this thread alone moved the head over all of these, and the
            // stamp says that the item is there.
            items.push(unsafe { self.take(position) });
            position = self.after(position);
        }
        items
    }

    /// Shuts or opens a gate.
    pub fn set_gate(&self, end: End, shut: bool) {
        let end = match end {
            End::Push => &self.tail.0,
            End::Pop => &self.head.0,
        };
        if shut {
            end.fetch_or(SHUT, SeqCst);
        } else {
            end.fetch_and(!SHUT, SeqCst);
        }
    }

    pub fn len(&self) -> usize {
        loop {
            let tail = self.tail.0.load(SeqCst);
            let head = self.head.0.load(SeqCst);
            // Nothing was pushed meanwhile: the two fit together.
            if self.tail.0.load(SeqCst) == tail {
                return (self.number(tail & !SHUT) - self.number(head & !SHUT)) as usize;
            }
        }
    }

    /// How many items were ever pushed.
    pub fn pushes(&self) -> u64 {
        self.number(self.tail.0.load(SeqCst) & !SHUT)
    }

    pub fn places(&self) -> usize {
        self.places.len()
    }

    /// Reads the item of a position out and frees the place.
    ///
    /// # Safety
    ///
    /// The item is there, and the caller alone has moved the head over it.
    unsafe fn take(&self, position: u64) -> T {
        let place = self.place(position);
        // SAFETY: the caller promises it.
        let item = unsafe { place.item.get().read().assume_init() };
        place.stamp.store(position + self.lap, Release);
        item
    }

    fn place(&self, position: u64) -> &Place<T> {
        &self.places[(position & (self.lap - 1)) as usize]
    }

    fn after(&self, position: u64) -> u64 {
        if (position & (self.lap - 1)) as usize + 1 < self.places.len() {
            position + 1
        } else {
            (position & !(self.lap - 1)) + self.lap
        }
    }

    /// How many positions come before this one.
    fn number(&self, position: u64) -> u64 {
        position / self.lap * self.places.len() as u64 + position % self.lap
    }
}

impl<T> Drop for Ring<T> {
    fn drop(&mut self) {
        while self.pop(By::Keeper).is_ok() {}
    }
}
