//! The processes of a jail, seen from outside.

use crate::Layers;
use rustix::process::Pid;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;

/// A process in a jail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessInfo {
    /// Its number as the processes in the jail see it.
    pub pid: i32,
    /// Its parent's number, likewise. 1 is the jail's own first process.
    pub parent: i32,
    /// The name of its executable, at most 15 bytes long.
    pub command: String,
    /// `R` running, `S` or `D` waiting, `T` stopped, `Z` ended and not yet waited for.
    pub state: char,
    /// Its number outside.
    pub(crate) host: Pid,
    pub(crate) host_parent: i32,
    /// When it was started, in ticks of the system's.
    started: u64,
}

impl ProcessInfo {
    /// Whether it can still run: not a zombie.
    pub fn is_alive(&self) -> bool {
        !matches!(self.state, 'Z' | 'X')
    }

    /// Its number outside, for who looks into `/proc` or traces it. The number may go to another process when it has ended.
    pub fn host_pid(&self) -> i32 {
        self.host.as_raw_nonzero().get()
    }
}

/// The descendants of the process `ancestor`, each alive or a zombie during the call.
///
/// A process whose parent ends while this looks gets a new parent; then it looks again. So a process
/// that is a descendant from the beginning to the end of the call is in the result.
pub(crate) fn descendants(ancestor: Pid) -> io::Result<Vec<ProcessInfo>> {
    let mut before = None;
    loop {
        let all = snapshot()?;
        // Parents can also be missing for good, where /proc hides the processes of others.
        let torn: BTreeSet<_> = all
            .values()
            .filter(|process| {
                Pid::from_raw(process.host_parent).is_some_and(|pid| !all.contains_key(&pid))
            })
            .map(|process| (process.host_parent, process.host.as_raw_nonzero()))
            .collect();
        if torn.is_empty() || before.as_ref() == Some(&torn) {
            return Ok(below(ancestor, all));
        }
        before = Some(torn);
    }
}

fn below(ancestor: Pid, all: HashMap<Pid, ProcessInfo>) -> Vec<ProcessInfo> {
    let mut children: HashMap<i32, Vec<Pid>> = HashMap::new();
    for process in all.values() {
        children.entry(process.host_parent).or_default().push(process.host);
    }
    let mut found = HashSet::new();
    let mut open = vec![ancestor];
    while let Some(parent) = open.pop() {
        let number = parent.as_raw_nonzero().get();
        open.extend(
            children.get(&number).into_iter().flatten().filter(|child| found.insert(**child)),
        );
    }
    all.into_values().filter(|process| found.contains(&process.host)).collect()
}

fn snapshot() -> io::Result<HashMap<Pid, ProcessInfo>> {
    let mut all = HashMap::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse().ok()).and_then(Pid::from_raw)
        else {
            continue;
        };
        // It may have ended since the directory was read.
        if let Ok(stat) = fs::read(format!("/proc/{}/stat", name.display()))
            && let Some(process) = parse(pid, &String::from_utf8_lossy(&stat))
        {
            all.insert(pid, process);
        }
    }
    Ok(all)
}

/// proc_pid_stat(5): the number, the name in parentheses, which may itself
/// contain some, the state, the parent.
fn parse(host: Pid, stat: &str) -> Option<ProcessInfo> {
    let (start, rest) = stat.rsplit_once(')')?;
    let (_, command) = start.split_once('(')?;
    let mut fields = rest.split_whitespace();
    let state = fields.next()?.chars().next()?;
    let host_parent = fields.next()?.parse().ok()?;
    let started = fields.nth(STARTED).and_then(|ticks| ticks.parse().ok()).unwrap_or(0);
    let pid = host.as_raw_nonzero().get();
    Some(ProcessInfo {
        pid,
        parent: host_parent,
        command: command.to_owned(),
        state,
        host,
        host_parent,
        started,
    })
}

/// Which field of `/proc/PID/stat` says when a process was started, counted from the one after its parent.
const STARTED: usize = 17;

/// Gives the processes of a jail the numbers that they have inside. Those that have ended since drop out.
pub(crate) fn renumber(all: &mut Vec<ProcessInfo>, first: Option<Pid>) {
    let inside: HashMap<i32, i32> =
        all.iter().filter_map(|process| Some((process.pid, innermost(process.host)?))).collect();
    let first = first.map(|first| first.as_raw_nonzero().get());
    all.retain_mut(|process| {
        let Some(pid) = inside.get(&process.pid) else { return false };
        process.pid = *pid;
        process.parent = if Some(process.host_parent) == first {
            1
        } else {
            inside.get(&process.host_parent).copied().unwrap_or(1)
        };
        true
    });
}

/// The program first, then all others as they were started. Numbers tell that only where few are given out: on a machine they begin again at the lowest
/// that are free, and a child may have a lower one than its parent.
pub(crate) fn in_order(all: &mut [ProcessInfo], program: i32, layers: Layers) {
    all.sort_by_key(|process| {
        let started = if layers.namespaces { 0 } else { process.started };
        (process.pid != program, started, process.pid)
    });
}

/// The number of a process in the innermost process namespace that it is in.
fn innermost(host: Pid) -> Option<i32> {
    let status = fs::read_to_string(format!("/proc/{}/status", host.as_raw_nonzero())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("NSpid:"))?;
    line.split_whitespace().last()?.parse().ok()
}

/// How many threads the user of this process has on this machine.
pub(crate) fn tasks_of_this_user() -> io::Result<u64> {
    let user = rustix::process::getuid().as_raw();
    let mut tasks = 0;
    for entry in fs::read_dir("/proc")? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(|name| name.parse::<u32>().is_ok())
            && entry.metadata().is_ok_and(|metadata| metadata.uid() == user)
        {
            tasks += fs::read_dir(entry.path().join("task")).map_or(0, Iterator::count) as u64;
        }
    }
    Ok(tasks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_contain_parentheses_and_spaces() {
        let pid = Pid::from_raw(7).unwrap();
        let process = parse(pid, "7 (a) S 1 (b) Z 3 7 7 0").unwrap();
        assert_eq!(
            (process.command.as_str(), process.state, process.parent),
            ("a) S 1 (b", 'Z', 3)
        );
        assert!(!process.is_alive());
    }

    #[test]
    fn children_of_children_are_descendants() {
        let process = |pid: i32, parent: i32| {
            let stat = format!("{pid} (x) S {parent}");
            (Pid::from_raw(pid).unwrap(), parse(Pid::from_raw(pid).unwrap(), &stat).unwrap())
        };
        let all = [process(1, 0), process(5, 1), process(6, 5), process(7, 6), process(8, 1)];
        let mut below = below(Pid::from_raw(5).unwrap(), all.into());
        in_order(&mut below, 6, Layers::NONE);
        assert_eq!(below.iter().map(|process| process.pid).collect::<Vec<_>>(), [6, 7]);
    }

    /// Numbers begin again at the lowest that are free.
    #[test]
    fn the_order_is_that_of_their_starts_whatever_their_numbers() {
        let process = |number: i32, started: u64| {
            let fields = "0 ".repeat(STARTED);
            let stat = format!("{number} (x) S 1 {fields}{started} 0");
            parse(Pid::from_raw(number).unwrap(), &stat).unwrap()
        };
        let all = [process(301, 9), process(300, 8), process(32_767, 7), process(302, 9)];
        let ordered = |program: i32, layers: Layers, numbers: &[i32]| {
            let mut all = all.to_vec();
            // As they are called inside.
            for (process, number) in all.iter_mut().zip(numbers) {
                process.pid = *number;
            }
            in_order(&mut all, program, layers);
            all.iter().map(|process| process.pid).collect::<Vec<_>>()
        };
        let outside = [301, 300, 32_767, 302];
        assert_eq!(ordered(32_767, Layers::NONE, &outside), [32_767, 300, 301, 302]);
        // Who was started in the same tick as the program comes after it all the same.
        assert_eq!(ordered(302, Layers::NONE, &outside), [302, 32_767, 300, 301]);
        let namespaces = Layers { namespaces: true, ..Layers::NONE };
        assert_eq!(ordered(2, namespaces, &[5, 4, 2, 6]), [2, 4, 5, 6]);
    }
}
