//! What `?` says: what a step means for the others, and why a thread cannot take one.

use super::standing::Standing;
use super::words::Words;
use protocol::Untold;
use trace::{Operation, WaitsFor};

/// What a step means.
pub(super) fn of_step(
    operation: Option<&Operation>,
    untold: Option<Untold>,
    words: &Words,
) -> &'static str {
    use Operation as Op;
    let meanings = &words.meanings;
    match operation {
        _ if untold.is_some() => meanings.unseen,
        None | Some(Op::Other) => meanings.other,
        Some(Op::Start) => meanings.unseen,
        Some(Op::End) => meanings.ends,
        Some(Op::Panic { .. }) => meanings.panics,
        Some(Op::Exit { .. } | Op::Abort) => meanings.exits,
        Some(Op::Spawn { .. }) => meanings.spawns,
        Some(Op::Join { .. }) => meanings.joins,
        Some(Op::Yield | Op::Sleep { .. }) => meanings.yields,
        Some(Op::Park { .. }) => meanings.parks,
        Some(Op::Unpark { .. }) => meanings.unparks,
        Some(Op::Lock { .. }) => meanings.locks,
        Some(Op::TryLock { .. }) => meanings.tries,
        Some(Op::Unlock { .. }) => meanings.unlocks,
        Some(Op::Wait { .. }) => meanings.waits,
        Some(Op::Wake { .. }) => meanings.wakes,
        Some(Op::Notify { .. }) => meanings.notifies,
        Some(Op::Barrier { .. }) => meanings.barrier,
        Some(Op::OnceBegin { .. } | Op::OnceEnd { .. } | Op::OnceGet { .. }) => meanings.once,
        Some(Op::Send { .. } | Op::Close { .. }) => meanings.sends,
        Some(Op::Receive { .. }) => meanings.receives,
        Some(Op::Load { .. }) => meanings.loads,
        Some(Op::Store { .. }) => meanings.stores,
        Some(Op::Update { .. }) => meanings.updates,
        Some(Op::Fence { .. }) => meanings.fence,
    }
}

/// What the thread's next step means, if it has one, and why it has several or none.
pub(super) fn of(thread: &Standing, words: &Words, all: &[Standing]) -> Vec<String> {
    let place = thread.ways.first().and_then(|way| way.at.as_ref()).or(thread.at.as_ref());
    let mut lines = Vec::new();
    match thread.ways.as_slice() {
        [] => lines.push((words.cannot)(&thread.name, &thread.words)),
        [one] => lines.push(format!("{}: {}. {}", thread.name, one.words, one.meaning)),
        ways => {
            lines.push((words.several)(&thread.name, ways.len()));
            let same = ways.iter().all(|way| way.meaning == ways[0].meaning);
            for (index, way) in ways.iter().enumerate() {
                let meaning = if same { String::new() } else { format!(" {}", way.meaning) };
                lines.push(format!("{}: {}.{meaning}", index + 1, way.words));
            }
            if same {
                lines.push(ways[0].meaning.to_owned());
            }
        }
    }
    if let (Some(reason), true) = (&thread.waits_for, thread.ways.is_empty()) {
        lines.push(why(reason, words, all));
    }
    if let Some((at, text)) = place {
        lines.push(format!("{}:{}  {text}", at.file, at.line));
    }
    lines
}

/// What must happen first.
fn why(reason: &WaitsFor, words: &Words, all: &[Standing]) -> String {
    let name = |id: &trace::ThreadId| {
        all.get(id.0 as usize).map_or(String::new(), |one| format!("{} ({})", one.name, one.number))
    };
    let whys = &words.whys;
    match reason {
        WaitsFor::Lock { held_by, .. } => {
            let names: Vec<String> = held_by.iter().map(name).collect();
            (whys.lock)(&names.join(", "))
        }
        WaitsFor::Join { thread } => (whys.join)(&name(thread)),
        WaitsFor::Notify { .. } => whys.notify.to_owned(),
        WaitsFor::Unpark => whys.unpark.to_owned(),
        WaitsFor::Barrier { .. } => whys.barrier.to_owned(),
        WaitsFor::Message { .. } => whys.message.to_owned(),
        WaitsFor::Room { .. } => whys.room.to_owned(),
        WaitsFor::Change { .. } => whys.change.to_owned(),
        WaitsFor::Time => whys.time.to_owned(),
    }
}
