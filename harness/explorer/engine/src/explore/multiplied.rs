//! What multiplies the executions of a search that did not end: the object whose uses can come in the most orders.

use std::collections::BTreeMap;

use trace::{Location, ObjectId, Operation, Step};

use crate::machine::Machine;

/// How an object is used in one execution.
#[derive(Default)]
struct Used {
    /// How often, by each thread.
    times: BTreeMap<u32, u32>,
    /// How often, in each line.
    lines: BTreeMap<(String, u32), u32>,
    /// By more than looks: looks alone come in any order, and are explored once.
    changes: bool,
}

impl Used {
    /// The logarithm of how many orders there are.
    fn orders(&self) -> f64 {
        let factorial = |n: u32| (2..=n).map(|n| f64::from(n).ln()).sum::<f64>();
        let all = factorial(self.times.values().sum());
        if self.changes {
            all - self.times.values().copied().map(factorial).sum::<f64>()
        } else {
            0.0
        }
    }

    /// In words: by whom, how often, where most.
    fn told(&self) -> String {
        let (least, most) = (self.times.values().min(), self.times.values().max());
        let (least, most) = (least.copied().unwrap_or(0), most.copied().unwrap_or(0));
        let times = match (least, most) {
            (1, 1) => "once each".to_owned(),
            (least, most) if least == most => format!("{most} times each"),
            _ => format!("{least} to {most} times each"),
        };
        let line = self.lines.iter().max_by_key(|(_, times)| **times);
        let line = line
            .map(|((file, line), _)| format!(", mostly at {}", Location::new(file, *line).near()));
        format!("{times}{}", line.unwrap_or_default())
    }
}

/// What an operation uses, and whether it only looks. Giving a lock back comes right after taking it, in every order.
fn used(operation: &Operation) -> Option<(ObjectId, bool)> {
    Some(match *operation {
        Operation::Lock { lock, mode } | Operation::TryLock { lock, mode, .. } => {
            (lock, mode == trace::LockMode::Shared)
        }
        Operation::Wake { lock, .. } => (lock, false),
        Operation::Load { atomic, .. } => (atomic, true),
        Operation::Store { atomic, .. } | Operation::Update { atomic, .. } => (atomic, false),
        Operation::Send { channel, .. } | Operation::Receive { channel, .. } => (channel, false),
        Operation::Barrier { barrier, .. } => (barrier, false),
        Operation::OnceBegin { once } => (once, false),
        _ => return None,
    })
}

/// The object of the last execution, which was told, whose uses can come in the most orders, in words; nothing, if threads share nothing there.
pub(super) fn by(machine: &Machine) -> Option<String> {
    let steps = machine.tracer.as_ref()?.story().0;
    let mut objects: BTreeMap<ObjectId, Used> = BTreeMap::new();
    for Step { thread, operation, at, .. } in &steps {
        let Some((object, looks)) = used(operation) else { continue };
        let used = objects.entry(object).or_default();
        *used.times.entry(thread.0).or_default() += 1;
        used.changes |= !looks;
        if let Some(Location { file, line, .. }) = at {
            *used.lines.entry((file.clone(), *line)).or_default() += 1;
        }
    }
    let most =
        objects.iter().max_by(|(_, one), (_, other)| one.orders().total_cmp(&other.orders()));
    let (id, used) = most.filter(|(_, used)| used.orders() > 0.0)?;
    let objects = machine.trace_objects();
    let object = objects.get(id.0 as usize)?;
    let place = object.created.as_ref().map_or(String::new(), |at| format!(" of {}", at.near()));
    let threads = used.times.len();
    Some(format!(
        "most differ in the order in which {threads} threads use the {:?}{place}, {}",
        object.kind,
        used.told()
    ))
}
