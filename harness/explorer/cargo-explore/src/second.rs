//! The second look at a test that waits with time-outs. In the first, a time-out fires only when nothing else can happen, as if everything else were fast; many
//! a bug shows only when one fires early. In the second, one of each thread may, within what is left of the budget.

use crate::drive::Search;
use protocol::{Outcome, Status};
use std::time::Duration;

/// What the second look came to, where the first proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Second {
    /// Nothing fails, in so many executions, and there are no others.
    Proved(u64),
    /// Nothing fails in so many executions, and there are others.
    Open(u64),
    /// It fails only so. The first look proved it by so many executions.
    Failed(u64),
    /// It could not be explored so.
    Refused,
}

/// A test's outcome, of both looks together.
#[derive(Debug)]
pub(crate) struct Both {
    /// That of the look that says more.
    pub outcome: Outcome,
    /// What the second look came to, if there was one.
    pub second: Option<Second>,
}

/// The least time of a second look.
const LEAST: Duration = Duration::from_secs(1);

/// How the second look is made.
pub(crate) fn search(first: &Outcome, search: &Search) -> Search {
    let mut search = search.clone();
    search.config.eager_timeouts = true;
    search.config.early_timeouts = 1;
    search.look = 1;
    search.config.max_time = search.config.max_time.saturating_sub(first.elapsed).max(LEAST);
    search
}

/// Both looks together. What only the second found is the run that is shown; what the first proved stays proved.
pub(crate) fn both(first: Outcome, mut second: Outcome) -> Both {
    let (found, outcome) = match second.status {
        Status::Failed if second.trace.is_some() => {
            second.elapsed += first.elapsed;
            (Second::Failed(first.executions), second)
        }
        Status::Proved => (Second::Proved(second.executions), first),
        Status::NotProved => (Second::Open(second.executions), first),
        Status::Failed | Status::Refused => (Second::Refused, first),
    };
    Both { outcome, second: Some(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: Status, executions: u64) -> Outcome {
        let elapsed = Duration::from_secs(executions);
        Outcome { status, executions, elapsed, ..Outcome::default() }
    }

    #[test]
    fn the_outcome_is_that_of_the_look_that_says_more() {
        let first = || outcome(Status::Proved, 2);
        let proved = both(first(), outcome(Status::Proved, 5));
        assert_eq!((proved.outcome.executions, proved.second), (2, Some(Second::Proved(5))));
        let open = both(first(), outcome(Status::NotProved, 5));
        assert_eq!((open.outcome.status, open.second), (Status::Proved, Some(Second::Open(5))));
        let trace = Outcome::refused("a", String::new()).run_or_verdict();
        let failed = both(first(), Outcome { trace: Some(trace), ..outcome(Status::Failed, 5) });
        assert_eq!((failed.outcome.executions, failed.second), (5, Some(Second::Failed(2))));
        // The watchdog ended it: there is no run.
        let given_up = both(first(), outcome(Status::Failed, 5));
        assert_eq!(
            (given_up.outcome.status, given_up.second),
            (Status::Proved, Some(Second::Refused))
        );
    }

    #[test]
    fn it_has_what_is_left_of_the_budget() {
        let mut usual = Search::default();
        usual.config.max_time = Duration::from_secs(10);
        let after = |seconds| search(&outcome(Status::Proved, seconds), &usual).config;
        assert_eq!(after(3).max_time, Duration::from_secs(7));
        assert_eq!(after(20).max_time, LEAST);
        assert!(after(3).eager_timeouts && after(3).early_timeouts == 1);
    }
}
