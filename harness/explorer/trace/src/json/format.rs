//! The JSON form of a trace. Every field is named here a second time, without `..`: the compiler asks about a new one.

use super::{Fields, ToJson, Writer, pretty};
use crate::{
    Access, Action, Allocation, ChannelOutcome, Choice, Failure, Location, LockMode, MemoryFault,
    Object, ObjectId, ObjectKind, Operation, Ordering, Origin, Outcome, Output, Program, Read,
    Search, Stale, Step, Stream, Thread, ThreadId, Trace, Verdict, Wait, WaitsFor,
};

impl Trace {
    /// Writes the trace as JSON, indented for people and for `git diff`.
    pub fn to_json(&self) -> String {
        pretty(self)
    }
}

/// Enums without fields: the names of their variants.
macro_rules! words {
    ($($type:ident { $($variant:ident = $word:literal),* $(,)? })*) => {$(
        impl ToJson for $type {
            fn write(&self, json: &mut Writer) {
                json.text(match self { $(Self::$variant => $word),* });
            }
        }
    )*};
}

words! {
    Origin { Recorded = "recorded", Explored = "explored" }
    ObjectKind {
        Mutex = "mutex",
        RwLock = "rw_lock",
        Condvar = "condvar",
        Barrier = "barrier",
        Once = "once",
        Channel = "channel",
        Atomic = "atomic",
    }
    MemoryFault {
        DataRace = "data_race",
        UseAfterFree = "use_after_free",
        DoubleFree = "double_free",
        InvalidFree = "invalid_free",
        Leak = "leak",
    }
    Action { Read = "read", Write = "write", Atomic = "atomic", Free = "free" }
    Stream { Stdout = "stdout", Stderr = "stderr" }
    LockMode { Exclusive = "exclusive", Shared = "shared" }
    ChannelOutcome {
        Done = "done",
        WouldBlock = "would_block",
        Disconnected = "disconnected",
        TimedOut = "timed_out",
    }
    Ordering {
        Relaxed = "relaxed",
        Acquire = "acquire",
        Release = "release",
        AcqRel = "acq_rel",
        SeqCst = "seq_cst",
    }
}

impl ToJson for ThreadId {
    fn write(&self, json: &mut Writer) {
        json.plain(self.0);
    }
}

impl ToJson for ObjectId {
    fn write(&self, json: &mut Writer) {
        json.plain(self.0);
    }
}

impl ToJson for Trace {
    fn write(&self, json: &mut Writer) {
        let Trace { version, program, origin, threads, objects, steps, verdict, output, sources } =
            self;
        json.object(|trace| {
            trace.field("version", version);
            trace.field("program", program);
            trace.field("origin", origin);
            trace.field("threads", threads);
            trace.field("objects", objects);
            trace.field("steps", steps);
            trace.field("verdict", verdict);
            trace.unless_empty("output", output);
            if !sources.is_empty() {
                trace.field("sources", sources);
            }
        });
    }
}

impl ToJson for Program {
    fn write(&self, json: &mut Writer) {
        let Program { name, entry } = self;
        json.object(|program| {
            program.field("name", name);
            program.some("entry", entry);
        });
    }
}

impl ToJson for Location {
    fn write(&self, json: &mut Writer) {
        let Location { file, line, column } = self;
        json.object(|location| {
            location.field("file", file);
            location.field("line", line);
            location.some("column", column);
        });
    }
}

impl ToJson for Thread {
    fn write(&self, json: &mut Writer) {
        let Thread { name, parent, spawned } = self;
        json.object(|thread| {
            thread.some("name", name);
            thread.some("parent", parent);
            thread.some("spawned", spawned);
        });
    }
}

impl ToJson for Object {
    fn write(&self, json: &mut Writer) {
        let Object { kind, name, created, initial } = self;
        json.object(|object| {
            object.field("kind", kind);
            object.some("name", name);
            object.some("created", created);
            object.some("initial", initial);
        });
    }
}

impl ToJson for Step {
    fn write(&self, json: &mut Writer) {
        let Step {
            thread,
            operation,
            call,
            at,
            called_at,
            time_ns,
            blocked,
            wakes,
            choice,
            preempts,
            note,
        } = self;
        json.object(|step| {
            step.field("thread", thread);
            operation.fields(step);
            step.some("call", call);
            step.some("at", at);
            step.some("called_at", called_at);
            step.some("time_ns", time_ns);
            step.some("blocked", blocked);
            step.unless_empty("wakes", wakes);
            step.some("choice", choice);
            step.if_set("preempts", *preempts);
            step.some("note", note);
        });
    }
}

impl ToJson for Choice {
    fn write(&self, json: &mut Writer) {
        json.object(|choice| {
            let kind = match self {
                Choice::Timeout => "timeout",
                Choice::Spurious => "spurious",
                Choice::Waiter { .. } => "waiter",
                Choice::OlderStore => "older_store",
                Choice::WeakFailure => "weak_failure",
            };
            choice.field("kind", kind);
            if let Choice::Waiter { thread } = self {
                choice.field("thread", thread);
            }
        });
    }
}

impl ToJson for Output {
    fn write(&self, json: &mut Writer) {
        let Output { thread, stream, text, after } = self;
        json.object(|output| {
            output.field("thread", thread);
            output.field("stream", stream);
            output.field("text", text);
            output.field("after", after);
        });
    }
}

/// A variant: its tag, then its fields, each under its name in the source unless another is given.
macro_rules! variant {
    ($to:ident, $tag:literal = $word:literal $(, $method:ident $field:ident $(as $name:literal)?)*) => {{
        $to.field($tag, $word);
        $(variant!(@ $to $method $field $($name)?);)*
    }};
    (@ $to:ident $method:ident $field:ident) => { $to.$method(stringify!($field), $field) };
    (@ $to:ident $method:ident $field:ident $name:literal) => { $to.$method($name, $field) };
}

impl Operation {
    #[rustfmt::skip]
    fn fields(&self, to: &mut Fields<'_>) {
        use Operation as Op;
        match self {
            Op::Start => variant!(to, "op" = "start"),
            Op::End => variant!(to, "op" = "end"),
            Op::Panic { message } => variant!(to, "op" = "panic", field message),
            Op::Exit { code } => variant!(to, "op" = "exit", field code),
            Op::Abort => variant!(to, "op" = "abort"),
            Op::Spawn { child } => variant!(to, "op" = "spawn", field child),
            Op::Join { child } => variant!(to, "op" = "join", field child),
            Op::Yield => variant!(to, "op" = "yield"),
            Op::Sleep { ns } => variant!(to, "op" = "sleep", field ns),
            Op::Park { timeout_ns } => variant!(to, "op" = "park", some timeout_ns),
            // In JSON `thread` is who acts.
            Op::Unpark { thread } => variant!(to, "op" = "unpark", field thread as "target"),
            Op::Lock { lock, mode } => variant!(to, "op" = "lock", field lock, field mode),
            Op::TryLock { lock, mode, acquired } => {
                variant!(to, "op" = "try_lock", field lock, field mode, field acquired);
            }
            Op::Unlock { lock, mode } => variant!(to, "op" = "unlock", field lock, field mode),
            Op::Wait { condvar, lock, timeout_ns } => {
                variant!(to, "op" = "wait", field condvar, field lock, some timeout_ns);
            }
            Op::Wake { condvar, lock } => variant!(to, "op" = "wake", field condvar, field lock),
            Op::Notify { condvar, all } => variant!(to, "op" = "notify", field condvar, field all),
            Op::Barrier { barrier, leader } => {
                variant!(to, "op" = "barrier", field barrier, field leader);
            }
            Op::OnceBegin { once } => variant!(to, "op" = "once_begin", field once),
            Op::OnceEnd { once } => variant!(to, "op" = "once_end", field once),
            Op::OnceGet { once, ready } => variant!(to, "op" = "once_get", field once, field ready),
            Op::Send { channel, outcome } => {
                variant!(to, "op" = "send", field channel, field outcome);
            }
            Op::Receive { channel, outcome, timeout_ns } => {
                variant!(to, "op" = "receive", field channel, field outcome, some timeout_ns);
            }
            Op::Close { channel } => variant!(to, "op" = "close", field channel),
            Op::Load { atomic, ordering, read } => {
                variant!(to, "op" = "load", field atomic, field ordering, field read);
            }
            Op::Store { atomic, ordering, value } => {
                variant!(to, "op" = "store", field atomic, field ordering, field value);
            }
            Op::Update { atomic, ordering, read, value } => {
                variant!(to, "op" = "update", field atomic, field ordering, field read, some value);
            }
            Op::Fence { ordering } => variant!(to, "op" = "fence", field ordering),
            Op::Other => variant!(to, "op" = "other"),
        }
    }
}

impl ToJson for Read {
    fn write(&self, json: &mut Writer) {
        let Read { value, from, stale } = self;
        json.object(|read| {
            read.field("value", value);
            read.some("from", from);
            read.some("stale", stale);
        });
    }
}

impl ToJson for Stale {
    fn write(&self, json: &mut Writer) {
        let Stale { newest, missed } = self;
        json.object(|stale| {
            stale.field("newest", newest);
            stale.field("missed", missed);
        });
    }
}

impl ToJson for Verdict {
    fn write(&self, json: &mut Writer) {
        let Verdict { outcome, search } = self;
        json.object(|verdict| {
            verdict.field("outcome", outcome);
            verdict.some("search", search);
        });
    }
}

impl ToJson for Outcome {
    fn write(&self, json: &mut Writer) {
        json.object(|to| match self {
            Outcome::Ended => variant!(to, "result" = "ended"),
            Outcome::Proved => variant!(to, "result" = "proved"),
            Outcome::Failed { failure } => variant!(to, "result" = "failed", field failure),
            Outcome::NotProved { reason } => variant!(to, "result" = "not_proved", field reason),
        });
    }
}

impl ToJson for Failure {
    #[rustfmt::skip]
    fn write(&self, json: &mut Writer) {
        json.object(|to| match self {
            Failure::Panic { thread, message, at } => {
                variant!(to, "kind" = "panic", field thread, field message, some at);
            }
            Failure::Deadlock { waits } => variant!(to, "kind" = "deadlock", field waits),
            Failure::Livelock { spins, steps } => {
                variant!(to, "kind" = "livelock", field spins, field steps);
            }
            Failure::Leak { threads } => variant!(to, "kind" = "leak", field threads),
            Failure::Poisoned { thread, lock, by } => {
                variant!(to, "kind" = "poisoned", field thread, field lock, some by);
            }
            Failure::Memory { fault, accesses, allocation } => {
                variant!(to, "kind" = "memory", field fault, field accesses, some allocation);
            }
            Failure::Exit { thread, code } => {
                variant!(to, "kind" = "exit", field thread, some code);
            }
        });
    }
}

impl ToJson for Access {
    fn write(&self, json: &mut Writer) {
        let Access { thread, action, at } = self;
        json.object(|access| {
            access.field("thread", thread);
            access.field("action", action);
            access.some("at", at);
        });
    }
}

impl ToJson for Allocation {
    fn write(&self, json: &mut Writer) {
        let Allocation { size, thread, at } = self;
        json.object(|allocation| {
            allocation.field("size", size);
            allocation.field("thread", thread);
            allocation.some("at", at);
        });
    }
}

impl ToJson for Wait {
    fn write(&self, json: &mut Writer) {
        let Wait { thread, at, called_at, waits_for } = self;
        json.object(|wait| {
            wait.field("thread", thread);
            wait.some("at", at);
            wait.some("called_at", called_at);
            wait.some("waits_for", waits_for);
        });
    }
}

impl ToJson for WaitsFor {
    #[rustfmt::skip]
    fn write(&self, json: &mut Writer) {
        json.object(|to| match self {
            WaitsFor::Lock { lock, held_by } => {
                variant!(to, "for" = "lock", field lock, field held_by);
            }
            WaitsFor::Notify { condvar } => variant!(to, "for" = "notify", field condvar),
            WaitsFor::Join { thread } => variant!(to, "for" = "join", field thread),
            WaitsFor::Unpark => variant!(to, "for" = "unpark"),
            WaitsFor::Barrier { barrier } => variant!(to, "for" = "barrier", field barrier),
            WaitsFor::Message { channel } => variant!(to, "for" = "message", field channel),
            WaitsFor::Room { channel } => variant!(to, "for" = "room", field channel),
            WaitsFor::Change { atomics } => variant!(to, "for" = "change", field atomics),
            WaitsFor::Time => variant!(to, "for" = "time"),
        });
    }
}

impl ToJson for Search {
    fn write(&self, json: &mut Writer) {
        let Search { executions, elapsed_ms, schedule, preemptions, minimal, bounds, not_checked } =
            self;
        json.object(|search| {
            search.field("executions", executions);
            search.some("elapsed_ms", elapsed_ms);
            search.some("schedule", schedule);
            search.some("preemptions", preemptions);
            search.field("minimal", minimal);
            search.unless_empty("bounds", bounds);
            search.unless_empty("not_checked", not_checked);
        });
    }
}
