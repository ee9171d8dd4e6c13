//! From a failing run to its trace and its one-line summary.

use trace::{
    Failure, Location, ObjectId, Operation, Origin, Program, Search, Step, ThreadId, Trace,
    Verdict, Wait, WaitsFor,
};

use super::memory;
use super::outcome::Outcome;
use crate::machine::nobodys::is_nobodys;
use crate::machine::plain::faults;
use crate::machine::{Bad, Machine};

/// The message of a panic that is none: nothing unwinds.
const OVERFLOWED: &str = "its stack overflowed";

/// What a signal says.
fn crash(signal: i32) -> &'static str {
    match signal {
        libc::SIGSEGV => "it touches memory that is not there, or that it may not touch (SIGSEGV)",
        libc::SIGBUS => "it touches memory that is not there (SIGBUS)",
        libc::SIGFPE => "an instruction cannot compute its result (SIGFPE)",
        _ => "it comes to an instruction that cannot be carried out (SIGILL)",
    }
}

/// The trace of the execution that the machine has just made, with tracing on.
pub(super) fn trace_of(machine: &Machine, bad: Option<&Bad>, outcome: &Outcome) -> Trace {
    let (mut steps, output) = match &machine.tracer {
        Some(tracer) => tracer.story(),
        None => Default::default(),
    };
    let crashed = match bad {
        Some(Bad::StackOverflow { thread }) => Some((thread, OVERFLOWED)),
        Some(Bad::Crash { thread, signal }) => Some((thread, crash(*signal))),
        _ => None,
    };
    if let (Some((thread, message)), Some(_)) = (crashed, &machine.tracer) {
        // No step of the machine's, but the last that the thread did.
        let message = message.to_owned();
        let mut step = Step::new(ThreadId(*thread as u32), Operation::Panic { message });
        step.at = crashed_at(machine, *thread).map(|(_, at)| at);
        steps.push(step);
    }
    let verdict = match bad.and_then(|bad| failure_of(machine, bad)) {
        Some(failure) => trace::Outcome::Failed { failure },
        None if bad == Some(&Bad::TooLong) => {
            trace::Outcome::NotProved { reason: summary(machine, &Bad::TooLong) }
        }
        None => trace::Outcome::Ended,
    };
    let search = Search {
        executions: outcome.executions,
        elapsed_ms: None,
        schedule: outcome.schedule.clone(),
        preemptions: outcome.preemptions,
        minimal: outcome.minimal,
        bounds: outcome.bounds.clone(),
        not_checked: outcome.not_checked.clone(),
    };
    Trace {
        version: trace::VERSION,
        program: Program { name: outcome.name.clone(), entry: None },
        origin: Origin::Explored,
        threads: machine.trace_threads(),
        objects: machine.trace_objects(),
        steps,
        verdict: Verdict { outcome: verdict, search: Some(search) },
        output,
        sources: Default::default(),
    }
}

pub(super) fn failure_of(machine: &Machine, bad: &Bad) -> Option<Failure> {
    let id = |tid: usize| ThreadId(tid as u32);
    Some(match bad {
        Bad::Panic { thread, note } => Failure::Panic {
            thread: id(*thread),
            message: note.message.clone(),
            at: note.at.clone(),
        },
        Bad::Deadlock => Failure::Deadlock { waits: machine.standing_at_end.clone() },
        Bad::Leak => Failure::Leak { threads: machine.standing_at_end.clone() },
        Bad::Livelock | Bad::Circle => Failure::Livelock {
            spins: machine.standing_at_end.clone(),
            steps: u64::from(machine.steps),
        },
        Bad::Exit { thread, code } => Failure::Exit { thread: id(*thread), code: *code },
        Bad::StackOverflow { thread } => {
            Failure::Panic { thread: id(*thread), message: OVERFLOWED.to_owned(), at: None }
        }
        Bad::Crash { thread, signal } => Failure::Panic {
            thread: id(*thread),
            message: crash(*signal).to_owned(),
            at: crashed_at(machine, *thread).and_then(|(here, at)| here.then_some(at)),
        },
        Bad::Memory(fault) => memory::failure(fault),
        Bad::Refused(_) | Bad::TooLong | Bad::CutOff => return None,
    })
}

/// Whether the summary says where each thread stands.
pub(super) fn tells_where_threads_stand(bad: &Bad) -> bool {
    matches!(bad, Bad::Deadlock | Bad::Leak | Bad::Livelock | Bad::Circle)
}

/// What went wrong, in one line.
pub(super) fn summary(machine: &Machine, bad: &Bad) -> String {
    let waits = || {
        let waits = machine.standing_at_end.iter().map(|wait| standing(machine, wait));
        waits.collect::<Vec<_>>().join("; ")
    };
    match bad {
        Bad::Panic { thread, note } => {
            let place = note.at.as_ref().map_or(String::new(), |at| format!(" at {}", at.near()));
            format!("{} panics{place}: {}", machine.thread_name(*thread), note.message)
        }
        Bad::Deadlock => format!("deadlock: {}", waits()),
        Bad::Leak => format!("leak: the program has ended; {}", waits()),
        Bad::TooLong => format!("no end within {} steps: {}", machine.steps, waits()),
        Bad::CutOff => "what comes next comes after another run as well".to_owned(),
        Bad::Livelock => format!("livelock after {} steps: {}", machine.steps, waits()),
        Bad::Circle => format!(
            "livelock after {} steps: all is as it was some steps before, so this run need not end, though another may: {}",
            machine.steps,
            waits()
        ),
        Bad::Exit { thread, code: Some(code) } => {
            format!("{} exits with code {code}", machine.thread_name(*thread))
        }
        Bad::Exit { thread, code: None } => {
            let why =
                machine.why_it_aborts(*thread).map_or(String::new(), |why| format!(": {why}"));
            format!("{} aborts{why}", machine.thread_name(*thread))
        }
        Bad::StackOverflow { thread } => {
            format!(
                "the stack of {} overflows{}",
                machine.thread_name(*thread),
                place(machine, *thread)
            )
        }
        Bad::Crash { thread, signal } => {
            format!(
                "{} crashes{}: {}",
                machine.thread_name(*thread),
                place(machine, *thread),
                crash(*signal)
            )
        }
        Bad::Memory(fault) => memory::summary(machine, fault),
        Bad::Refused(reason) => reason.clone(),
    }
}

/// The line at which a thread crashed, and `true`; where that is not known, `false` and the line of the last operation that it came to.
fn crashed_at(machine: &Machine, thread: usize) -> Option<(bool, Location)> {
    let here = machine.stack_at_end.as_ref().and_then(faults::line);
    here.map(|at| (true, at)).or_else(|| {
        let at = machine.threads.get(thread)?.at;
        (!is_nobodys(at)).then(|| (false, at.into()))
    })
}

/// Where a thread crashed, in words.
fn place(machine: &Machine, thread: usize) -> String {
    match crashed_at(machine, thread) {
        Some((true, at)) => format!(" at {}", at.near()),
        Some((false, at)) => format!(" after {}", at.near()),
        None => String::new(),
    }
}

fn standing(machine: &Machine, wait: &Wait) -> String {
    let name = machine.thread_name(wait.thread.0 as usize);
    let place = match (&wait.called_at, &wait.at) {
        (Some(own), Some(at)) => format!(" at {own} (in {})", at.near()),
        (_, at) => at.as_ref().map_or(String::new(), |at| format!(" at {}", at.near())),
    };
    let objects = machine.trace_objects();
    let object = |id: &ObjectId| {
        let object = objects.get(id.0 as usize);
        if let Some(name) = object.and_then(|object| object.name.clone()) {
            return name;
        }
        let created = object.and_then(|object| object.created.as_ref()).map(Location::near);
        let kind = object.map(|object| format!("{:?}", object.kind)).unwrap_or_default();
        format!("the {kind} of {}", created.unwrap_or_default())
    };
    let names = |ids: &[ThreadId]| {
        ids.iter().map(|id| machine.thread_name(id.0 as usize)).collect::<Vec<_>>().join(", ")
    };
    match &wait.waits_for {
        Some(WaitsFor::Lock { lock, held_by }) if !held_by.is_empty() => {
            format!("{name} waits{place} for {}, held by {}", object(lock), names(held_by))
        }
        Some(WaitsFor::Lock { lock, .. }) => format!("{name} waits{place} for {}", object(lock)),
        Some(WaitsFor::Notify { condvar }) => {
            format!("{name} waits{place} for a notification of {}", object(condvar))
        }
        Some(WaitsFor::Join { thread })
            if machine.threads[wait.thread.0 as usize].pending.ends_the_process() =>
        {
            format!("{name} waits{place} while {} ends the process", names(&[*thread]))
        }
        Some(WaitsFor::Join { thread }) => format!("{name} joins{place} {}", names(&[*thread])),
        Some(WaitsFor::Unpark) => format!("{name} is parked{place}"),
        Some(WaitsFor::Barrier { barrier }) => {
            format!("{name} waits{place} at {}", object(barrier))
        }
        Some(WaitsFor::Message { channel }) => {
            format!("{name} waits{place} for a message in {}", object(channel))
        }
        Some(WaitsFor::Room { channel }) => {
            format!("{name} waits{place} for room in {}", object(channel))
        }
        Some(WaitsFor::Change { atomics }) if atomics.is_empty() => {
            format!("{name} spins{place} until something changes")
        }
        Some(WaitsFor::Change { atomics }) => {
            let atomics = atomics.iter().map(object).collect::<Vec<_>>().join(" or ");
            format!("{name} spins{place} until {atomics} changes")
        }
        Some(WaitsFor::Time) => format!("{name} sleeps{place}"),
        None => format!("{name} runs{place}"),
    }
}
