//! Atomic operations of code that does not use the stand-ins' atomics: of `Arc` and `Weak`, which `alloc` compiles in the user's crate.
//!
//! Usually they are no steps, see [`counts`](super::counts). Once somebody looks at a counter they are, and then what they mean for the memory model
//! is what every atomic means.

use std::sync::atomic::Ordering;

use super::shadow::How;
use super::{access, counts, frames, with};
use crate::machine::context::{self, Answer};
use crate::machine::memory::Stored;
use crate::machine::object::{Atomic, State};
use crate::machine::op::{Loc, Obj, Op};

/// What an update does to a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    Up,
    Down,
    Other,
}

impl Change {
    /// How the machine tells it from others.
    pub const fn call(self) -> &'static str {
        match self {
            Self::Up => "fetch_add",
            Self::Down => "fetch_sub",
            Self::Other => "",
        }
    }
}

/// What kind of object it is called.
pub const COUNTER: &str = "Arc";

/// Whether operations of counters are steps.
fn are_steps() -> bool {
    with(|plain| plain.visible).unwrap_or(false)
}

/// The object, and the line to show; `None` if the operation is no step.
fn object(address: usize, size: usize, now: &dyn Fn() -> u64) -> Option<(Obj, Loc)> {
    if !frames::counts() {
        return None;
    }
    access(address, size, How::Atomic, 0);
    if !are_steps() {
        return None;
    }
    context::with(|machine| {
        let at = machine.threads[machine.current].at;
        let value = now();
        let known = with(|plain| plain.counts.object(address)).flatten();
        let newest = |object| machine.stored(object, machine.newest(object)).value;
        if let Some(object) = known.filter(|&object| newest(object) == value) {
            return Some((object, at));
        }
        if machine.failure.is_some() {
            return None;
        }
        let first = Stored { value, ..Stored::default() };
        let state = State::Atomic(Atomic { index: 0, size, stores: vec![first] });
        let object = machine.add_object(COUNTER, at, state);
        machine.name_by_address(object, address);
        with(|plain| plain.counts.name(address, object));
        Some((object, at))
    })
    .flatten()
}

/// A load.
pub fn load(address: usize, size: usize, order: Ordering, now: &dyn Fn() -> u64) -> u64 {
    match object(address, size, now) {
        Some((atomic, at)) => match context::visible(Op::Load { atomic, order }, at) {
            Answer::Done(done) => done.value,
            _ => now(),
        },
        None => {
            look();
            now()
        }
    }
}

/// A store; the caller writes the value.
pub fn store(address: usize, size: usize, order: Ordering, value: u64, now: &dyn Fn() -> u64) {
    match object(address, size, now) {
        Some((atomic, at)) => {
            context::visible(Op::Store { atomic, order, value }, at);
        }
        None => look(),
    }
}

/// A compare-exchange. As a step: what it read, and whether the caller is to write. `None` if it is none, and the caller does the real thing.
pub fn compare(
    address: usize,
    size: usize,
    (success, failure): (Ordering, Ordering),
    (expected, new): (u64, u64),
    now: &dyn Fn() -> u64,
) -> Option<(u64, bool)> {
    let Some((atomic, at)) = object(address, size, now) else {
        look();
        return None;
    };
    let op = Op::Compare { atomic, expected, new, success, failure, weak: false };
    match context::visible(op, at) {
        Answer::Done(done) => Some((done.value, done.ok)),
        _ => None,
    }
}

/// An update; the caller writes what it makes of the value that is returned.
pub fn update(
    address: usize,
    size: usize,
    order: Ordering,
    change: Change,
    apply: &dyn Fn(u64) -> u64,
    now: &dyn Fn() -> u64,
) -> u64 {
    match object(address, size, now) {
        Some((atomic, at)) => {
            match context::updating(Op::Update { atomic, order }, at, change.call(), apply) {
                Answer::Done(done) => done.value,
                _ => now(),
            }
        }
        None => {
            let old = now();
            if frames::counts() {
                count(address, change, old);
            }
            old
        }
    }
}

/// A counter changes, and that is no step.
fn count(address: usize, change: Change, old: u64) {
    if frames::is_armed() {
        // It was made 0, and no last drop followed: `into_inner`.
        counts::look_at_all();
    }
    let safe = context::with(|machine| {
        let (tid, epoch) = machine.now();
        let safe = with(|plain| {
            let borrowed = frames::in_last_drop().then_some(&plain.borrowed);
            let knows = machine.knows(borrowed);
            match change {
                Change::Up => plain.counts.up(address, (tid, epoch), knows),
                Change::Down => {
                    let clock = &machine.threads[tid].views.current;
                    let safe = plain.counts.down(address, tid, clock, knows);
                    if old == 1 {
                        plain.last_of(address);
                    }
                    // Whoever is last knows what this thread did before, and not what it does from here on. More than can be counted are steps.
                    safe && epoch < u16::MAX
                }
                Change::Other => false,
            }
        });
        if change == Change::Down {
            machine.count_step(tid);
        }
        safe
    });
    if safe.flatten() == Some(false) {
        counts::look_at_all();
    }
}

/// A fence: of the last drop, where the others' drops are taken to be known anyway.
pub fn fence(order: Ordering) {
    if are_steps() {
        let at = context::with(|machine| machine.threads[machine.current].at);
        if let Some(at) = at {
            context::visible_as(Op::Fence { order }, COUNTER, at);
        }
    }
}

fn look() {
    if frames::counts() && counts::look_at_all() > PATIENCE {
        // It may look for ever, as no step lets another thread go on. This execution tells nothing any more.
        context::with(|machine| machine.chosen = None);
        context::give_up_here();
    }
}

/// So many looks, and an execution in which they are no steps is left.
const PATIENCE: u32 = 1000;
