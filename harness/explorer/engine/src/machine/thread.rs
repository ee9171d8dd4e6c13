//! What the machine knows of each thread of the program.

use std::sync::Arc;

use super::memory::Views;
use super::op::{Loc, Op, Tid};
use super::spinning::Spin;
use crate::config::Config;

/// A thread of the program.
pub struct Thread {
    /// The name that the program gave it. All handles share it, so that to make one takes no memory.
    pub name: Option<Arc<str>>,
    /// Who spawned it.
    pub parent: Option<Tid>,
    /// Where it was spawned; for the main thread, where the exploration was started.
    pub spawned: Loc,
    /// Whether its spawn has happened; before, it does not exist for the others.
    pub exists: bool,
    /// What it will do next.
    pub pending: Op,
    /// Where.
    pub at: Loc,
    /// Which of the stacks in `callers` leads there.
    pub caller: Option<u32>,
    /// It had to wait in the blocking call that it is in.
    pub rests: bool,
    /// The longest time that it has slept, in nanoseconds.
    pub slept: u64,
    /// How many locks it holds for reading.
    pub reading: u32,
    /// How many locks of standard streams it has that keep nobody out.
    pub printing: u32,
    /// The function of `std` that was called, if the operation does not say it.
    pub call: &'static str,
    /// It has ended, in this step.
    pub ended: Option<u32>,
    /// Its closure has returned, in this step, and what it knew then. Nothing, if it had no thread-locals to destroy.
    pub returned: Option<(u32, crate::search::clock::Clock)>,
    /// The last step of its closure that did more than give something back, see `Op::only_ends`.
    pub last_act: u32,
    /// Its step that announced it to the others, which all that it does comes after.
    pub spawned_by: Option<u32>,
    /// Why the wait that it is in will end.
    pub woken: Woken,
    /// When it was notified, on the clock of who did it.
    pub woken_at: u64,
    /// That it had not ended.
    pub past: super::past::Number,
    /// It destroys the result of a thread.
    pub destroys: bool,
    /// What it knew when it let go of its result, and what whoever let go of its handle.
    pub let_go: [Option<crate::search::clock::Clock>; 2],
    /// Why the last wait that it was in ended.
    pub awoken: Woken,
    /// Its park token.
    pub token: bool,
    /// The step that set the token.
    pub token_by: u32,
    /// What those knew who set the token.
    pub token_view: crate::search::clock::Clock,
    /// A blocking call of std has left a token, or will: what the thread knew then.
    pub stray: Option<crate::search::clock::Clock>,
    /// It has done a call that may leave one.
    pub has_blocked: bool,
    /// How many spurious wake-ups it may still have.
    pub spurious_left: u8,
    /// How many of its time-outs may still fire while others could go on.
    pub timeouts_left: u8,
    /// How many of its weak compare-exchanges may still fail for no reason.
    pub weak_left: u8,
    /// How many panics are under way.
    pub panics: usize,
    /// What it knows of memory.
    pub views: Views,
    /// Its looks at the clock.
    pub looks: super::looks::Looks,
    /// How many random numbers it has read.
    pub random: u64,
    /// What is known of its rounds.
    pub spin: Spin,
    /// For a trace: how long it sleeps, if the yield at the end of its spin round is a sleep.
    pub nap: Option<u64>,
    /// The time-out of what it announces never fires early.
    pub patient: bool,
    /// Only short ones do.
    pub only_naps: bool,
    /// A crate of others spawned it, as pools and timers do: nobody here has a handle to join it, and it ends with the process.
    pub is_daemon: bool,
    /// Values of `thread_local!`s, in order of first use.
    pub locals: Vec<crate::thread::local::Entry>,
    /// Its last panic, in `Machine::raised`.
    pub panic: Option<usize>,
    /// Whose panic left poisoned what it found so last.
    pub found_poisoned: Option<usize>,
    /// Whose panic took with it the other end of the channel that it found closed last.
    pub found_broken: Option<usize>,
    /// The panic that it received last.
    pub received: Option<usize>,
    /// Whether somebody has received its last panic.
    pub panic_seen: bool,
    /// Where its steps are counted in views.
    pub clock: usize,
    /// For a trace: it was shown as blocked and has not gone on since.
    pub shown_blocked: bool,
    /// How many steps it has taken.
    pub taken: u32,
    /// The family that it is of: see [`super::symmetry`].
    pub family: Option<usize>,
    /// What it is about to spawn.
    pub bears: Option<super::symmetry::Kin>,
    /// The family of which it has just spawned a member.
    pub brood: Option<usize>,
    /// The family of which it has joined some.
    pub gathers: Option<usize>,
}

/// Why a wait ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Woken {
    /// It does not yet.
    #[default]
    No,
    /// It was notified, in this step.
    By(u32),
    /// It was decided when the wait began that it ends for no reason.
    Spuriously,
    /// It was decided when the wait began that its time-out passes first.
    InTime,
}

/// Whether so many nanoseconds are less than [`Config::NAP`].
pub fn is_nap(time: u64) -> bool {
    u128::from(time) < Config::NAP.as_nanos()
}

/// Whether a line is in a crate of others, where Cargo keeps them.
fn is_of_others(at: Loc) -> bool {
    ["/registry/src/", "/git/checkouts/"].iter().any(|of_cargo| at.file().contains(of_cargo))
}

impl Thread {
    /// A thread that has not started.
    pub fn new(name: Option<Arc<str>>, parent: Option<Tid>, spawned: Loc, config: &Config) -> Self {
        Self {
            name,
            parent,
            spawned,
            exists: false,
            pending: Op::Start,
            at: spawned,
            rests: false,
            reading: 0,
            printing: 0,
            call: "",
            ended: None,
            returned: None,
            last_act: 0,
            spawned_by: None,
            woken: Woken::No,
            woken_at: 0,
            past: None,
            destroys: false,
            let_go: [None, None],
            awoken: Woken::No,
            caller: None,
            token: false,
            token_by: 0,
            token_view: Default::default(),
            stray: None,
            has_blocked: false,
            slept: 0,
            spurious_left: config.spurious,
            weak_left: config.weak_failures,
            timeouts_left: if config.eager_timeouts { config.early_timeouts } else { 0 },
            panics: 0,
            views: Views::default(),
            looks: Default::default(),
            random: 0,
            spin: Spin::default(),
            nap: None,
            patient: false,
            only_naps: config.only_naps,
            is_daemon: !config.everybody_ends && is_of_others(spawned),
            locals: Vec::new(),
            panic: None,
            panic_seen: false,
            found_poisoned: None,
            found_broken: None,
            received: None,
            clock: 0,
            shown_blocked: false,
            taken: 0,
            family: None,
            bears: None,
            brood: None,
            gathers: None,
        }
    }

    /// Whether a time-out may pass while others could go on. To wait for no time is to look.
    pub fn fires_early(&self, timeout: Option<u64>) -> bool {
        timeout.is_some_and(|time| {
            let may = !self.patient && (!self.only_naps || is_nap(time));
            time == 0 || self.timeouts_left > 0 && may
        })
    }

    /// A time-out passes while others could go on.
    pub fn fired_early(&mut self, timeout: Option<u64>) {
        if timeout.is_some_and(|time| time > 0) {
            self.timeouts_left -= 1;
        }
    }

    /// Whether its closure has returned.
    pub fn has_returned(&self) -> bool {
        self.returned.is_some() || self.ended.is_some()
    }

    /// Whether it has something to do but to end. Who only has thread-locals to destroy has not: a scope does not wait for that, so nobody can be asked to.
    pub fn could_act(&self) -> bool {
        self.exists && !self.has_returned() && !self.pending.only_ends() && !self.is_daemon
    }

    /// The thread did something that others can see: what it read before tells nothing about a spin loop.
    pub fn acted(&mut self) {
        self.spin.acted();
        self.looks.forget();
    }
}
