//! What the verbs `check`, `grade` and `merge` come to.

use super::result::{Status, SubmissionResult};

/// What a run of the verb came to; its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Verdict {
    /// Every submission passes every check.
    AllPass = 0,
    /// Some check is not passed, or a submission is refused.
    SomeFail = 1,
    /// Some submission has no score, through no fault of its own.
    CannotTell = 3,
}

impl Verdict {
    /// Of one submission.
    pub fn of(result: &SubmissionResult) -> Verdict {
        match result.status {
            Status::CannotTell => Verdict::CannotTell,
            _ if result.passes() => Verdict::AllPass,
            _ => Verdict::SomeFail,
        }
    }
}
