//! The stack of R. K. Treiber (1986): a list whose head is exchanged.

use linearizable::{Clients, Model, Object};
use std::ptr::null_mut;
use std::sync::atomic::AtomicPtr;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

#[derive(Clone, Debug)]
pub enum Call {
    Push(u32),
    Pop,
}
use Call::{Pop, Push};

struct Node {
    item: u32,
    next: *mut Node,
}

pub struct Treiber {
    head: AtomicPtr<Node>,
}

impl Object for Treiber {
    type Call = Call;
    type Answer = Option<u32>;

    fn new() -> Self {
        Self { head: AtomicPtr::new(null_mut()) }
    }

    fn call(&self, call: &Call) -> Option<u32> {
        let mut head = self.head.load(Acquire);
        match *call {
            Push(item) => {
                let node = Box::into_raw(Box::new(Node { item, next: head }));
                while let Err(now) = self.head.compare_exchange(head, node, Release, Acquire) {
                    head = now;
                    // SAFETY: nobody else knows the node yet.
                    unsafe { (*node).next = now };
                }
                None
            }
            // Nodes are never freed, so that none comes back under an address that was read before (ABA).
            Pop => loop {
                // SAFETY: whoever published the node had written it, and it is never freed.
                let Some(node) = (unsafe { head.as_ref() }) else { return None };
                match self.head.compare_exchange(head, node.next, Relaxed, Acquire) {
                    Ok(_) => return Some(node.item),
                    Err(now) => head = now,
                }
            },
        }
    }
}

// ANCHOR: torn
/// The same by load and store: between the two somebody else may come.
struct Torn(Treiber);

impl Object for Torn {
    type Call = Call;
    type Answer = Option<u32>;

    fn new() -> Self {
        Self(Treiber::new())
    }

    fn call(&self, call: &Call) -> Option<u32> {
        let head = self.0.head.load(Acquire);
        match call {
            Push(_) => self.0.call(call),
            Pop => {
                // SAFETY: as in `Treiber`.
                let node = unsafe { head.as_ref() }?;
                self.0.head.store(node.next, Release);
                Some(node.item)
            }
        }
    }
}
// ANCHOR_END: torn

// ANCHOR: model
#[derive(Clone, Default)]
pub struct OneThread(Vec<u32>);

impl<O: Object<Call = Call, Answer = Option<u32>>> Model<O> for OneThread {
    fn call(&mut self, call: &Call) -> Option<Option<u32>> {
        Some(match *call {
            Push(item) => {
                self.0.push(item);
                None
            }
            Pop => self.0.pop(),
        })
    }
}
// ANCHOR_END: model

// ANCHOR: clients
fn calls(threads: usize, each: usize) -> Clients<Call> {
    Clients::of(threads, each).calling([Push(1), Push(2), Pop])
}

/// All clients of two threads with a call each.
fn treiber_1_1() {
    calls(2, 1).after([Push(0)]).check::<Treiber, OneThread>();
}
// ANCHOR_END: clients

pub fn fresh(threads: usize, each: usize) -> Clients<Call> {
    Clients::of(threads, each).with_fresh(|item| vec![Push(item), Pop])
}

/// All clients of two threads with two calls each, each push with an item of its own.
fn treiber_2_2() {
    fresh(2, 2).check::<Treiber, OneThread>();
}

/// Must fail: two that pop get the same item.
fn torn_1_1() {
    calls(2, 1).after([Push(0)]).check::<Torn, OneThread>();
}
