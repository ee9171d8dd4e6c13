//! One check of kind `run`, `explore` or `linearizable`: a process in a jail, in which the assignment's function calls the submission's library.

use super::manifest::{Check, Enough, Kind};
use super::memory;
use super::proof::{Answer, ask, fail, panicked};
use super::result::{CheckResult, CheckStatus, Explored};
use super::sandbox::{Bounds, Ended, How, Job, Sandbox};
use anyhow::{Context, bail};
use protocol::{ClientsOrder, Config, Frame, Order, Outcome, Panic, Status};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;
use trace::Failure;

/// The random part of a search starts from the same seed each time: two students with the same mistake get the same verdict.
const SEED: u64 = 0;

/// The file of the checks, as the compiler calls it.
const CHECKS: &str = "checks.rs";

/// What executions looked at, each sorted.
pub type Seen = BTreeSet<Vec<String>>;

/// What a check is run with.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// What its numbers are drawn from.
    pub seed: u64,
    /// Of a check that is not told what is right: how many different executions are of interest.
    pub most: Option<usize>,
    /// These time-outs may fire early, but for those of the checks themselves.
    pub early: Option<Early>,
    /// Whether a thread that yields again and again goes on, however long nobody else moves. Usually it waits for somebody in the end.
    pub hogs: bool,
    /// Of kind `linearizable`: what becomes of its clients.
    pub clients: Runs<'a>,
}

/// What becomes of a check's clients.
#[derive(Debug, Clone, Copy, Default)]
pub enum Runs<'a> {
    /// One thread makes the calls of each, one after the other, in every order.
    #[default]
    Alone,
    /// The threads of these run at once.
    Together {
        /// The numbers of the clients.
        clients: &'a [u64],
        /// What they must not get, sorted. Nothing, if it is empty.
        unexplained: &'a [String],
    },
}

/// Which time-outs fire early.
#[derive(Debug, Clone, Copy)]
pub struct Early {
    /// How many of each thread.
    pub times: u8,
    /// Only such as are too short to be what the check is about.
    pub only_naps: bool,
}

/// Runs `check` of `executable` and judges what comes of it. Blocks until it has ended.
pub fn run(check: &Check, executable: &Path, seed: u64, sandbox: Sandbox) -> CheckResult {
    match asked(check, executable, Asked { seed, ..Asked::default() }, sandbox) {
        Ok((result, _)) => result,
        Err(trouble) => CheckResult::cannot_tell(check, format!("{trouble:#}")),
    }
}

/// As [`run`]; with what its executions looked at, if it is not told what is right.
///
/// A process that is killed says nothing of the check: it is run again, from the same seed. One that is killed again does it itself, unless the
/// machine had no memory for it.
///
/// # Errors
///
/// Trouble of the grader's own.
pub fn asked(
    check: &Check,
    executable: &Path,
    asked: Asked<'_>,
    sandbox: Sandbox,
) -> anyhow::Result<(CheckResult, Seen)> {
    let mut answer = once(check, executable, asked, sandbox)?;
    if answer.ended.how.is_from_outside() {
        let kills = memory::kills();
        answer = once(check, executable, asked, sandbox)?;
        if answer.ended.how.is_from_outside() && memory::kills() != kills {
            bail!(memory::OUT);
        }
    }
    let Answer { ended, mut frame, wrote } = answer;
    let seen = frame.as_mut().map(|frame| std::mem::take(&mut frame.seen)).unwrap_or_default();
    let result = match frame {
        Some(frame) => judge(check, frame),
        None => without_proof(check, &ended, wrote),
    };
    let result = CheckResult { milliseconds: u64::try_from(ended.wall.as_millis())?, ..result };
    Ok((result, seen.into_iter().collect()))
}

fn once(
    check: &Check,
    executable: &Path,
    asked: Asked<'_>,
    sandbox: Sandbox,
) -> anyhow::Result<Answer> {
    let limits = check.limits;
    let folder = executable.parent().context("an executable is in a folder")?;
    let mut job = Job::new(
        executable,
        folder,
        Bounds {
            wall: Duration::from_secs(limits.seconds.into()),
            // Of all cores: it is the wall-clock time that an assignment bounds.
            cpu: Duration::from_secs(limits.seconds.into()) * 4,
            memory_mb: limits.memory_mb.into(),
            processes: 1,
            output_bytes: u64::from(limits.output_kb) << 10,
        },
    );
    job.env("MALLOC_ARENA_MAX", "2").alone();
    let most = asked.most.and_then(|most| u64::try_from(most).ok());
    let numbers: Vec<u64> = [asked.seed].into_iter().chain(most).collect();
    ask(job, check, &order(check, asked), &numbers, sandbox)
}

/// What a proof says that holds only as long as a thread that yields again and again waits for others in the end.
const YIELDS: &str = "yields in a row";

/// How the process is to run the check.
fn order(check: &Check, asked: Asked<'_>) -> Order {
    let limits = check.limits;
    if check.kind == Kind::Run {
        return Order::Run;
    }
    // A budget of executions ends a search at the same place on every machine. Time is only a net, and the jail's is in front of it, also where a busy
    // machine makes that longer.
    let net = Duration::from_secs(u64::from(limits.seconds) * 8);
    let usual = Config::default();
    let config = Config {
        spurious: limits.spurious,
        weak_failures: limits.spurious,
        eager_timeouts: limits.eager_timeouts || asked.early.is_some(),
        // What is asked is exact in time where time-outs do not fire at any moment.
        due_first: !limits.eager_timeouts,
        early_timeouts: asked.early.map_or(usual.early_timeouts, |early| early.times),
        only_naps: asked.early.is_some_and(|early| early.only_naps),
        patient: if limits.eager_timeouts { String::new() } else { CHECKS.to_owned() },
        everybody_ends: true,
        looks: limits.looks,
        yields: if asked.hogs { limits.steps } else { usual.yields },
        max_executions: limits.executions,
        max_steps: limits.steps,
        max_time: net,
        random_executions: (limits.executions / 10).max(100),
        random_time: net,
        seed: SEED,
        // Where nobody is shown the run, any one will do.
        minimise: asked.most.is_none(),
        watchdog: Some(Duration::from_secs(u64::from(limits.seconds)) / 2),
        ..usual
    };
    match (check.kind, asked.clients) {
        (Kind::Linearizable, Runs::Alone) => {
            // Nobody is shown where a call waits for ever.
            Order::Alone(Box::new(Config { minimise: false, ..config }))
        }
        (Kind::Linearizable, Runs::Together { clients, unexplained }) => {
            let (clients, unexplained) = (clients.to_vec(), unexplained.to_vec());
            Order::Clients(Box::new(ClientsOrder { config, clients, unexplained }))
        }
        _ => Order::Explore(Box::new(config)),
    }
}

/// What is said of threads that are left: a check ends as a program does that goes on, and not as one that takes them along.
const LEAK: &str = "every thread that was started has to end before the check does: give it a reason to end, and join it";

fn judge(check: &Check, frame: Frame) -> CheckResult {
    let mut result = match (check.kind, frame.outcome, frame.raised) {
        (Kind::Run, None, None) => CheckResult::new(check, CheckStatus::Pass),
        (Kind::Run, None, Some(panic)) => panicked(check, &panic),
        (Kind::Explore | Kind::Linearizable, Some(outcome), None) => explored(check, outcome),
        _ => {
            return fail(
                check,
                "the check's process said something that makes no sense".to_owned(),
            );
        }
    };
    if let (CheckStatus::Pass, Some(panic)) = (result.status, frame.recorded.first()) {
        let explored = result.explored.take();
        result = CheckResult { explored, ..panicked(check, panic) };
        result.message = result.message.map(|message| {
            format!("{message}\nThe check failed, but the submission caught its panic.")
        });
    }
    result
}

fn explored(check: &Check, outcome: Outcome) -> CheckResult {
    let summary = outcome.summary.clone();
    let mut result = match (outcome.status, &outcome.trace) {
        (Status::Proved, _) => CheckResult::new(check, CheckStatus::Pass),
        // It may be right and long, or go on for ever: nobody has seen it end.
        (Status::NotProved, _) if outcome.too_long > 0 => {
            CheckResult { endless: true, ..CheckResult::cannot_tell(check, summary) }
        }
        (Status::NotProved, _) if check.enough == Enough::Search => {
            CheckResult::new(check, CheckStatus::Pass)
        }
        (Status::NotProved, _) => CheckResult::cannot_tell(
            check,
            format!(
                "nothing failed in {} executions, but not every order was tried: {summary}",
                outcome.executions
            ),
        ),
        (Status::Failed, Some(trace)) => match &trace.verdict.outcome {
            trace::Outcome::Failed { failure: Failure::Panic { message, at, .. } } => {
                let (file, line) =
                    at.as_ref().map_or((String::new(), 0), |at| (at.file.clone(), at.line));
                panicked(check, &Panic { message: message.clone(), file, line })
            }
            trace::Outcome::Failed { failure: Failure::Leak { .. } } => {
                fail(check, format!("{summary}; {LEAK}"))
            }
            _ => fail(check, summary),
        },
        (Status::Failed, None) => fail(check, summary),
        (Status::Refused, _) => fail(check, format!("it cannot be explored: {summary}")),
    };
    let search = outcome.trace.as_ref().and_then(|trace| trace.verdict.search.as_ref());
    result.explored = Some(Explored {
        executions: outcome.executions,
        proved: outcome.status == Status::Proved,
        bounds: outcome.bounds,
        timed: outcome.timed,
        naps: outcome.naps,
        yields: outcome.within.is_some_and(|within| within.contains(YIELDS)),
        schedule: search.and_then(|search| search.schedule.clone()),
        // Of a search that ends well there is nothing to see.
        trace: outcome.trace.filter(|_| outcome.status == Status::Failed),
    });
    result
}

/// What to say of a process that ended without a verdict.
fn without_proof(check: &Check, ended: &Ended, forged: bool) -> CheckResult {
    let said = String::from_utf8_lossy(&ended.stderr);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let limits = check.limits;
    // What the explorer says before it ends the process itself: a sentence that needs no more words.
    let stuck = last.strip_prefix(&format!("{}: failed: ", check.name));
    let message = match ended.how {
        _ if said.contains("has overflowed its stack") => {
            "the stack overflowed: something calls itself without end".to_owned()
        }
        How::Time => format!(
            "it was still running after {} s; something waits or runs for ever",
            limits.seconds
        ),
        How::OutputLimit => format!("it printed more than {} KB", limits.output_kb),
        How::Memory => format!("it needed more than {} MB of memory", limits.memory_mb),
        How::Signalled(libc::SIGABRT) | How::Exited(_) if said.contains("memory allocation of") => {
            let printed = match check.kind {
                Kind::Explore | Kind::Linearizable => {
                    "; what an execution prints is kept until it ends, so this may be endless printing"
                }
                _ => "",
            };
            format!("it needed more than {} MB of memory{printed}", limits.memory_mb)
        }
        How::Signalled(signal) if ended.how.is_from_outside() => {
            format!("signal {signal} ended it, twice")
        }
        How::Signalled(signal) => format!("signal {signal} ended it; {last}"),
        How::Exited(_) if forged => "it wrote where only the grader's verdict goes".to_owned(),
        How::Exited(_) if let Some(stuck) = stuck => stuck.to_owned(),
        How::Exited(code) => format!("it ended with exit code {code} before the check had; {last}"),
    };
    CheckResult { endless: ended.how == How::Time, ..fail(check, message) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::grading::manifest::Visibility;
    use crate::grading::sandbox::scripts;

    pub fn a_check() -> Check {
        Check {
            name: "counts".to_owned(),
            kind: Kind::Run,
            points: 2,
            cases: Vec::new(),
            title: Default::default(),
            visibility: Visibility::Visible,
            depends_on: Vec::new(),
            hints: Vec::new(),
            enough: Default::default(),
            concurrent: false,
            limits: Default::default(),
        }
    }

    /// What comes of a check whose process is this shell script, and how often it was run.
    fn judged(script: &str) -> (CheckResult, usize) {
        let folder = tempfile::tempdir().unwrap();
        let (executable, runs) = (folder.path().join("check"), folder.path().join("runs"));
        scripts::write(&executable, &format!("echo >>runs\n{script}"));
        let result = run(&a_check(), &executable, 1, Sandbox::None);
        (result, std::fs::read_to_string(runs).unwrap().lines().count())
    }

    const PROOF: &str = r#"{ head -c 32 <&4; printf '{"check":"counts","raised":null,"outcome":null,"trouble":null,"recorded":[]}'; } >&3"#;

    #[test]
    fn a_process_that_somebody_kills_is_run_again_and_one_that_kills_itself_fails() {
        let (result, runs) = judged(PROOF);
        assert_eq!((result.status, runs), (CheckStatus::Pass, 1));
        let first = "[ $(wc -l <runs) = 1 ] && kill -KILL $$";
        let (result, runs) = judged(&format!("{first}\n{PROOF}"));
        assert_eq!((result.status, runs), (CheckStatus::Pass, 2), "{:?}", result.message);
        let (result, runs) = judged("kill -KILL $$");
        assert_eq!((result.status, runs), (CheckStatus::Fail, 2));
        assert!(result.message.unwrap().contains("signal 9 ended it, twice"));
        let (result, runs) = judged("kill -SEGV $$");
        assert_eq!((result.status, runs), (CheckStatus::Fail, 1));
    }

    #[test]
    fn without_a_proof_nobody_can_tell_unless_less_is_enough() {
        let outcome =
            serde_json::json!({ "name": "counts", "status": "not_proved", "executions": 7 });
        let outcome: Outcome = serde_json::from_value(outcome).unwrap();
        let check = Check { kind: Kind::Explore, ..a_check() };
        let result = explored(&check, outcome.clone());
        assert_eq!((result.status, result.points), (CheckStatus::CannotTell, 0));
        let message = result.message.unwrap();
        assert!(message.starts_with("nothing failed in 7 executions, but"), "{message}");
        let result = explored(&Check { enough: Enough::Search, ..check }, outcome);
        assert_eq!((result.status, result.points), (CheckStatus::Pass, 2));
        assert!(!result.explored.unwrap().proved);
    }

    #[test]
    fn what_ended_a_process_is_said_in_words_for_its_author() {
        let said = |kind, how, stderr: &str| {
            let (stdout, stderr) = (Vec::new(), stderr.as_bytes().to_vec());
            let ended = Ended { how, stdout, stderr, wall: Duration::ZERO };
            without_proof(&Check { kind, ..a_check() }, &ended, false).message.unwrap()
        };
        let memory =
            "memory allocation of 1048576 bytes failed\nnote: run with `RUST_BACKTRACE=1`\n";
        let abort = How::Signalled(libc::SIGABRT);
        assert_eq!(said(Kind::Run, abort, memory), "it needed more than 512 MB of memory");
        let explored = said(Kind::Explore, abort, memory);
        assert!(explored.starts_with("it needed more than 512 MB of memory; "), "{explored}");
        assert!(explored.ends_with("this may be endless printing"), "{explored}");
        let stuck = "counts: failed: main has run for 10s without doing anything\n";
        let words = said(Kind::Explore, How::Exited(1), stuck);
        assert_eq!(words, "main has run for 10s without doing anything");
        let words = said(Kind::Run, How::Exited(3), "bye\n");
        assert_eq!(words, "it ended with exit code 3 before the check had; bye");
    }
}
