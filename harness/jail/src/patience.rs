//! How long a run may still take.
//!
//! A limit of time is meant for the program. On a machine that has other things to do the clock goes on while the program stands in line for a processor,
//! and that is none of its doing.

use crate::processes;
use rustix::process::Pid;
use std::fs;
use std::time::{Duration, Instant};

/// So many times its limit a run may take, however little the machine gives it: after that nobody can tell.
pub(crate) const LONGEST: u32 = 4;

/// There is no sense in looking sooner than that.
const SOONEST: Duration = Duration::from_millis(20);

/// How long a run may take.
///
/// See [`Running::patience`](crate::Running::patience).
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    ancestor: Pid,
    started: Instant,
    limit: Duration,
}

/// What is left of a run's time.
///
/// ```
/// use jail::Left;
/// use std::time::Duration;
///
/// assert_ne!(Left::Time(Duration::from_secs(1)), Left::Over);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// So much at least.
    Time(Duration),
    /// Nothing: the program had its time.
    Over,
    /// Nothing, and the program had not had its time: the machine gave it too little.
    Starved,
}

impl Patience {
    /// Of what runs below this process, from now on.
    pub(crate) fn new(ancestor: Pid, started: Instant, limit: Duration) -> Patience {
        Patience { ancestor, started, limit }
    }

    /// The same, counted from another moment: who starts a run may count from before that.
    pub fn since(self, started: Instant) -> Patience {
        Patience { started, ..self }
    }

    /// The limit.
    pub fn limit(&self) -> Duration {
        self.limit
    }

    /// What is left. Looks at the processes only when the limit is over by the clock.
    pub fn left(&self) -> Left {
        let elapsed = self.started.elapsed();
        match self.limit.checked_sub(elapsed) {
            Some(left) if !left.is_zero() => Left::Time(left),
            _ => match shares(self.ancestor) {
                Some(shares) => left(self.limit, elapsed, shares),
                // Whoever was there so long was not given his time. Nobody is left who could say so.
                None if elapsed >= self.limit.saturating_mul(LONGEST) => Left::Starved,
                None => Left::Over,
            },
        }
    }
}

/// What processes had of the processors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Shares {
    /// How long they ran, all threads together.
    ran: Duration,
    /// How long that thread stood in line that did so longest.
    stood: Duration,
}

/// Of several threads of which each stands in line for the others it is enough that together they ran as long as the limit says: then the machine gave
/// them that. So the time is not longer on an idle machine, whatever the program does.
fn left(limit: Duration, elapsed: Duration, Shares { ran, stood }: Shares) -> Left {
    let own = elapsed.saturating_sub(stood);
    if own >= limit || ran >= limit {
        Left::Over
    } else if elapsed >= limit.saturating_mul(LONGEST) {
        Left::Starved
    } else {
        Left::Time((limit - own).max(SOONEST))
    }
}

/// What everything below this process had. Nothing, where the kernel does not say it: then the clock alone counts. `None` if nobody is there.
fn shares(ancestor: Pid) -> Option<Shares> {
    let mut shares = Shares::default();
    let all = processes::descendants(ancestor).unwrap_or_default();
    let alive: Vec<_> = all.iter().filter(|process| process.is_alive()).collect();
    for process in &alive {
        let Ok(threads) = fs::read_dir(format!("/proc/{}/task", process.host_pid())) else {
            continue;
        };
        for thread in threads.flatten() {
            // It may have ended meanwhile.
            let said = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
            let mut times = said.split(' ').map_while(|number| number.parse().ok());
            if let (Some(ran), Some(stood)) = (times.next(), times.next()) {
                shares.ran += Duration::from_nanos(ran);
                shares.stood = shares.stood.max(Duration::from_nanos(stood));
            }
        }
    }
    (!alive.is_empty()).then_some(shares)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(10);

    fn after(elapsed: u64, ran: u64, stood: u64) -> Left {
        let seconds = Duration::from_secs;
        left(LIMIT, seconds(elapsed), Shares { ran: seconds(ran), stood: seconds(stood) })
    }

    #[test]
    fn who_sleeps_or_had_his_time_is_over_and_who_stood_in_line_is_not() {
        // It waits for ever, or computes.
        assert_eq!(after(10, 0, 0), Left::Over);
        assert_eq!(after(10, 10, 0), Left::Over);
        // Nine others are at the processor.
        assert_eq!(after(10, 1, 9), Left::Time(Duration::from_secs(9)));
        assert_eq!(after(39, 4, 35), Left::Time(Duration::from_secs(6)));
        assert_eq!(after(40, 4, 36), Left::Starved);
        assert_eq!(after(41, 10, 31), Left::Over);
        // Whoever looks late finds it asleep all the same.
        assert_eq!(after(60, 0, 2), Left::Over);
        // Threads of its own that are in each other's way.
        assert_eq!(after(10, 20, 9), Left::Over);
    }

    #[test]
    fn the_kernel_says_what_a_process_had() {
        let mut busy = std::process::Command::new("sh")
            .args(["-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; read line"])
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let own = rustix::process::getpid();
        // It ends only when it is told to; so what it ran is there to be seen.
        while shares(own).unwrap().ran < Duration::from_millis(1) {
            std::thread::yield_now();
        }
        drop(busy.stdin.take());
        busy.wait().unwrap();
        let before = |seconds: u64| Instant::now().checked_sub(Duration::from_secs(seconds));
        let patience = Patience::new(own, Instant::now(), LIMIT);
        assert!(matches!(patience.left(), Left::Time(_)));
        // Nobody is below this process any more.
        assert_eq!(patience.since(before(11).unwrap()).left(), Left::Over);
        assert_eq!(patience.since(before(41).unwrap()).left(), Left::Starved);
    }
}
