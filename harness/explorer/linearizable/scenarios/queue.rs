//! The queue of M. Michael and M. Scott (1996), and that of M. Herlihy and J. Wing (1990), in which no single step is where an item comes in.

use linearizable::{Clients, Model, Object};
use std::collections::VecDeque;
use std::ptr::null_mut;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize};

#[derive(Clone, Debug)]
pub enum Call {
    Enqueue(u32),
    Dequeue,
}
use Call::{Dequeue, Enqueue};

struct Node {
    item: u32,
    next: AtomicPtr<Node>,
}

/// A list that begins with a node that has been dequeued. Nodes are never freed.
pub struct MichaelScott {
    head: AtomicPtr<Node>,
    tail: AtomicPtr<Node>,
}

fn node(item: u32) -> *mut Node {
    Box::into_raw(Box::new(Node { item, next: AtomicPtr::new(null_mut()) }))
}

impl MichaelScott {
    fn enqueue(&self, item: u32) {
        let new = node(item);
        loop {
            let tail = self.tail.load(Acquire);
            // SAFETY: never null, and never freed.
            let last = unsafe { &(*tail).next };
            match last.compare_exchange(null_mut(), new, Release, Acquire) {
                Ok(_) => {
                    let _ = self.tail.compare_exchange(tail, new, Release, Relaxed);
                    return;
                }
                // Somebody was there: the tail is moved for them.
                Err(next) => _ = self.tail.compare_exchange(tail, next, Release, Relaxed),
            }
        }
    }

    fn dequeue(&self) -> Option<u32> {
        loop {
            let head = self.head.load(Acquire);
            let tail = self.tail.load(Acquire);
            // SAFETY: never null, and never freed.
            let next = unsafe { (*head).next.load(Acquire) };
            if next.is_null() {
                return None;
            }
            if head == tail {
                // The head must not overtake the tail.
                let _ = self.tail.compare_exchange(tail, next, Release, Relaxed);
            }
            if self.head.compare_exchange(head, next, AcqRel, Relaxed).is_ok() {
                // SAFETY: it was published with its item.
                return Some(unsafe { (*next).item });
            }
        }
    }
}

impl Object for MichaelScott {
    type Call = Call;
    type Answer = Option<u32>;

    fn new() -> Self {
        let first = node(0);
        Self { head: AtomicPtr::new(first), tail: AtomicPtr::new(first) }
    }

    fn call(&self, call: &Call) -> Option<u32> {
        match *call {
            Enqueue(item) => {
                self.enqueue(item);
                None
            }
            Dequeue => self.dequeue(),
        }
    }
}

/// Says that it is empty when its head is where its tail is, which lags behind.
struct LooksAtTheTail(MichaelScott);

impl Object for LooksAtTheTail {
    type Call = Call;
    type Answer = Option<u32>;

    fn new() -> Self {
        Self(MichaelScott::new())
    }

    fn call(&self, call: &Call) -> Option<u32> {
        match *call {
            Enqueue(item) => {
                // Published, and the tail is moved by whoever comes next.
                let new = node(item);
                loop {
                    let tail = self.0.tail.load(Acquire);
                    // SAFETY: never null, and never freed.
                    match unsafe { (*tail).next.compare_exchange(null_mut(), new, Release, Acquire) } {
                        Ok(_) => return None,
                        Err(next) => {
                            _ = self.0.tail.compare_exchange(tail, next, Release, Relaxed);
                        }
                    }
                }
            }
            Dequeue => {
                if self.0.head.load(Acquire) == self.0.tail.load(Acquire) {
                    return None;
                }
                self.0.dequeue()
            }
        }
    }
}

/// An array that is filled from its front: who takes looks at each place in turn, again and again until an item is there.
pub struct HerlihyWing {
    back: AtomicUsize,
    places: [AtomicU32; 10],
}

const NOTHING: u32 = u32::MAX;

impl Object for HerlihyWing {
    type Call = Call;
    type Answer = Option<u32>;

    fn new() -> Self {
        Self { back: AtomicUsize::new(0), places: [const { AtomicU32::new(NOTHING) }; 10] }
    }

    fn call(&self, call: &Call) -> Option<u32> {
        match *call {
            Enqueue(item) => {
                let place = self.back.fetch_add(1, AcqRel);
                self.places[place].store(item, Release);
                None
            }
            Dequeue => loop {
                let back = self.back.load(Acquire);
                for place in &self.places[..back] {
                    let item = place.swap(NOTHING, AcqRel);
                    if item != NOTHING {
                        return Some(item);
                    }
                }
            },
        }
    }
}

/// Looks at the places from the back: the last one in comes out first.
struct FromTheBack(HerlihyWing);

impl Object for FromTheBack {
    type Call = Call;
    type Answer = Option<u32>;

    fn new() -> Self {
        Self(HerlihyWing::new())
    }

    fn call(&self, call: &Call) -> Option<u32> {
        match call {
            Enqueue(_) => self.0.call(call),
            Dequeue => loop {
                let back = self.0.back.load(Acquire);
                let mut taken = self.0.places[..back].iter().rev().map(|p| p.swap(NOTHING, AcqRel));
                if let Some(item) = taken.find(|&item| item != NOTHING) {
                    return Some(item);
                }
            },
        }
    }
}

/// Gives up where others come first: whoever has tried in vain so often to exchange the head says that the queue is empty, and whoever has failed to append says
/// that it has no room.
struct GivesUp<const DEQUEUE: u32, const ENQUEUE: u32>(MichaelScott);

impl<const DEQUEUE: u32, const ENQUEUE: u32> Object for GivesUp<DEQUEUE, ENQUEUE> {
    type Call = Call;
    type Answer = Option<u32>;

    fn new() -> Self {
        Self(MichaelScott::new())
    }

    fn call(&self, call: &Call) -> Option<u32> {
        let queue = &self.0;
        match *call {
            Enqueue(item) => {
                let new = node(item);
                for _ in 0..ENQUEUE {
                    let tail = queue.tail.load(Acquire);
                    // SAFETY: never null, and never freed.
                    let last = unsafe { &(*tail).next };
                    match last.compare_exchange(null_mut(), new, Release, Acquire) {
                        Ok(_) => {
                            let _ = queue.tail.compare_exchange(tail, new, Release, Relaxed);
                            return None;
                        }
                        Err(next) => {
                            _ = queue.tail.compare_exchange(tail, next, Release, Relaxed);
                        }
                    }
                }
                Some(item)
            }
            Dequeue => {
                for _ in 0..DEQUEUE {
                    let head = queue.head.load(Acquire);
                    // SAFETY: never null, and never freed.
                    let next = unsafe { (*head).next.load(Acquire) };
                    if next.is_null() {
                        return None;
                    }
                    let tail = queue.tail.load(Acquire);
                    if head == tail {
                        let _ = queue.tail.compare_exchange(tail, next, Release, Relaxed);
                    }
                    if queue.head.compare_exchange(head, next, AcqRel, Relaxed).is_ok() {
                        // SAFETY: it was published with its item.
                        return Some(unsafe { (*next).item });
                    }
                }
                None
            }
        }
    }
}

/// A queue that says when it is empty.
#[derive(Clone, Default)]
pub struct Empties(VecDeque<u32>);

impl<O: Object<Call = Call, Answer = Option<u32>>> Model<O> for Empties {
    fn call(&mut self, call: &Call) -> Option<Option<u32>> {
        Some(match *call {
            Enqueue(item) => {
                self.0.push_back(item);
                None
            }
            Dequeue => self.0.pop_front(),
        })
    }
}

/// A queue in which who takes waits for an item.
#[derive(Clone, Default)]
pub struct Waits(VecDeque<u32>);

impl<O: Object<Call = Call, Answer = Option<u32>>> Model<O> for Waits {
    fn call(&mut self, call: &Call) -> Option<Option<u32>> {
        match *call {
            Enqueue(item) => {
                self.0.push_back(item);
                Some(None)
            }
            Dequeue => self.0.pop_front().map(Some),
        }
    }
}

pub fn calls(threads: usize, each: usize) -> Clients<Call> {
    Clients::of(threads, each).with_fresh(|item| vec![Enqueue(item), Dequeue])
}

/// All clients of two threads with two calls each.
fn michael_scott_2_2() {
    calls(2, 2).check::<MichaelScott, Empties>();
}

/// All clients of two threads with two calls each, none of which waits for ever.
fn herlihy_wing_2_2() {
    calls(2, 2).after([Enqueue(0)]).check::<HerlihyWing, Waits>();
}

/// Must fail: an item is in, and the queue is said to be empty.
fn looks_at_the_tail_1_1() {
    calls(2, 1).after([Enqueue(0)]).check::<LooksAtTheTail, Empties>();
}

/// Must fail: the order is that of a stack.
fn from_the_back_2_1() {
    calls(2, 1).after([Enqueue(0)]).check::<FromTheBack, Waits>();
}

type TwoDequeues = GivesUp<2, { u32::MAX }>;

fn dequeues(threads: usize, each: usize) -> Clients<Call> {
    Clients::of(threads, each).after([Enqueue(11), Enqueue(12), Enqueue(13)]).calling([Dequeue])
}

/// Two that dequeue cannot fail twice.
fn two_dequeues_2_1() {
    dequeues(2, 1).check::<TwoDequeues, Empties>();
}

/// Must fail: with three dequeues, the last one tries in vain twice, and an item is left.
fn two_dequeues_3_1() {
    dequeues(3, 1).check::<TwoDequeues, Empties>();
}

type ThreeEnqueues = GivesUp<{ u32::MAX }, 3>;

fn enqueues(threads: usize, each: usize) -> Clients<Call> {
    Clients::of(threads, each).with_fresh(|item| vec![Enqueue(item)])
}

/// With three enqueues nobody fails three times.
fn three_enqueues_3_1() {
    enqueues(3, 1).check::<ThreeEnqueues, Empties>();
}

/// With two threads of two neither.
fn three_enqueues_2_2() {
    enqueues(2, 2).check::<ThreeEnqueues, Empties>();
}

/// Must fail: with four enqueues, the last one tries in vain three times.
fn three_enqueues_4_1() {
    enqueues(4, 1).check::<ThreeEnqueues, Empties>();
}
