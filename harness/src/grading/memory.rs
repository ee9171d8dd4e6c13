//! Whether the machine has run out of memory. The system then kills a process of its choice, and whose it is says nothing about a submission.

use super::manifest::Check;
use super::result::{CheckResult, CheckStatus};

/// How many processes the system has killed for want of memory, where it counts them.
pub fn kills() -> Option<u64> {
    let counts = std::fs::read_to_string("/proc/vmstat").ok()?;
    counts.lines().find_map(|line| line.strip_prefix("oom_kill "))?.trim().parse().ok()
}

/// What comes of `run`, a run of `check`; of another run, if it fails while `kills` goes up. Who judges a program from outside cannot tell what has
/// killed one of its processes.
pub fn undisturbed(
    check: &Check,
    kills: impl Fn() -> Option<u64>,
    run: impl Fn() -> CheckResult,
) -> CheckResult {
    for _ in 0..2 {
        let before = kills();
        let result = run();
        if result.status != CheckStatus::Fail || kills() == before {
            return result;
        }
    }
    CheckResult::cannot_tell(check, OUT.to_owned())
}

/// What is said of a check that was killed so twice.
pub const OUT: &str = "the machine ran out of memory while it ran, twice; grade fewer at a time";

#[cfg(test)]
mod tests {
    use super::super::check::tests::a_check;
    use super::*;
    use std::cell::Cell;

    /// What comes of runs that end as these do, while so many processes are killed in each. How many were made comes with it.
    fn came_of(runs: &[(CheckStatus, u64)]) -> (CheckStatus, usize) {
        let (made, killed) = (Cell::new(0), Cell::new(7));
        let run = || {
            let (status, kills) = runs[made.replace(made.get() + 1)];
            killed.set(killed.get() + kills);
            CheckResult::new(&a_check(), status)
        };
        let result = undisturbed(&a_check(), || Some(killed.get()), run);
        (result.status, made.get())
    }

    #[test]
    fn only_a_failure_while_memory_was_short_is_looked_at_again() {
        use CheckStatus::{CannotTell, Fail, Pass};
        assert_eq!(came_of(&[(Pass, 1)]), (Pass, 1));
        assert_eq!(came_of(&[(Fail, 0)]), (Fail, 1));
        assert_eq!(came_of(&[(Fail, 1), (Pass, 0)]), (Pass, 2));
        assert_eq!(came_of(&[(Fail, 1), (Fail, 0)]), (Fail, 2));
        assert_eq!(came_of(&[(Fail, 1), (Fail, 2)]), (CannotTell, 2));
    }
}
