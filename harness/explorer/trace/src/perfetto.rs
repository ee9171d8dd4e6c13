//! A trace in the Chrome trace event format, which Perfetto (<https://ui.perfetto.dev>) and `chrome://tracing` open.
//!
//! The format: "Trace Event Format", Google, 2016. Threads are one process and locks another; a lock's track shows who holds it.
//! Atomics with whole numbers become counters. An explored run has no real time: its steps are 10 µs apart.

use serde_json::{Value, json};

use crate::chart::Chart;
use crate::replay::{ObjectState, Phase, Replay};
use crate::words::{predicate, waits_for};
use crate::{Language, ObjectId, ObjectKind, Origin, ThreadId, Trace};

const THREADS: u32 = 1;
const LOCKS: u32 = 2;
/// From one step of an explored run to the next, in nanoseconds.
const TICK: u64 = 10_000;

impl Trace {
    /// Writes the trace for Perfetto and `chrome://tracing`.
    pub fn to_perfetto(&self) -> String {
        let chart = Chart::new(self, Language::En);
        let mut export = Export { chart: &chart, events: Vec::new() };
        export.names();
        export.steps();
        export.states();
        json!({ "displayTimeUnit": "ns", "traceEvents": export.events }).to_string()
    }

    /// When a step happened, in nanoseconds.
    fn time(&self, step: usize) -> u64 {
        let recorded = self.steps.get(step).and_then(|step| step.time_ns);
        match self.origin {
            Origin::Recorded => recorded.unwrap_or_default(),
            Origin::Explored => TICK.saturating_mul(step as u64),
        }
    }
}

struct Export<'c> {
    chart: &'c Chart<'c>,
    events: Vec<Value>,
}

/// Something that lasts: a wait, or the time in which a lock is held.
struct Span {
    since: usize,
    name: String,
}

impl Export<'_> {
    fn names(&mut self) {
        let trace = self.chart.trace;
        for (pid, name) in [(THREADS, "threads"), (LOCKS, "locks")] {
            self.events.push(
                json!({ "ph": "M", "pid": pid, "name": "process_name", "args": { "name": name } }),
            );
        }
        for index in 0..trace.threads.len() as u32 {
            let name = self.chart.labels.thread(ThreadId(index));
            self.named(THREADS, index, name);
        }
        for (index, object) in trace.objects.iter().enumerate() {
            if matches!(object.kind, ObjectKind::Mutex | ObjectKind::RwLock | ObjectKind::Once) {
                let name = self.chart.labels.object(ObjectId(index as u32));
                self.named(LOCKS, index as u32, name);
            }
        }
    }

    fn named(&mut self, pid: u32, tid: u32, name: &str) {
        self.events.push(json!({ "ph": "M", "pid": pid, "tid": tid, "name": "thread_name", "args": { "name": name } }));
        self.events.push(json!({ "ph": "M", "pid": pid, "tid": tid, "name": "thread_sort_index", "args": { "sort_index": tid } }));
    }

    /// Each row as an instant, and an arrow to each thread that it wakes.
    fn steps(&mut self) {
        let mut flow = 0;
        for row in &self.chart.rows {
            let (tid, ts) = (row.step.thread.0, micros(self.chart.trace.time(row.index)));
            let at = row.step.at.as_ref().map(ToString::to_string);
            let source = row.step.at.as_ref().and_then(|at| self.chart.trace.source(at));
            self.events.push(json!({
                "ph": "i", "s": "t", "pid": THREADS, "tid": tid, "ts": ts, "name": predicate(self.chart, row),
                "args": { "step": row.number, "at": at, "source": source },
            }));
            for target in row.arrows() {
                flow += 1;
                let start = json!({ "ph": "s", "id": flow, "pid": THREADS, "tid": tid, "ts": ts, "name": "wakes", "cat": "wake" });
                let end = json!({ "ph": "f", "bp": "e", "id": flow, "pid": THREADS, "tid": target.0, "ts": ts, "name": "wakes", "cat": "wake" });
                self.events.extend([start, end]);
            }
        }
    }

    /// Waits, owners of locks and values of atomics, as they change from step to step.
    fn states(&mut self) {
        let trace = self.chart.trace;
        let mut replay = Replay::new(trace);
        let mut waits: Vec<Option<Span>> = trace.threads.iter().map(|_| None).collect();
        let mut holds: Vec<Option<Span>> = trace.objects.iter().map(|_| None).collect();
        let mut values: Vec<Option<String>> = vec![None; trace.objects.len()];
        while replay.advance().is_some() {
            let step = replay.done() - 1;
            for (index, wait) in waits.iter_mut().enumerate() {
                let name = match &replay.threads()[index].phase {
                    Phase::Blocked { waits_for: reason } => {
                        Some(format!("waits for {}", waits_for(&self.chart.labels, reason)))
                    }
                    _ => None,
                };
                self.change(THREADS, index, wait, name, step);
            }
            for (index, object) in replay.objects().into_iter().enumerate() {
                let name = (!object.held_by.is_empty())
                    .then(|| self.chart.labels.threads(&object.held_by));
                self.change(LOCKS, index, &mut holds[index], name, step);
                self.counter(index, object, &mut values[index], step);
            }
        }
        let end = trace.steps.len();
        for (index, wait) in waits.iter_mut().enumerate() {
            self.change(THREADS, index, wait, None, end);
        }
        for (index, hold) in holds.iter_mut().enumerate() {
            self.change(LOCKS, index, hold, None, end);
        }
    }

    /// Ends the span that is no longer true and begins the one that is.
    fn change(
        &mut self,
        pid: u32,
        tid: usize,
        span: &mut Option<Span>,
        name: Option<String>,
        step: usize,
    ) {
        if span.as_ref().map(|span| &span.name) == name.as_ref() {
            return;
        }
        if let Some(old) = span.take() {
            let trace = self.chart.trace;
            let last = trace.steps.len().saturating_sub(1);
            let since = trace.time(old.since);
            // What lasts to the end of the run ends a little after its last step.
            let until =
                if step > last { trace.time(last).saturating_add(TICK) } else { trace.time(step) };
            let dur = micros(until.saturating_sub(since));
            self.events.push(json!({ "ph": "X", "pid": pid, "tid": tid, "ts": micros(since), "dur": dur, "name": old.name }));
        }
        *span = name.map(|name| Span { since: step, name });
    }

    fn counter(
        &mut self,
        index: usize,
        object: ObjectState,
        last: &mut Option<String>,
        step: usize,
    ) {
        if object.value == *last {
            return;
        }
        if let Some(number) = object.value.as_deref().and_then(|value| value.parse::<i64>().ok()) {
            let name = self.chart.labels.object(ObjectId(index as u32));
            let ts = micros(self.chart.trace.time(step));
            self.events.push(json!({ "ph": "C", "pid": THREADS, "ts": ts, "name": name, "args": { "value": number } }));
        }
        *last = object.value;
    }
}

/// The format's unit.
fn micros(ns: u64) -> f64 {
    ns as f64 / 1000.0
}
