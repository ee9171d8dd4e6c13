//! What went wrong with memory, for a trace and in one line.

use trace::{Access, Action, Allocation, Failure, MemoryFault, ThreadId};

use crate::machine::Machine;
use crate::machine::plain::faults::{Fault, Kind, Party};
use crate::machine::plain::shadow::How;

fn kind(kind: Kind) -> MemoryFault {
    match kind {
        Kind::Race => MemoryFault::DataRace,
        Kind::AfterFree => MemoryFault::UseAfterFree,
        Kind::DoubleFree => MemoryFault::DoubleFree,
        Kind::InvalidFree => MemoryFault::InvalidFree,
        Kind::Leak => MemoryFault::Leak,
    }
}

fn action(how: How) -> Action {
    match how {
        How::Read | How::VolatileRead => Action::Read,
        How::Write | How::VolatileWrite => Action::Write,
        How::Atomic | How::AtomicLoad => Action::Atomic,
        How::Free => Action::Free,
    }
}

fn access(party: &Party) -> Access {
    Access {
        thread: ThreadId(party.thread as u32),
        action: action(party.how),
        at: party.at.clone(),
    }
}

/// The failure, for a trace.
pub(super) fn failure(fault: &Fault) -> Failure {
    Failure::Memory {
        fault: kind(fault.kind),
        accesses: fault.earlier.iter().chain(&fault.later).map(access).collect(),
        allocation: fault.block.map(|(size, tid)| Allocation {
            size: size as u64,
            thread: ThreadId(tid as u32),
            at: fault.allocated_at.clone(),
        }),
    }
}

/// The failure, in one line.
pub(super) fn summary(machine: &Machine, fault: &Fault) -> String {
    let side = |party: &Party| {
        let place = party.at.as_ref().map_or(String::new(), |at| format!(" at {}", at.near()));
        let does = match action(party.how) {
            Action::Read => "reads",
            Action::Write => "writes",
            Action::Atomic => "uses an atomic or a lock",
            Action::Free => "frees",
        };
        format!("{} {does}{place}", machine.thread_name(party.thread))
    };
    if let (Kind::Leak, Some((size, thread))) = (fault.kind, fault.block) {
        let place =
            fault.allocated_at.as_ref().map_or(String::new(), |at| format!(" at {}", at.near()));
        let others = match fault.others {
            0 => String::new(),
            1 => ", and another block".to_owned(),
            others => format!(", and {others} other blocks"),
        };
        let s = if size == 1 { "" } else { "s" };
        let thread = machine.thread_name(thread);
        return format!("memory is leaked: {size} byte{s}, allocated by {thread}{place}{others}");
    }
    if let (Some([made, freed]), Some((_, thread))) = (fault.layouts, fault.block) {
        let freeing: String = fault.later.iter().map(side).collect();
        let place =
            fault.allocated_at.as_ref().map_or(String::new(), |at| format!(" at {}", at.near()));
        let layout = |(size, align): (usize, usize)| {
            format!("{size} byte{} aligned to {align}", if size == 1 { "" } else { "s" })
        };
        return format!(
            "{}: {freeing} as {} what {} has allocated{place} as {}",
            kind(fault.kind).name(),
            layout(freed),
            machine.thread_name(thread),
            layout(made)
        );
    }
    let sides: Vec<String> = fault.earlier.iter().chain(&fault.later).map(side).collect();
    format!("{}: {}", kind(fault.kind).name(), sides.join(", "))
}
