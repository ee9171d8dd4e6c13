//! The functions that the running thread is in, as far as they are compiled with instrumentation: they say whose an access to memory is.

use std::cell::{Cell, UnsafeCell};

use super::symbols::{self, Class, Role};
use crate::machine::op::Tid;
use crate::machine::{arena, context};
use crate::search::MAX_THREADS;

/// An access counts if none of these is set.
pub const INSIDE: u8 = 1;
/// The value behind an `Arc` is being dropped by the last who had it.
pub const LAST_DROP: u8 = 2;

/// A function that was entered.
struct Frame {
    /// Where the stack was. A function that was left unnoticed is known by it.
    stack: usize,
    /// What held before.
    before: u8,
}

/// What a thread is in.
struct Standing {
    frames: Vec<Frame>,
    now: u8,
}

/// Without a destructor, so that looking at it is one instruction.
struct All(UnsafeCell<std::mem::ManuallyDrop<[Standing; MAX_THREADS]>>);

thread_local! {
    /// What holds now, for the running thread.
    static NOW: Cell<u8> = const { Cell::new(0) };
    static RUNNING: Cell<Tid> = const { Cell::new(0) };
    static ALL: All = const {
        let all = [const { Standing { frames: Vec::new(), now: 0 } }; MAX_THREADS];
        All(UnsafeCell::new(std::mem::ManuallyDrop::new(all)))
    };
    /// What is known of the functions, by their addresses.
    static KNOWN: Cell<*mut (usize, u8)> = const { Cell::new(std::ptr::null_mut()) };
    /// All functions of the program.
    static FUNCTIONS: Cell<&'static [symbols::Function]> = const { Cell::new(&[]) };
    /// Where the frame of the function lies that calls the last drop.
    static BEGAN: Cell<usize> = const { Cell::new(0) };
    /// An `Arc`'s counter was made 0, and nothing was entered since.
    static ARMED: Cell<bool> = const { Cell::new(false) };
}

const SLOTS: usize = 8192;
/// So many functions within each other need no more room.
const USUAL: usize = 1024;

#[inline]
fn standing<R>(tid: Tid, f: impl FnOnce(&mut Standing) -> R) -> R {
    ALL.with(|all| {
        // SAFETY: only this thread of the operating system sees it, and `f` below does not come back here.
        let all = unsafe { &mut *all.0.get() };
        f(&mut all[tid])
    })
}

/// A thread's coroutine begins.
#[inline(never)]
pub fn launched(tid: Tid) {
    standing(tid, |standing| {
        standing.frames.clear();
        arena::outside(|| standing.frames.reserve(USUAL));
        standing.now = 0;
    });
}

/// A thread's coroutine is about to run.
#[inline(never)]
pub fn resumed(tid: Tid) {
    RUNNING.set(tid);
    ARMED.set(false);
    NOW.set(standing(tid, |standing| standing.now));
}

/// It has given the turn away.
#[inline(never)]
pub fn suspended(tid: Tid) {
    let now = NOW.get();
    standing(tid, |standing| standing.now = now);
}

/// Where the stack of a thread was that has given the turn away, in the innermost function of the user's that it is in: what lies deeper is none of the user's variables. 0 if it is in none.
pub fn innermost_of_the_user(tid: Tid) -> usize {
    standing(tid, |standing| {
        let mut now = standing.now;
        for frame in standing.frames.iter().rev() {
            if now & INSIDE == 0 {
                return frame.stack;
            }
            now = frame.before;
        }
        0
    })
}

/// While it lives, what a stand-in does is the user's doing, as when it destroys a value of the user's.
#[must_use]
pub struct AsTheUser(u8);

/// What follows is the user's doing. Not a function that calls another one, as that would be a stand-in's, too.
#[inline(never)]
pub fn as_the_user() -> AsTheUser {
    let before = NOW.get();
    NOW.set(before & !INSIDE);
    AsTheUser(before & INSIDE)
}

impl Drop for AsTheUser {
    #[inline(never)]
    fn drop(&mut self) {
        NOW.set(NOW.get() | self.0);
    }
}

/// Whether what happens now is an access of the user's.
#[inline]
pub fn counts() -> bool {
    NOW.get() & INSIDE == 0 && arena::is_explored()
}

/// Whether the value behind an `Arc` is being dropped by the last who had it.
#[inline(never)]
pub fn in_last_drop() -> bool {
    NOW.get() & LAST_DROP != 0
}

/// Where the frame of the function lies that calls the last drop, of which this code is part: what lies deeper is the drop's own.
pub fn last_drop_began() -> usize {
    BEGAN.get()
}

/// An `Arc`'s counter has become 0: its last drop follows.
pub fn arm() {
    ARMED.set(true);
}

/// Whether a counter has become 0, and nothing was entered since.
pub fn is_armed() -> bool {
    ARMED.get()
}

/// An execution begins. Whatever takes a call that is not always made happens here: what it leaves on a stack would lie in the program's frames.
pub fn begin() {
    if KNOWN.get().is_null() {
        KNOWN.set(vec![(0, 0); SLOTS].leak().as_mut_ptr());
        FUNCTIONS.set(symbols::all());
        super::library::find_all();
    }
}

/// Functions begin at multiples of 16, and neighbours are called together: the upper bits of a product tell them apart best.
fn slot_of(here: usize) -> usize {
    ((here as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 51) as usize % SLOTS
}

/// What a function changes: `INSIDE` set or not, and its role above.
#[inline(always)]
fn kind(here: usize) -> u8 {
    let known = KNOWN.get();
    if known.is_null() {
        return kind_of(here);
    }
    // SAFETY: made in `begin`, with so many slots, and used by this thread only.
    let slot = unsafe { &mut *known.add(slot_of(here)) };
    if slot.0 != here {
        *slot = (here, kind_of(here));
    }
    slot.1
}

/// Without a call: one that is made when a function is entered for the first time, and not again, would leave other bytes on the stack than there are the next
/// time, in slots that are not in use, and whether a thread stands where it stood before is told by its whole stack.
#[inline(always)]
fn kind_of(here: usize) -> u8 {
    let all = FUNCTIONS.get();
    let (mut low, mut high) = (0, all.len());
    while low < high {
        let middle = (low + high) / 2;
        // SAFETY: below the length.
        match unsafe { all.get_unchecked(middle) }.start <= here {
            true => low = middle + 1,
            false => high = middle,
        }
    }
    match all.get(low.wrapping_sub(1)) {
        Some(function) if here < function.end => function.class as u8 | (function.role as u8) << 4,
        _ => Class::Neutral as u8 | (Role::Plain as u8) << 4,
    }
}

/// More room, in the engine's memory.
#[cold]
#[inline(never)]
fn grow(frames: &mut Vec<Frame>) {
    context::apart(|| frames.reserve(64));
}

#[cold]
#[inline(never)]
fn look_at_all() {
    context::apart(super::counts::look_at_all);
}

/// A function is entered; `here` lies in it.
pub extern "C" fn entered(stack: usize, here: usize) {
    if !arena::is_explored() {
        return;
    }
    let (before, caller) = standing(RUNNING.get(), |standing| {
        let before = pop(standing, stack, NOW.get());
        if standing.frames.len() == standing.frames.capacity() {
            grow(&mut standing.frames);
        }
        let caller = standing.frames.last().map_or(usize::MAX, |frame| frame.stack);
        standing.frames.push(Frame { stack, before });
        (before, caller)
    });
    let kind = kind(here);
    let class = match kind & 15 {
        user if user == Class::User as u8 => before & !INSIDE,
        inside if inside == Class::Inside as u8 => before | INSIDE,
        _ => before,
    };
    let role = kind >> 4;
    let armed = ARMED.get();
    if armed && role != Role::Fence as u8 {
        ARMED.set(false);
        if role != Role::LastDrop as u8 {
            look_at_all();
        }
    }
    if role == Role::RawCount as u8 && class & INSIDE == 0 {
        look_at_all();
    }
    let last = armed && role == Role::LastDrop as u8;
    if last && before & LAST_DROP == 0 {
        BEGAN.set(caller);
    }
    NOW.set(if last { class | LAST_DROP } else { class });
}

/// A function is left.
pub extern "C" fn left(stack: usize) {
    if arena::is_explored() {
        let before = NOW.get();
        let (now, caller) = standing(RUNNING.get(), |standing| {
            // Below the innermost there is nothing to leave: what calls here was entered as the engine's. Above it, the innermost has left by a
            // jump, with its own frame gone already.
            let own = |frame: &mut Frame| frame.stack <= stack;
            let now = standing.frames.pop_if(own).map_or(before, |frame| frame.before);
            (now, standing.frames.last().map_or(stack, |frame| frame.stack))
        });
        NOW.set(now);
        super::locals::returned(RUNNING.get(), caller);
        if before & !now & LAST_DROP != 0 {
            context::apart(super::last_drop::ended);
        }
    }
}

/// Forgets the functions that have been left when the stack is here: a panic unwinds those that have no cleanup.
fn pop(standing: &mut Standing, stack: usize, mut now: u8) -> u8 {
    while let Some(frame) = standing.frames.pop_if(|frame| frame.stack <= stack) {
        now = frame.before;
    }
    now
}
