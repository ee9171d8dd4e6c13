//! What an exploration covers, and how long it may take.

use crate::read::{FromJson, Problem, Value};
use std::time::Duration;
use trace::json::{ToJson, Writer};

/// The bounds of an exploration. The default is what the verb `explore` does without flags.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// How many spurious wake-ups each thread may have, of `Condvar::wait` and `thread::park`. Every one multiplies the runs.
    pub spurious: u8,
    /// How often the `compare_exchange_weak` of each thread may fail for no reason.
    pub weak_failures: u8,
    /// Time-outs may fire at any moment. Without it they fire only when nothing else can happen.
    pub eager_timeouts: bool,
    /// Of the time-outs that fire when nothing else can happen, those that are due first do. Without it, those that are nearly alike fire in any order. For programs
    /// that are about time, where a clock has to be exact.
    #[doc(hidden)]
    pub due_first: bool,
    /// The memory model.
    pub memory: Memory,
    /// Whether the order in which threads print matters. Set to list every output that a program can have.
    pub outputs: bool,
    /// Threads may be left running when the main thread ends, as daemons are. Without it that is a leak.
    pub detached: bool,
    /// Memory that nobody has freed at the end of an execution, and nobody can reach from a `static`, is a failure. Only where plain memory is watched.
    pub leaks: bool,
    /// Data races both of whose accesses are in one of these files (or below one of these folders, if it ends with `/`), named as the compiler was told,
    /// are no failure. The run goes on as if they were ordered as they came.
    pub accept: Vec<String>,
    /// What the program reads from standard input.
    pub input: String,
    /// Time-outs of calls in this file never fire early, and do not count for [`Outcome::timed`](crate::Outcome::timed). None if it is empty.
    #[doc(hidden)]
    pub patient: String,
    /// Every thread has to end: also one that was spawned in a file which is called as those of crates of others are, and one that waits while it
    /// destroys its thread-locals. For programs whose authors want less to be asked of them.
    #[doc(hidden)]
    pub everybody_ends: bool,
    /// Search only runs with at most so many preemptions. Such a search never proves anything.
    pub preemptions: Option<u32>,
    /// The most executions of the exhaustive search. After them, or after `max_time`, the search goes on at random.
    pub max_executions: u64,
    /// The longest time of the exhaustive search.
    pub max_time: Duration,
    /// How many random executions to make when the exhaustive search did not end.
    pub random_executions: u64,
    /// The longest time for random executions.
    pub random_time: Duration,
    /// How random executions are chosen.
    pub random: Random,
    /// The seed of the random executions.
    pub seed: u64,
    /// The seed of the random numbers that the program is given, the same in every execution, and of the order of its `HashMap`s.
    pub entropy: u64,
    /// The most steps of one execution. A run that needs more is stopped, and then nothing is proved. At most [`Config::MOST_STEPS`].
    pub max_steps: u32,
    /// After so many rounds of a loop that only looks, and saw the same, no change is seen until the loop is left; `None` follows each loop until it
    /// gives up. For loops that count their rounds: each look that could be the first to see a change costs an execution. At least 1.
    pub looks: Option<u8>,
    /// After a thread has yielded so often while no other has moved, and has not come back to where it was, it waits until another one moves. Yields with nothing in between are one.
    pub yields: u32,
    /// How many time-outs of a thread may fire while others could go on, with `eager_timeouts`.
    pub early_timeouts: u8,
    /// Of time-outs that are not over at once, only those shorter than [`Config::NAP`] fire early: for programs that are about longer ones.
    #[doc(hidden)]
    pub only_naps: bool,
    /// How long a thread may run without a visible operation before the process is ended with a report.
    pub watchdog: Option<Duration>,
    /// The stack of each thread that does not ask for another size, in bytes. 0: as in std, 2 MiB, and 8 MiB for the main thread.
    pub stack: usize,
    /// Go on after a failure, and count them all. The outcome then names the first.
    pub keep_going: bool,
    /// Seek a simple failing run: nothing odd in it that the failure does not need, and few preemptions.
    pub minimise: bool,
    /// Threads that do the same count once: of runs that differ only in which of them does what, one is made. Threads do, if one thread spawns them one right
    /// after the other, with the same closure over the same objects and a result that says nothing, and nobody tells them apart.
    pub symmetry: bool,
    /// So many processes share the exhaustive search, once it has turned out to be long.
    pub jobs: u32,
    /// Share it in pieces of so many executions, and one after the other if there is one process, for its tests. 0: in pieces of a good size.
    #[doc(hidden)]
    pub piece: u64,
    /// Split the search as for so many machines, and search all parts here, for its tests. 0: it is not split.
    #[doc(hidden)]
    pub parts: u32,
    /// Which search to use instead of the usual one.
    #[doc(hidden)]
    pub strategy: Strategy,
    /// Writers that wait for an `RwLock` may keep readers out. Set where it can make a difference, by the exploration itself.
    #[doc(hidden)]
    pub queues: bool,
    /// Readers that wait for an `RwLock` are seen to wait. Set where it can make a difference, by the exploration itself.
    #[doc(hidden)]
    pub readers: bool,
    /// Calls of std that block may leave a park token with these threads, as a bit mask. Off: it is not known yet what it costs other people's programs.
    #[doc(hidden)]
    pub left: u64,
    /// Calls of std that block may eat a park token. Set where it can make a difference, by the exploration itself.
    #[doc(hidden)]
    pub tokens: bool,
    /// A sleep that is longer than so many nanoseconds may take its time: it ends when nothing else can happen, and after the time-outs that pass before it. 0: none. Set where it
    /// can make a difference, by the exploration itself.
    #[doc(hidden)]
    pub long_sleeps: u64,
    /// Looks at std's objects may find what was. Off: it is not known yet what it costs other people's programs.
    #[doc(hidden)]
    pub past: bool,
    /// To let go of the result of a thread is a step. Set where it can make a difference, by the exploration itself.
    #[doc(hidden)]
    pub results: bool,
    /// A lock is poisoned by a step of its own, before it is given back. Set where it can make a difference, by the exploration itself.
    #[doc(hidden)]
    pub poisons: bool,
    /// The locks of the standard streams keep others out. Set where it can make a difference, by the exploration itself.
    #[doc(hidden)]
    pub streams: bool,
    /// States are compared from the first step on. Set for a run that goes round, by the exploration itself.
    #[doc(hidden)]
    pub circles: bool,
    /// Name the Mazurkiewicz trace of each execution in `Progress`, for its tests.
    #[doc(hidden)]
    pub classes: bool,
    /// Follow every loop, and take none for one that spins, for its tests.
    #[doc(hidden)]
    pub follow_loops: bool,
    /// Explore the rounds of waiting loops that come to nothing as well, for its tests.
    #[doc(hidden)]
    pub every_round: bool,
    /// The operations of `Arc`'s counters are steps. Set by the search itself when it has seen somebody look at one.
    #[doc(hidden)]
    pub counters: bool,
    /// Break the engine on purpose, for its tests.
    #[doc(hidden)]
    pub fault: Option<Fault>,
}

impl Config {
    /// No execution can have more steps than this, whatever `max_steps` says: the places of stores are counted in 15 bits.
    pub const MOST_STEPS: u32 = 30_000;

    /// Whoever waits with a shorter time-out than this, in a program that is about seconds, only lets others go first.
    #[doc(hidden)]
    pub const NAP: Duration = Duration::from_millis(900);

    /// These bounds as they hold: what is beyond an engine's own limit is that limit.
    pub fn within_limits(mut self) -> Self {
        self.max_steps = self.max_steps.min(Self::MOST_STEPS);
        self
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            spurious: 0,
            weak_failures: 1,
            eager_timeouts: false,
            due_first: false,
            memory: Memory::Rc11,
            outputs: false,
            detached: false,
            leaks: false,
            accept: Vec::new(),
            input: String::new(),
            patient: String::new(),
            everybody_ends: false,
            preemptions: None,
            max_executions: 1_000_000,
            max_time: Duration::from_secs(30),
            random_executions: 10_000,
            random_time: Duration::from_secs(5),
            random: Random::default(),
            seed: 0,
            entropy: 0,
            max_steps: 20_000,
            looks: None,
            yields: 200,
            early_timeouts: 3,
            only_naps: false,
            watchdog: Some(Duration::from_secs(20)),
            stack: 0,
            keep_going: false,
            minimise: true,
            symmetry: false,
            jobs: 1,
            piece: 0,
            parts: 0,
            strategy: Strategy::Optimal,
            queues: false,
            readers: false,
            left: 0,
            tokens: false,
            long_sleeps: 0,
            past: false,
            results: false,
            poisons: false,
            streams: false,
            circles: false,
            classes: false,
            follow_loops: false,
            every_round: true,
            counters: false,
            fault: None,
        }
    }
}

/// What atomics mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Memory {
    /// Every ordering counts for what it says: RC11 (Lahav et al., PLDI 2017) without load buffering, each atomic's stores in the
    /// order of execution.
    #[default]
    Rc11,
    /// Every ordering counts as `SeqCst`.
    SeqCst,
}

/// How random executions are chosen. The same seed gives the same ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Random {
    /// Each thread has a random priority, and falls at a few random steps (PCT, ASPLOS 2010).
    Pct,
    /// Each step has a random priority, and a new one after a race that it lost (POS, CAV 2018).
    Pos,
    /// All orders of the accesses to one object have the same odds; each execution has its own object (SURW, ASPLOS 2025).
    #[default]
    Surw,
}

impl Random {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pct, Self::Pos, Self::Surw];

    /// Its name in options and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pct => "pct",
            Self::Pos => "pos",
            Self::Surw => "surw",
        }
    }
}

/// What has no such name; the message says which there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchRandom(String);

impl std::fmt::Display for NoSuchRandom {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} is none of pct, pos and surw", self.0)
    }
}

impl std::error::Error for NoSuchRandom {}

impl std::str::FromStr for Random {
    type Err = NoSuchRandom;

    fn from_str(text: &str) -> Result<Self, NoSuchRandom> {
        let named = Self::ALL.into_iter().find(|random| random.name() == text);
        named.ok_or_else(|| NoSuchRandom(text.to_owned()))
    }
}

impl ToJson for Random {
    fn write(&self, json: &mut Writer) {
        json.text(self.name());
    }
}

impl FromJson for Random {
    fn from_value(value: Value) -> Result<Self, Problem> {
        let Value::Text(text) = &value else { return Err(value.is_not("pct, pos or surw")) };
        text.parse().map_err(|_| value.is_not("pct, pos or surw"))
    }
}

/// Which search to use; for tests and comparisons.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strategy {
    /// Optimal DPOR.
    #[default]
    Optimal,
    /// Every order, without reduction.
    Full,
    /// Random executions from the first on.
    Random,
}

/// Errors that an implementer makes. Each is caught by the differential test.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Does not look for races of operations that are blocked when the execution ends.
    NoRacesAtTheEnd,
    /// Plans only the thread of the later event, as Flanagan and Godefroid do, with sleep sets.
    ThreadInsteadOfInitial,
    /// Forgets that a notification comes before the wake-up.
    NoNotifyEdge,
    /// Lets a waiter wake spuriously at any time, instead of deciding it in `wait`.
    LateSpuriousWakeup,
    /// Forgets the threads that have not begun when the program ends itself.
    LostStarts,
    /// Gives all atomics one name, as if each could be every other before it is used. That is no mistake: it costs executions.
    AtomicsShareAName,
    /// Takes objects that share a name (they are created at one place in the source) for one object, before they are used.
    PlacesAreNames,
    /// Takes a thread that comes back to a line for one that spins.
    SpinsByPlace,
    /// Likewise, if it comes back with the same stack, whatever is in memory.
    SpinsByStack,
    /// Leaves out rounds of loops that come to nothing also where their having been makes a difference.
    NeverDoubts,
    /// Whoever could still read an older store than one that it has read in vain does so.
    NobodyWaitsForEver,
    /// Forgets what a round that is left out might have come before.
    LooksTooLate,
    /// Thinks that what is done under a lock changes nothing.
    SectionsChangeNothing,
    /// Takes threads of one closure for the same, whatever it has captured.
    SameCodeIsEnough,
    /// Takes threads for the same although something is done between their joins.
    JoinsTellNothing,
    /// Forgets what a piece of the search asks other pieces for.
    PiecesAskNothing,
    /// So many processes that share the search are killed as soon as they begin. That is no mistake of the engine's: it can happen.
    Killed(u32),
    /// The process is killed as soon as it has written so many pieces into its journal. It can happen.
    KilledAfterLine(u32),
}

/// The JSON form of a struct with a default: every field under its own name. What is not in the text keeps its default. Fields after a
/// semicolon are not written.
macro_rules! fields {
    ($type:ident { $($field:ident),* $(,)? $(; $($hidden:ident),*)? }) => {
        impl trace::json::ToJson for $type {
            fn write(&self, json: &mut trace::json::Writer) {
                let $type { $($field,)* $($($hidden: _),*)? } = self;
                json.object(|object| {
                    $(object.field(stringify!($field), $field);)*
                });
            }
        }

        impl $crate::read::FromJson for $type {
            fn from_value(value: $crate::read::Value) -> Result<Self, $crate::read::Problem> {
                let mut all = $type::default();
                for (name, value) in value.fields(stringify!($type))? {
                    let read = match name.as_str() {
                        $(stringify!($field) => {
                            $crate::read::FromJson::from_value(value).map(|value| all.$field = value)
                        })*
                        _ => {
                            let text = concat!("there is no such field in ", stringify!($type));
                            Err($crate::read::Problem(text.to_owned()))
                        }
                    };
                    read.map_err(|problem| {
                        $crate::read::Problem(format!("{name}: {problem}"))
                    })?;
                }
                Ok(all)
            }
        }
    };
}
pub(crate) use fields;

fields!(Config {
    spurious,
    weak_failures,
    eager_timeouts,
    due_first,
    memory,
    outputs,
    detached,
    leaks,
    accept,
    input,
    patient,
    everybody_ends,
    preemptions,
    max_executions,
    max_time,
    random_executions,
    random_time,
    random,
    seed,
    entropy,
    max_steps,
    looks,
    yields,
    early_timeouts,
    only_naps,
    watchdog,
    stack,
    keep_going,
    minimise,
    symmetry,
    jobs;
    piece,
    parts,
    strategy,
    queues,
    readers,
    left,
    tokens,
    long_sleeps,
    past,
    results,
    poisons,
    streams,
    circles,
    classes,
    follow_loops,
    every_round,
    counters,
    fault
});

impl ToJson for Memory {
    fn write(&self, json: &mut Writer) {
        json.text(match self {
            Memory::Rc11 => "rc11",
            Memory::SeqCst => "seq_cst",
        });
    }
}

impl FromJson for Memory {
    fn from_value(value: Value) -> Result<Self, Problem> {
        match &value {
            Value::Text(text) if text == "rc11" => Ok(Memory::Rc11),
            Value::Text(text) if text == "seq_cst" => Ok(Memory::SeqCst),
            other => Err(other.is_not("rc11 or seq_cst")),
        }
    }
}
