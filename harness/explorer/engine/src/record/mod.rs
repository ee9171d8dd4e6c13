//! The other mode: the program runs on real threads, and each visible operation leaves a step in a trace.
//!
//! The stand-ins call the functions of [`calls`] and its siblings wherever they do the real thing. While nothing records, those cost one load. The
//! order of the steps is an order in which they could have happened: locks are noted while they are held, and atomics while the
//! record itself is locked.

mod atomics;
mod calls;
mod channels;
mod threads;

use std::cell::Cell;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use trace::{
    Failure, ObjectId, ObjectKind, Operation, Origin, Outcome, Output, Program, Step, Stream,
    ThreadId, Trace, Verdict,
};

use crate::machine::id::Id;
use crate::machine::op::Loc;

pub(crate) use atomics::*;
pub(crate) use calls::*;
pub(crate) use channels::*;
pub(crate) use threads::*;

/// The number of the recording under way; 0 if there is none.
static RECORDING: AtomicU32 = AtomicU32::new(0);
static TAPE: Mutex<Option<Tape>> = Mutex::new(None);
/// One recording at a time.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

thread_local! {
    /// The recording that this thread belongs to, and its number there.
    static MYSELF: Cell<(u32, u32)> = const { Cell::new((0, 0)) };
}

/// What was recorded so far.
struct Tape {
    number: u32,
    start: Instant,
    threads: Vec<trace::Thread>,
    /// The numbers of threads by their identity in the program.
    known: HashMap<crate::thread::ThreadId, ThreadId>,
    objects: Vec<trace::Object>,
    steps: Vec<Step>,
    output: Vec<Output>,
    /// For each thing that threads wait for, the last step that let one go on.
    enablers: HashMap<Key, usize>,
    /// What is known of the atomics, by their addresses: what each contains.
    atomics: HashMap<usize, (ObjectId, String)>,
    /// The newest store to each atomic.
    stores: HashMap<ObjectId, usize>,
    panic: Option<Failure>,
}

/// What threads wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    Object(ObjectId),
    End(ThreadId),
    Token(ThreadId),
}

/// Runs a program on real threads and records what its threads did.
///
/// Threads that still run when `f` returns go on unrecorded. A panic of `f` is the verdict of the trace.
///
/// # Panics
///
/// If it is called inside a scenario that is explored, or inside itself.
///
/// ```
/// let trace = explore_engine::record("hello", || {
///     explore_engine::thread::spawn(|| ()).join().unwrap();
/// });
/// assert_eq!(trace.threads.len(), 2);
/// ```
pub fn record(name: &str, f: impl FnOnce()) -> Trace {
    assert!(
        !crate::machine::context::is_exploring(),
        "a scenario cannot be recorded while it is explored"
    );
    assert!(
        number() == 0 || MYSELF.get().0 != number(),
        "a recording cannot be made inside of another"
    );
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let number = crate::machine::new_execution();
    let main = trace::Thread { name: Some("main".to_owned()), parent: None, spawned: None };
    *tape() = Some(Tape {
        number,
        start: Instant::now(),
        threads: vec![main],
        known: HashMap::from([(crate::thread::current().id(), ThreadId(0))]),
        objects: Vec::new(),
        steps: Vec::new(),
        output: Vec::new(),
        enablers: HashMap::new(),
        atomics: HashMap::new(),
        stores: HashMap::new(),
        panic: None,
    });
    MYSELF.set((number, 0));
    RECORDING.store(number, Ordering::Release);
    with(|tape| tape.push(Step::new(ThreadId(0), Operation::Start)));
    let result = std::panic::catch_unwind(AssertUnwindSafe(f));
    if let Err(payload) = &result {
        let message = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let message =
            message.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_default();
        with(|tape| {
            tape.push(Step::new(ThreadId(0), Operation::Panic { message: message.clone() }));
            tape.panic = Some(Failure::Panic { thread: ThreadId(0), message, at: None });
        });
    }
    with(|tape| tape.push(Step::new(ThreadId(0), Operation::End)));
    RECORDING.store(0, Ordering::Release);
    MYSELF.set((0, 0));
    let tape = tape().take();
    tape.map_or_else(
        || unreachable!("only this function takes the tape"),
        |tape| tape.into_trace(name),
    )
}

fn tape() -> MutexGuard<'static, Option<Tape>> {
    TAPE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn number() -> u32 {
    RECORDING.load(Ordering::Acquire)
}

/// Whether this thread is recorded.
fn is_on() -> bool {
    let number = number();
    number != 0 && MYSELF.try_with(Cell::get).is_ok_and(|(recording, _)| recording == number)
}

/// Calls `f` with the tape, if this thread is recorded.
fn with<R>(f: impl FnOnce(&mut Tape) -> R) -> Option<R> {
    if !is_on() {
        return None;
    }
    let mut tape = tape();
    tape.as_mut().map(f)
}

/// This thread's number.
fn myself() -> ThreadId {
    ThreadId(MYSELF.try_with(Cell::get).map_or(0, |(_, thread)| thread))
}

impl Tape {
    fn push(&mut self, mut step: Step) -> usize {
        step.time_ns = Some(u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX));
        self.steps.push(step);
        self.steps.len() - 1
    }

    fn object(&mut self, id: &Id, kind: ObjectKind) -> ObjectId {
        let number = self.number;
        let objects = &mut self.objects;
        ObjectId(id.recorded(number, || {
            objects.push(trace::Object {
                kind,
                name: None,
                created: Some(id.created().into()),
                initial: None,
            });
            objects.len() as u32 - 1
        }))
    }

    /// A thread that waited for this goes on.
    fn woken_by(&mut self, key: Key, thread: ThreadId) {
        if let Some(&step) = self.enablers.get(&key)
            && !self.steps[step].wakes.contains(&thread)
        {
            self.steps[step].wakes.push(thread);
        }
    }

    fn into_trace(self, name: &str) -> Trace {
        let outcome = match self.panic {
            Some(failure) => Outcome::Failed { failure },
            None => Outcome::Ended,
        };
        Trace {
            version: trace::VERSION,
            program: Program { name: name.to_owned(), entry: None },
            origin: Origin::Recorded,
            threads: self.threads,
            objects: self.objects,
            steps: self.steps,
            verdict: Verdict { outcome, search: None },
            output: self.output,
            sources: Default::default(),
        }
    }
}

fn step(operation: Operation, call: &str, at: Loc) -> Step {
    let mut step = Step::new(myself(), operation);
    step.call = (!call.is_empty()).then(|| call.to_owned());
    step.at = Some(at.into());
    step
}

/// Notes what a thread printed.
pub(crate) fn printed(stream: Stream, text: std::fmt::Arguments<'_>) {
    with(|tape| {
        let after = tape.steps.len();
        tape.output.push(Output { thread: myself(), stream, text: text.to_string(), after });
    });
}
