//! What the processes of a jail have in memory, all together.
//!
//! The kernel bounds each process. A sum it bounds for control groups alone, which not every grader may make; so the keeper looks.

use crate::processes;
use rustix::process::{Pid, getpid};
use std::fs;
use std::time::{Duration, Instant};

/// Looks from time to time, and takes a small part of a processor for it.
pub(super) struct Watch {
    limit: u64,
    next: Instant,
}

/// How soon after a look comes the next: not before this, and not before so many times of what it took.
const SOONEST: Duration = Duration::from_millis(100);
const RARER: u32 = 100;

impl Watch {
    pub(super) fn new(limit: u64) -> Watch {
        Watch { limit, next: Instant::now() + SOONEST }
    }

    /// How long there is nothing to do.
    pub(super) fn pause(&self) -> Duration {
        self.next.saturating_duration_since(Instant::now())
    }

    /// Whether it was time to look, and there was too much.
    pub(super) fn is_exceeded(&mut self) -> bool {
        let begin = Instant::now();
        if begin < self.next {
            return false;
        }
        let exceeded = exceeds(self.limit);
        self.next = Instant::now() + SOONEST.max(begin.elapsed() * RARER);
        exceeded
    }
}

fn exceeds(limit: u64) -> bool {
    let Ok(all) = processes::descendants(getpid()) else { return false };
    // What is cheap to know is never too little.
    let all_resident: u64 =
        all.iter().filter_map(|process| resident(process.host)).map(|it| it.0).sum();
    if all_resident <= limit {
        return false;
    }
    let shares = |pid: Pid| shared_fairly(pid).or(resident(pid).map(|it| it.1));
    all.iter().filter_map(|process| shares(process.host)).sum::<u64>() > limit
}

/// What a process has in memory, and that without what it shares with files.
fn resident(pid: Pid) -> Option<(u64, u64)> {
    let text = fs::read_to_string(format!("/proc/{}/statm", pid.as_raw_nonzero())).ok()?;
    let mut pages = text.split_whitespace().skip(1).map(|number| number.parse::<u64>().ok());
    let (all, shared) = (pages.next()??, pages.next()??);
    // SAFETY: sysconf has no preconditions.
    let page = u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).ok()?;
    Some((all * page, all.saturating_sub(shared) * page))
}

/// What a process has in memory; of a page that several have, its part. Where the keeper may not know it, none.
fn shared_fairly(pid: Pid) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{}/smaps_rollup", pid.as_raw_nonzero())).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? << 10)
}
