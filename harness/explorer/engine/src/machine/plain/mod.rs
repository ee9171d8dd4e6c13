//! Plain memory: what ordinary code reads, writes, allocates and frees.
//!
//! The crates under exploration are compiled with the pass of LLVM's thread sanitizer, which calls a function before each access (`hooks`). Nothing of the
//! sanitizer's own runtime is there: the functions are ours. What they say is enough for data races, uses after free, double frees and leaks, for the counters of
//! `Arc`, and to put every `static` back as it was.
//!
//! | file | holds |
//! |---|---|
//! | `hooks` | what instrumented code calls |
//! | `library` | what precompiled code does by way of the C library |
//! | `frames`, `symbols` | whose access it is |
//! | `shadow` | what happened at each address |
//! | `blocks` | what is allocated |
//! | `locals` | local variables that others use |
//! | `atomics`, `counts` | the counters of `Arc` and `Weak` |
//! | `last_drop` | what the last drop of an `Arc` touches |
//! | `leaks` | what nobody has freed and nobody can reach |
//! | `undo` | statics |
//! | `accepted` | which races are no failure |
//! | `faults` | what went wrong, and who did it where |

pub mod accepted;
pub mod atomics;
pub mod blocks;
pub mod counts;
pub mod faults;
pub mod frames;
mod hooks;
mod last_drop;
pub mod leaks;
mod library;
mod locals;
mod mangled;
pub mod shadow;
mod symbols;
mod undo;

use std::cell::UnsafeCell;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, Ordering};

use super::op::{Op, Tid};
use super::{Bad, Machine, arena, context, debugger, hashing};
use crate::search::clock::Clock;
use faults::Fault;
pub use frames::as_the_user;
use shadow::{Clash, How, Shadow};

/// Whether anything in this process is compiled with instrumentation.
pub fn is_on() -> bool {
    IS_ON.load(Ordering::Relaxed)
}

static IS_ON: AtomicBool = AtomicBool::new(false);

/// What is known of plain memory in this execution, and across executions.
#[derive(Default)]
pub struct Plain {
    shadow: Shadow,
    blocks: blocks::Blocks,
    counts: counts::Counts,
    /// Somebody looks at the counters of `Arc`s.
    looked: bool,
    /// How often, while that is no step.
    looks: u32,
    /// Their operations are steps.
    visible: bool,
    /// What those knew who dropped before the last.
    borrowed: Clock,
    /// The block that the last of them may free.
    freeing: Option<usize>,
    last_drop: last_drop::LastDrop,
    /// Whose local variables others have used: eight bytes each.
    lent: Vec<(Tid, usize)>,
    undo: undo::Undo,
    witnesses: faults::Witnesses,
    accepted: accepted::Accepted,
}

/// Without a destructor, so that looking at it is one instruction. A process explores in few threads of the operating system.
struct Own(UnsafeCell<std::mem::ManuallyDrop<Option<Box<Plain>>>>);

thread_local! {
    static PLAIN: Own = const { Own(UnsafeCell::new(std::mem::ManuallyDrop::new(None))) };
}

/// Calls `f` with what is known; always `Some`.
#[inline]
fn with<R>(f: impl FnOnce(&mut Plain) -> R) -> Option<R> {
    PLAIN
        .try_with(|plain| {
            // SAFETY: only this thread of the operating system sees it, and no `f` in this module comes back here.
            let plain = unsafe { &mut *plain.0.get() };
            f(plain.get_or_insert_with(|| arena::outside(Box::default)))
        })
        .ok()
}

/// A new execution begins.
pub fn begin(steps_of_counters: bool) {
    if is_on() {
        frames::begin();
        with(|plain| {
            plain.shadow.clear();
            plain.blocks.clear();
            locals::clear(plain);
            plain.counts.clear();
            plain.undo.begin();
            plain.borrowed.clear();
            plain.freeing = None;
            plain.last_drop = last_drop::LastDrop::default();
            plain.looked = false;
            plain.looks = 0;
            plain.visible = steps_of_counters;
            plain.witnesses.begin();
        });
    }
}

/// Whether the operations of `Arc`'s counters should have been steps.
pub fn looked() -> bool {
    is_on() && with(|plain| plain.looked && !plain.visible).unwrap_or(false)
}

/// The program is about to write.
fn about_to_write(address: usize, size: usize) {
    if !arena::is_explored() {
        return;
    }
    let noted = frames::in_last_drop();
    if noted || undo::may_be_static(address) {
        context::apart(|| with(|plain| plain.undo.keep(address, size)));
    }
    if noted {
        last_drop::touches(address, false);
    }
}

/// Whether an address is one that the program knows: of its heap, its statics, or a local variable of a thread.
fn is_the_program_s(address: usize) -> bool {
    arena::holds(address)
        || undo::may_be_static(address)
        || context::with_stack(|_, fibers, _| fibers.has(address)) == Some(true)
}

/// What is about to be done depends on which thread does it.
#[inline(never)]
pub fn asks_who() {
    if is_on() && frames::in_last_drop() {
        context::apart(counts::look_at_all);
    }
    context::with(|machine| machine.policies.results |= machine.threads[machine.current].destroys);
}

/// The program takes a step.
pub fn steps() {
    if is_on() && frames::in_last_drop() {
        counts::look_at_all();
    }
}

/// A stand-in's object is used.
#[inline(never)]
pub fn used(address: usize, size: usize, how: How) {
    if is_on() && arena::is_explored() {
        access(address, size, how, 0);
    }
}

/// A stand-in takes over a value of the user's. A large one is handed over where it lies, and if all that is done with it is to copy it on, the compiler need
/// not copy it for that: then it would be the stand-in that reads the user's memory. Whoever gets its address might also write there, so it is copied,
/// by the user's code.
#[inline(always)]
pub const fn taken<T>(value: &T) {
    std::hint::black_box(value);
}

/// A stand-in reads a value of the user's.
pub fn reads(address: usize, size: usize) {
    if size > 0 {
        used(address, size, How::Read);
    }
}

/// Whoever calls has the object for itself alone, by `&mut` or by value, and changes what it is: for whoever uses it by a pointer meanwhile, all of it is written.
pub fn owns<T: ?Sized>(object: &T) {
    used(std::ptr::from_ref(object).addr(), size_of_val(object), How::Write);
}

/// A compare-exchange has succeeded: until then it was an access that only reads, which is all that one is that fails. Or a lock was given back: who takes it afterwards knows of that.
#[inline(never)]
pub fn exchanged(address: usize, size: usize) {
    if is_on() && arena::is_explored() {
        access_before(1, (address, size), How::Atomic, 0);
    }
}

/// A stand-in is about to write a static.
pub fn keep_static(address: usize, size: usize) {
    with(|plain| plain.undo.keep(address, size));
}

/// The current thread touches memory. Does not return if that goes wrong.
fn access(address: usize, size: usize, how: How, at: usize) {
    access_before(0, (address, size), how, at);
}

/// The current thread has touched memory before its last so many steps.
fn access_before(steps: u16, (address, size): (usize, usize), how: How, at: usize) {
    if !arena::holds(address) && hashing::is_of_the_system_thread(address) {
        return;
    }
    if how.is_read() && frames::in_last_drop() {
        last_drop::touches(address, true);
    }
    let mut yields = false;
    let fine = context::with_stack(|machine, fibers, stack| {
        let may_be_local = !arena::holds(address) && !undo::may_be_static(address);
        let is_left = may_be_local && fibers.is_left(machine.current, stack, address);
        let owner = may_be_local.then(|| fibers.owner(address)).flatten();
        let fine = with(|plain| {
            if undo::may_be_static(address) {
                plain.undo.uses(address);
            }
            if let Some(owner) = owner.filter(|owner| *owner != machine.current && !is_left) {
                locals::lent(plain, owner, (address, size));
            }
            match is_left {
                true => machine.touch_what_is_left(plain, how),
                false => machine.touch(plain, (address, size), how, at, steps),
            }
        });
        if fine == Some(true) {
            faults::witness();
        }
        // The stand-ins' own reads have no instruction.
        if how.is_read() && at != 0 {
            machine.note_unseen((address, size), how);
            yields = machine.reads_on();
        }
        fine.unwrap_or(true)
    });
    if fine == Some(false) {
        debugger::faulted();
        faults::keep_stack();
        context::give_up_here();
    }
    if yields {
        yield_here();
    }
}

/// The file of the steps that no line of the program stands for, as the program has called nothing.
pub const FILE: &str = file!();

/// The current thread reads on and on: it gives the turn away. The line is found by the stack, where the run is told.
#[cold]
#[inline(never)]
fn yield_here() {
    context::visible(Op::Yield, Location::caller());
}

impl Machine {
    /// The current thread reads what others may write without a step: volatile memory, or any, if races are accepted.
    fn note_unseen(&mut self, (address, size): (usize, usize), how: How) {
        let accepts = how == How::Read && !self.config.accept.is_empty();
        if how == How::VolatileRead || accepts {
            let stays = arena::holds(address) || undo::may_be_static(address);
            let spin = &mut self.threads[self.current].spin;
            spin.unseen.read(address, size, stays);
            spin.vain.spoil();
        }
    }

    /// Whether the current thread knows of what another did.
    fn knows<'m>(&'m self, borrowed: Option<&'m Clock>) -> impl Fn(Tid, u16) -> bool + 'm {
        let mine = &self.threads[self.current].views.current;
        move |tid, epoch| {
            let index = self.threads[tid].clock;
            mine.get(index) >= epoch || borrowed.is_some_and(|clock| clock.get(index) >= epoch)
        }
    }

    /// The current thread, and how many steps it has taken.
    fn now(&self) -> (Tid, u16) {
        let thread = &self.threads[self.current];
        (self.current, thread.views.current.get(thread.clock))
    }

    fn touch(
        &mut self,
        plain: &mut Plain,
        range: (usize, usize),
        how: How,
        at: usize,
        before: u16,
    ) -> bool {
        let now = (self.current, self.now().1.saturating_sub(before));
        if self.failure.is_some() || plain.shadow.is_quiet(self.threads.len()) && how != How::Free {
            return true;
        }
        let frees = how == How::Free && plain.freeing == Some(range.0);
        let borrowed = (frees || frames::in_last_drop()).then_some(&plain.borrowed);
        let accepted = &mut plain.accepted;
        let told_apart = std::cell::Cell::new(false);
        let touched = {
            let knows = self.knows(borrowed);
            let knows = |tid, epoch| {
                told_apart.set(told_apart.get() || self.is_known_to_some(tid, epoch));
                knows(tid, epoch)
            };
            plain.shadow.touch(range, now, how, at, knows, |clash| accepted.accepts(clash))
        };
        if told_apart.get() {
            self.tell_all_apart();
        }
        match touched {
            Ok(()) => {
                self.bounds_met.accepted |= plain.accepted.met;
                self.bounds_met.volatiles |= plain.shadow.let_pass;
                plain.witnesses.noted(now, how, at, range);
                true
            }
            Err(clash) => {
                let fault = self.fault(plain, range.0, &clash);
                self.fail(Bad::Memory(Box::new(fault)));
                self.chosen = None;
                false
            }
        }
    }

    /// The current thread touches what was a local variable.
    fn touch_what_is_left(&mut self, plain: &mut Plain, how: How) -> bool {
        if self.failure.is_some() {
            return true;
        }
        plain.witnesses.seek(None, None);
        self.fail(Bad::Memory(Box::new(Fault::left(self.now(), how))));
        self.chosen = None;
        false
    }

    fn fault(&self, plain: &mut Plain, address: usize, clash: &Clash) -> Fault {
        let block = plain.blocks.around(address);
        plain.witnesses.seek(Some(clash.earlier), block.map(|block| block.made));
        Fault::new(clash, block)
    }
}
