//! A check of kind `linearizable` where there is no solution to ask, or the process has the word: what one thread gets is asked of the submission itself.

use crate::grading::blind::alone::Alone;
use crate::grading::check::{self, Asked, Runs};
use crate::grading::manifest::Check;
use crate::grading::proof::fail;
use crate::grading::result::{CheckResult, CheckStatus};
use crate::grading::sandbox::Sandbox;
use std::path::Path;

/// What a student is told where a process says that all is well, and its answers are not right.
pub(super) const CONTRADICTED: &str =
    "what its functions answer is not what a right solution answers";

/// Runs the check, and holds what its clients get against what they get one call after the other. Blocks until it has ended.
///
/// # Errors
///
/// Trouble of the grader's own.
pub(super) fn by_itself(
    check: &Check,
    executable: &Path,
    seed: u64,
    sandbox: Sandbox,
) -> anyhow::Result<CheckResult> {
    let asked = Asked { seed, ..Asked::default() };
    let (result, runs) = check::asked(check, executable, asked, sandbox)?;
    if result.status != CheckStatus::Pass {
        return Ok(result);
    }
    let alone = match Alone::of(&runs) {
        Ok(alone) => alone,
        Err(why) => return Ok(fail(check, why.to_string())),
    };
    let together = |unexplained: &[String]| {
        let clients = Runs::Together { clients: alone.clients(), unexplained };
        check::asked(check, executable, Asked { clients, ..asked }, sandbox)
    };
    let (result, runs) = together(&[])?;
    if result.status != CheckStatus::Pass || alone.explains(&runs) {
        return Ok(result);
    }
    let told = match alone.unexplained(&runs) {
        Some(run) => together(run)?.0,
        None => result,
    };
    match told.status {
        CheckStatus::Pass => Ok(fail(check, CONTRADICTED.to_owned())),
        _ => Ok(told),
    }
}
