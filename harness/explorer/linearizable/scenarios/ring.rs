//! A ring of two places for one producer and one consumer, whose `len` is made of two looks; and small objects with a mistake each.

use linearizable::{Clients, Model, Object};
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicU32, AtomicUsize};

#[derive(Clone, Debug)]
enum Call {
    Put(u32),
    Take,
    Len,
}
use Call::{Len, Put, Take};

#[derive(Clone, Debug, PartialEq)]
enum Answer {
    In,
    Full,
    Out(u32),
    Empty,
    Long(usize),
}

const PLACES: usize = 2;

/// Puts and takes hold a lock each; who asks for the length holds none. Both ends are read and written with `SeqCst`, or with `Acquire` and `Release`.
#[derive(Default)]
struct Ring<const SEQ_CST: bool> {
    put: Mutex<()>,
    take: Mutex<()>,
    head: AtomicUsize,
    tail: AtomicUsize,
    places: [AtomicU32; PLACES],
}

impl<const SEQ_CST: bool> Ring<SEQ_CST> {
    const LOAD: Ordering = if SEQ_CST { SeqCst } else { Acquire };
    const STORE: Ordering = if SEQ_CST { SeqCst } else { Release };
}

impl<const SEQ_CST: bool> Object for Ring<SEQ_CST> {
    type Call = Call;
    type Answer = Answer;

    fn new() -> Self {
        Self::default()
    }

    fn call(&self, call: &Call) -> Answer {
        match *call {
            Put(item) => {
                let _alone = self.put.lock().unwrap();
                let tail = self.tail.load(Relaxed);
                if tail - self.head.load(Self::LOAD) == PLACES {
                    return Answer::Full;
                }
                self.places[tail % PLACES].store(item, Relaxed);
                self.tail.store(tail + 1, Self::STORE);
                Answer::In
            }
            Take => {
                let _alone = self.take.lock().unwrap();
                let head = self.head.load(Relaxed);
                if head == self.tail.load(Self::LOAD) {
                    return Answer::Empty;
                }
                let item = self.places[head % PLACES].load(Relaxed);
                self.head.store(head + 1, Self::STORE);
                Answer::Out(item)
            }
            Len => {
                let head = self.head.load(Self::LOAD);
                Answer::Long(self.tail.load(Self::LOAD) - head)
            }
        }
    }
}

#[derive(Clone, Default)]
struct OneThread(VecDeque<u32>);

impl<const SEQ_CST: bool> Model<Ring<SEQ_CST>> for OneThread {
    fn call(&mut self, call: &Call) -> Option<Answer> {
        Some(match *call {
            Put(_) if self.0.len() == PLACES => Answer::Full,
            Put(item) => {
                self.0.push_back(item);
                Answer::In
            }
            Take => self.0.pop_front().map_or(Answer::Empty, Answer::Out),
            Len => Answer::Long(self.0.len()),
        })
    }
}

fn putting_and_taking() -> Clients<Call> {
    Clients::of(2, 2).after([Put(0)]).calling([Put(1), Take])
}

/// Without `len` the ring is linearizable.
fn ring_without_len() {
    putting_and_taking().check::<Ring<true>, OneThread>();
}

/// Must fail: `len` is a number that it never was, when both ends move between its two looks.
fn ring_with_len() {
    putting_and_taking().calling([Len]).check::<Ring<true>, OneThread>();
}

/// Must fail: no item is lost or doubled, but each side may look at an old end of the other, so that one thread finds the ring full
/// and then the other one finds it empty.
fn ring_with_acquire_and_release() {
    putting_and_taking().check::<Ring<false>, OneThread>();
}

/// A counter.
#[derive(Clone, Debug)]
enum Count {
    Add(u32),
    Get,
}
use Count::{Add, Get};

#[derive(Clone, Default)]
struct Sum(u32);

impl<O: Object<Call = Count, Answer = u32>> Model<O> for Sum {
    fn call(&mut self, call: &Count) -> Option<u32> {
        let before = self.0;
        if let Add(more) = call {
            self.0 += more;
        }
        Some(before)
    }
}

struct Counter(AtomicU32);

impl Object for Counter {
    type Call = Count;
    type Answer = u32;

    fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    fn call(&self, call: &Count) -> u32 {
        match *call {
            Add(more) => self.0.fetch_add(more, AcqRel),
            Get => self.0.load(Acquire),
        }
    }
}

/// Two halves, each of them right.
struct Halves(AtomicU32, AtomicU32);

impl Object for Halves {
    type Call = Count;
    type Answer = u32;

    fn new() -> Self {
        Self(AtomicU32::new(0), AtomicU32::new(0))
    }

    fn call(&self, call: &Count) -> u32 {
        match *call {
            // The lower half says where it was; the upper one follows by its carry.
            Add(more) => {
                let low = self.0.fetch_add(more, AcqRel);
                let high = self.1.fetch_add((low % 4 + more) / 4, AcqRel);
                4 * high + low % 4
            }
            Get => 4 * self.1.load(Acquire) + self.0.load(Acquire) % 4,
        }
    }
}

/// Three threads with a call each.
fn counter_3_1() {
    Clients::of(3, 1).calling([Add(1), Add(2), Get]).check::<Counter, Sum>();
}

/// Must fail: who looks between the two halves sees a number that never was.
fn halves_2_1() {
    Clients::of(2, 1).after([Add(3)]).calling([Add(1), Get]).check::<Halves, Sum>();
}
