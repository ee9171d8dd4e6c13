//! The machinery: runs one execution of a program, one visible operation at a time, as a search decides.
//!
//! The threads of the program are stackful coroutines on one thread of the operating system. A thread that comes to a visible
//! operation *announces* it ([`Machine::announce`]), the search chooses who goes next among all that were announced, and the
//! chosen thread *performs* its operation and runs on to the next. Code between two visible operations runs undisturbed.
//!
//! | file | holds |
//! |---|---|
//! | `op` | the operations |
//! | `thread`, `object` | the state |
//! | `choices` | what is possible in a state, and what an operation touches |
//! | `oddities` | what happens seldom, and for no reason that can be seen |
//! | `turns` | asking the search, telling it what was done |
//! | `perform`, `locks`, `atomics`, `channels` | what an operation does |
//! | `policies` | what std leaves open and this program can notice |
//! | `spinning` | spin loops |
//! | `memory` | what loads may read |
//! | `past` | what looks at std's objects may find that was |
//! | `words` | which atomic is at an address |
//! | `nobodys` | objects that no line of the program has created |
//! | `context` | how code finds the machine, and the switch between coroutines |
//! | `fibers` | the coroutines |
//! | `crossing` | the switch to the engine's own stack |
//! | `arena` | the program's memory |
//! | `sweep` | what executions leave behind |
//! | `plain` | plain memory, as instrumented code tells of it |
//! | `chance` | what is read from outside |
//! | `futex` | waiting below std |
//! | `reactor` | waiting in the kernel for what the program's own threads do |
//! | `hashing` | the keys of `HashMap`s, the same in every execution |
//! | `statics` | values that outlive an execution |
//! | `streams` | standard input, output and error |
//! | `symmetry` | threads that do the same |
//! | `tracer`, `standing` | the story of one execution, for people |
//! | `panics` | which panic is the failure |
//! | `overflow`, `watchdog` | what cannot be explored any further |

pub mod arena;
mod atomics;
pub mod callers;
pub mod chance;
pub mod channels;
pub mod choices;
pub mod context;
pub mod crossing;
pub mod debugger;
pub mod fibers;
mod footprints;
pub mod futex;
pub mod hashing;
pub mod id;
mod locks;
pub mod looks;
pub mod memory;
pub mod nobodys;
pub mod object;
mod oddities;
pub mod op;
pub mod overflow;
pub mod panics;
pub mod past;
pub mod perform;
pub mod plain;
pub mod policies;
pub mod reactor;
pub mod spinning;
mod standing;
pub mod statics;
pub mod streams;
pub mod sweep;
pub mod symmetry;
pub mod thread;
pub mod tracer;
mod turns;
pub mod watchdog;
pub mod words;

use std::backtrace::Backtrace;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::config::Config;
use crate::search::clock::Clock;
use crate::search::{Choice, MAX_THREADS, Pending, Search};
use object::{Object, State};
use op::{Loc, Obj, Tid};
use thread::Thread;
use tracer::Tracer;

// In footprints, what is not an object of the program has a number too. The objects of the program come after these.

/// What all `SeqCst` fences and accesses touch.
const FENCES: u32 = 0;
/// What all spawns touch: threads are numbered in the order of spawning.
const SPAWNS: u32 = 1;
/// What all reads from standard input touch.
const INPUT: u32 = 2;

/// What all prints to a stream touch, if their order matters.
const fn printed_to(stream: trace::Stream) -> u32 {
    3 + stream as u32
}

/// The park token of a thread.
const fn token_of(tid: Tid) -> u32 {
    5 + 2 * tid as u32
}

/// The end of a thread.
const fn end_of(tid: Tid) -> u32 {
    6 + 2 * tid as u32
}

/// Who lets go of the result of a thread.
const fn result_of(tid: Tid) -> u32 {
    5 + 2 * MAX_THREADS as u32 + tid as u32
}

/// An object of the program.
const fn shared(object: Obj) -> u32 {
    FIRST_SHARED + object
}

const FIRST_SHARED: u32 = 5 + 3 * MAX_THREADS as u32;

/// How an execution ended badly.
#[derive(Clone, Debug, PartialEq)]
pub enum Bad {
    /// The main thread, or one that nobody joined, panicked.
    Panic { thread: Tid, note: PanicText },
    /// Nobody can go on.
    Deadlock,
    /// The main thread has ended, others wait for ever.
    Leak,
    /// Nobody can go on but in rounds that lead to where they began.
    Livelock,
    /// All go on, in steps that lead to where they began.
    Circle,
    /// The run was stopped: it has had as many steps as it may have. That is no failure.
    TooLong,
    /// The run was cut off: what comes next comes after another run as well. That is no failure.
    CutOff,
    /// The program ended itself.
    Exit { thread: Tid, code: Option<i32> },
    /// The program did something else than before after the same choices, or cannot be explored for another reason.
    Refused(String),
    /// A thread's stack overflowed.
    StackOverflow { thread: Tid },
    /// A signal that a thread's own code is to blame for.
    Crash { thread: Tid, signal: i32 },
    /// Memory was used as it must not be.
    Memory(Box<plain::faults::Fault>),
}

/// A panic's message and place.
#[derive(Clone, Debug, PartialEq)]
pub struct PanicText {
    pub message: String,
    pub at: Option<trace::Location>,
}

/// Each execution has a number of its own, by which objects know whether they were used in it before.
static EXECUTIONS: AtomicU32 = AtomicU32::new(1);

/// The number of a new execution, or recording.
pub fn new_execution() -> u32 {
    EXECUTIONS.fetch_add(1, Ordering::Relaxed)
}

/// One execution of a program.
pub struct Machine {
    pub config: Config,
    /// The number of this execution.
    pub id: u32,
    pub search: Box<dyn Search>,
    pub threads: Vec<Thread>,
    pub objects: Vec<Object>,
    places: Vec<u32>,
    atomics: usize,
    /// What can be looked at and may be found as it was.
    pasts: Vec<past::Past>,
    /// The atomics, by their addresses.
    words: words::Words,
    /// The words that threads wait at below std.
    futexes: Vec<futex::Futex>,
    reactor: reactor::Reactor,
    /// Who runs.
    pub current: Tid,
    /// Who was chosen to take the next step, and which alternative.
    pub chosen: Option<Choice>,
    pub steps: u32,
    /// What the `SeqCst` fences and stores knew.
    sc: Clock,
    /// The first thing that went wrong.
    pub failure: Option<Bad>,
    /// The program has ended itself, with success.
    pub exited: bool,
    /// Who ends the process: std lets nobody else do it then. Main does when it returns.
    pub exiting: Option<Tid>,
    /// And calls `exit` once more.
    pub exits_again: bool,
    /// What the program finds its main thread called, if not `main`.
    pub main_is_called: Option<std::sync::Arc<str>>,
    /// Where the threads stood when that happened.
    pub standing_at_end: Vec<trace::Wait>,
    /// The panics so far, the first one first.
    raised: Vec<panics::Panic>,
    /// Where the story ends, if what went wrong was only known later.
    ends_at: Option<panics::Told>,
    /// A story goes on after that, as far as the execution does.
    pub whole_stories: bool,
    pub tracer: Option<Tracer>,
    /// What was printed: thread, stream, text.
    pub output: Vec<(Tid, trace::Stream, String)>,
    streams: streams::Streams,
    /// The panic hook that the program has set.
    pub hook: Option<std::sync::Arc<crate::panic::Hook>>,
    /// It runs now.
    pub in_hook: bool,
    choices: Vec<Choice>,
    quiescent: bool,
    /// The step being taken.
    after: Vec<u32>,
    freed: Vec<u32>,
    observed: Option<u32>,
    /// The step gives back a lock, and something is not what it was when it was taken.
    section_changed: bool,
    mover: spinning::Mover,
    /// Whether the whole program is where it was before.
    pub circle: spinning::circles::Circle,
    /// How exactly is looked where threads stand.
    pub closeness: spinning::closeness::Closeness,
    /// The execution must be made again, and this exactly.
    pub closer: Option<spinning::closeness::Closeness>,
    /// Which bounds have cut something off, in any execution.
    pub bounds_met: spinning::bounds::Met,
    /// What was pending at the end, before those who wait in loops were said to do so.
    waiting_for: Option<Vec<Pending>>,
    /// Since which step the thread that took the last step has taken all of them.
    runs_since: u32,
    /// Who took the last step.
    last: Tid,
    /// The choices made, as indices among the alternatives of the thread: the schedule.
    pub schedule: Vec<(u8, u16)>,
    record_schedule: bool,
    /// How it has used what lies outside of it, in this execution.
    used_outside: Vec<chance::Use>,
    /// What the program has read from outside, in any execution.
    pub read: chance::Read,
    /// What the program does that makes a difference to what std leaves open.
    pub policies: policies::Policies,
    /// So much of the schedule says something: the rest comes about by itself.
    pub telling: usize,
    /// Which of these choices let something happen for no reason that can be seen.
    pub odd: Vec<usize>,
    /// Nothing of that kind happens. For the search of a simple run: what it finds happens without this as well.
    pub nothing_odd: bool,
    /// The objects that were created by nobody's line: by `Default`, as `derive` and `Default::default` call it. They have the line of their first use.
    nameless: Vec<Obj>,
    /// The stack of the code that crashed, or that did what cannot be explored.
    pub stack_at_end: Option<Backtrace>,
    /// How often memory was read since a step.
    read_since: (u32, u32),
    /// The last yield for that reason, and how many there were since somebody did anything else.
    read_yields: (u32, u32),
    pub symmetry: symmetry::Symmetry,
    /// Counts operations for the watchdog.
    pub watch: std::sync::Arc<watchdog::Watch>,
}

impl Machine {
    /// A machine that has not run anything.
    pub fn new(config: Config, search: Box<dyn Search>) -> Self {
        Self {
            id: 0,
            search,
            threads: Vec::new(),
            objects: Vec::new(),
            places: Vec::new(),
            atomics: 0,
            pasts: Vec::new(),
            words: words::Words::default(),
            futexes: Vec::new(),
            reactor: reactor::Reactor::default(),
            current: 0,
            chosen: None,
            steps: 0,
            sc: Clock::default(),
            failure: None,
            standing_at_end: Vec::new(),
            raised: Vec::new(),
            ends_at: None,
            whole_stories: false,
            exited: false,
            exiting: None,
            exits_again: false,
            main_is_called: None,
            tracer: None,
            output: Vec::new(),
            streams: streams::Streams::default(),
            hook: None,
            in_hook: false,
            choices: Vec::new(),
            quiescent: false,
            after: Vec::new(),
            freed: Vec::new(),
            observed: None,
            section_changed: false,
            mover: Default::default(),
            circle: Default::default(),
            closeness: Default::default(),
            closer: None,
            bounds_met: Default::default(),
            waiting_for: None,
            runs_since: 0,
            last: 0,
            schedule: Vec::new(),
            record_schedule: false,
            used_outside: Vec::new(),
            read: chance::Read::default(),
            policies: policies::Policies::default(),
            telling: 0,
            odd: Vec::new(),
            nothing_odd: false,
            nameless: Vec::new(),
            stack_at_end: None,
            read_since: (0, 0),
            read_yields: (0, 0),
            symmetry: Default::default(),
            watch: std::sync::Arc::default(),
            config,
        }
    }

    /// Prepares the next execution.
    pub fn begin(&mut self, at: Loc, trace: bool) {
        self.id = new_execution();
        self.search.begin();
        self.threads.clear();
        self.objects.clear();
        self.words.clear();
        self.pasts.clear();
        self.futexes.clear();
        self.reactor.begin();
        self.used_outside.clear();
        self.places.resize(FIRST_SHARED as usize, 0);
        self.atomics = 0;
        self.current = 0;
        self.chosen = None;
        self.steps = 0;
        self.sc.clear();
        self.failure = None;
        self.standing_at_end.clear();
        self.raised.clear();
        self.ends_at = None;
        self.exited = false;
        self.exiting = None;
        self.exits_again = false;
        self.output.clear();
        self.streams = streams::Streams::default();
        self.hook = None;
        self.in_hook = false;
        self.waiting_for = None;
        self.runs_since = 0;
        self.last = 0;
        self.schedule.clear();
        self.record_schedule = trace;
        self.telling = 0;
        self.nameless.clear();
        self.stack_at_end = None;
        self.read_since = (0, 0);
        self.read_yields = (0, 0);
        self.odd.clear();
        self.tracer = trace.then(Tracer::default);
        arena::begin();
        plain::begin(self.config.counters);
        self.mover = Default::default();
        self.circle = Default::default();
        self.closer = None;
        self.symmetry.begin();
        let mut main = Thread::new(Some("main".into()), None, at, &self.config);
        main.exists = true;
        self.give_a_clock(&mut main);
        self.threads.push(main);
    }

    /// Adds an object on its first use in this execution.
    pub fn add_object(&mut self, kind: &'static str, created: Loc, mut state: State) -> Obj {
        let number = self.objects.len() as Obj;
        if let State::Atomic(atomic) = &mut state {
            atomic.index = self.atomics;
            self.atomics += 1;
        }
        if nobodys::is_nobodys(created) {
            self.nameless.push(number);
        }
        let place = std::ptr::from_ref(created) as usize as u64;
        let hash = (place ^ u64::from(created.line()) << 32).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.places.push((hash >> 32) as u32);
        self.objects.push(Object {
            kind,
            created,
            is_gone: false,
            replaces: None,
            version: 0,
            state,
        });
        let has_a_past =
            matches!(self.objects[number as usize].state, State::Lock(_) | State::Once(_));
        if has_a_past {
            self.give_a_past(number);
        }
        number
    }

    /// Adds the thread whose spawn the current thread has just performed.
    pub fn start_thread(&mut self, name: Option<String>, spawned: Loc) -> Option<Tid> {
        if self.threads.len() == MAX_THREADS {
            self.fail(Bad::Refused(format!("it has more than {MAX_THREADS} threads")));
            return None;
        }
        let mut thread =
            Thread::new(name.map(Into::into), Some(self.current), spawned, &self.config);
        thread.exists = true;
        thread.spawned_by = Some(self.steps - 1);
        thread.views.learn(&self.threads[self.current].views.current);
        self.is_born(&mut thread);
        self.give_a_clock(&mut thread);
        self.count_step(self.current);
        self.threads.push(thread);
        let tid = self.threads.len() - 1;
        Some(tid)
    }

    /// A thread counts its steps in its view, so that others can tell what they know of it. Where nobody asks, that costs a counter.
    fn give_a_clock(&mut self, thread: &mut Thread) {
        thread.past = self.new_past();
        if plain::is_on() {
            thread.clock = self.atomics;
            self.atomics += 1;
            thread.views.current.set(thread.clock, 1);
        }
    }

    /// The last object is known by its address, which is the same in every execution.
    pub fn name_by_address(&mut self, object: Obj, address: usize) {
        if let Some(place) = self.places.get_mut(shared(object) as usize) {
            *place = ((address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u32;
        }
    }

    /// Where the engine holds what the program has given it: thread-locals that have no destructor, and the panic hook.
    pub fn held(&self) -> Vec<(usize, usize)> {
        fn of<T>(values: &[T]) -> (usize, usize) {
            let range = values.as_ptr_range();
            (range.start.expose_provenance(), range.end.expose_provenance())
        }
        let locals = self.threads.iter().map(|thread| of(&thread.locals));
        let hook = self.hook.iter().map(|hook| of(std::slice::from_ref(&**hook)));
        let its_place = of(std::slice::from_ref(&self.hook));
        locals.chain(hook).chain([its_place]).collect()
    }

    /// What could be done next, when the execution was stopped, and whether that is all time-outs that fire because nothing else can happen.
    pub fn offered(&self) -> (&[Choice], bool) {
        (&self.choices, self.quiescent)
    }

    /// Notes the first failure.
    pub fn fail(&mut self, bad: Bad) {
        if self.failure.is_none() {
            self.failure = Some(bad);
            self.standing_at_end = self.standing();
        }
    }

    /// A thread has crashed.
    pub fn crash(&mut self, thread: Tid, signal: i32) {
        if signal == libc::SIGABRT {
            self.trace_abort(thread);
            self.exited = true;
            self.fail(Bad::Exit { thread, code: None });
        } else {
            self.fail(Bad::Crash { thread, signal });
        }
        self.chosen = None;
    }

    /// A thread's stack is full.
    pub fn overflow(&mut self, thread: Tid) {
        self.fail(Bad::StackOverflow { thread });
        self.chosen = None;
    }

    /// The name of a thread, for people.
    pub fn thread_name(&self, tid: Tid) -> String {
        let thread = &self.threads[tid];
        thread.name.as_deref().map_or_else(|| format!("thread {tid}"), str::to_owned)
    }
}

impl Machine {
    /// Keeps what the current thread printed.
    pub fn print(&mut self, stream: trace::Stream, text: &str) {
        self.output.push((self.current, stream, text.to_owned()));
        self.trace_print(stream, text);
    }

    /// Whether no writer holds a lock.
    pub fn is_readable(&self, lock: Obj) -> bool {
        self.lock(lock).owner.is_none()
    }

    /// Whether nobody holds a lock.
    pub fn is_free(&self, lock: Obj) -> bool {
        self.lock(lock).is_free()
    }
}
