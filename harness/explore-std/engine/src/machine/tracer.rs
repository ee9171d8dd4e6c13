//! The story of one execution, for people. Only told when an execution is run again for its trace.

use super::Machine;
use super::op::{Op, Tid};
use super::perform::Done;

/// The steps so far.
#[derive(Debug, Default)]
pub struct Tracer {
    pub steps: Vec<trace::Step>,
}

impl Machine {
    /// Tells that a thread could not go on.
    pub fn show_blocked(&mut self, _tid: Tid) {}

    pub(super) fn trace_step(&mut self, _tid: Tid, _op: Op, _alt: u16, _done: &Done, _woken: u64) {}
}

impl Machine {
    /// Tells of a panic.
    pub fn trace_panic(&mut self, _tid: Tid) {}
}

impl Machine {
    /// Tells which thread a spawn made.
    pub(super) fn trace_spawned(&mut self, _tid: Tid) {}
}

impl Machine {
    /// Tells what was printed.
    pub(super) fn trace_print(&mut self, _stream: trace::Stream, _text: &str) {}
}
