//! One process, run to its end or to its deadline, and nothing of it left
//! behind.

use crate::stop;
use std::io::{self, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use wait_timeout::ChildExt;

/// Every process of a run carries this variable; so do its descendants,
/// whatever process group or session they move to.
const MARK: &str = "EVERY_INTERLEAVING_RUN";

/// Output beyond this many bytes a stream is read and dropped, so that a
/// program that prints for ever costs no memory before its deadline.
const OUTPUT_LIMIT: usize = 4 << 20;

/// Processes that die with their parent need a moment to do so.
const GRACE: Duration = Duration::from_secs(2);

/// How long a process may take on another program before it counts as having no environment.
#[cfg(target_os = "linux")]
const EXEC: Duration = Duration::from_millis(200);

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By itself.
    Exited(ExitStatus),
    /// It was still running at its deadline and was killed.
    Deadline(Duration),
}

/// What was seen of a process.
#[derive(Debug, Clone)]
pub struct Execution {
    /// How it ended.
    pub end: End,
    /// Its standard output, as far as it came.
    pub stdout: String,
    /// Its standard error, as far as it came.
    pub stderr: String,
    /// How many processes were still alive after it had ended; they were killed.
    pub left_behind: usize,
    /// From start to end.
    pub took: Duration,
}

/// Runs `command` with `input` as its standard input, in a process group of
/// its own, and blocks until it has ended or `deadline` has passed. Either way
/// every descendant is dead afterwards (on Linux; elsewhere, every process of
/// its group).
///
/// # Errors
///
/// When the command cannot be started or waited for. A command that fails is
/// not an error: see [`Execution::end`].
///
/// ```
/// use harness::execution::{End, execute};
/// use std::{process::Command, time::Duration};
///
/// let mut cat = Command::new("cat");
/// let seen = execute(&mut cat, "hello", Duration::from_secs(10))?;
/// assert_eq!(seen.stdout, "hello");
/// assert!(matches!(seen.end, End::Exited(status) if status.success()));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn execute(command: &mut Command, input: &str, deadline: Duration) -> io::Result<Execution> {
    let mark = new_mark();
    command.env(MARK, &mark).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);

    let started = Instant::now();
    let mut child = command.spawn()?;
    let _running = interrupt::Running::new(&child, &mark);
    let (pid, name) = (child.id(), mark.clone());
    let _stoppable = stop::Running::new(move || interrupt::end(pid, &name));
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // A program that does not read all of its input is free to do so.
            let _ = stdin.map(|mut pipe| pipe.write_all(input.as_bytes()));
        });
        let stdout = scope.spawn(move || read_up_to_limit(stdout));
        let stderr = scope.spawn(move || read_up_to_limit(stderr));
        let end = wait(&mut child, deadline);
        let took = started.elapsed();
        if !matches!(end, Ok(End::Exited(_))) {
            kill_all(&child, &mark);
            child.wait()?;
        }
        let left_behind = end_descendants(&child, &mark, matches!(end, Ok(End::Exited(_))));
        let text = |reader: std::thread::ScopedJoinHandle<'_, Vec<u8>>| match reader.join() {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(panic) => std::panic::resume_unwind(panic),
        };
        Ok(Execution { end: end?, stdout: text(stdout), stderr: text(stderr), left_behind, took })
    })
}

fn new_mark() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

fn wait(child: &mut Child, deadline: Duration) -> io::Result<End> {
    Ok(match child.wait_timeout(deadline)? {
        Some(status) => End::Exited(status),
        None => End::Deadline(deadline),
    })
}

fn read_up_to_limit(pipe: Option<impl Read>) -> Vec<u8> {
    let mut kept = Vec::new();
    if let Some(mut pipe) = pipe {
        let _ = pipe.by_ref().take(OUTPUT_LIMIT as u64).read_to_end(&mut kept);
        let _ = io::copy(&mut pipe, &mut io::sink());
    }
    kept
}

/// Gives descendants a moment to end by themselves (`patient`), then kills
/// them. Returns how many had to be killed after an end that was the
/// program's own.
fn end_descendants(child: &Child, mark: &str, patient: bool) -> usize {
    let deadline = Instant::now() + if patient { GRACE } else { Duration::ZERO };
    let mut pause = Duration::from_micros(200);
    loop {
        let alive = marked(mark);
        if alive.is_empty() {
            return 0;
        }
        if Instant::now() >= deadline {
            kill_all(child, mark);
            return if patient { alive.len() } else { 0 };
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

#[cfg(unix)]
fn kill_all(child: &Child, mark: &str) {
    kill_group(child.id());
    // A process may fork between the listing and the kill: repeat until none is left.
    loop {
        let alive = marked(mark);
        if alive.is_empty() {
            return;
        }
        for pid in alive {
            if let Some(pid) = rustix::process::Pid::from_raw(pid) {
                let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
            }
        }
        std::thread::yield_now();
    }
}

#[cfg(unix)]
fn kill_group(leader: u32) {
    if let Some(group) = rustix::process::Pid::from_raw(leader.cast_signed()) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill_all(child: &Child, _mark: &str) {
    // Without process groups the child itself is all that can be reached.
    let _ = Command::new("taskkill").args(["/F", "/T", "/PID", &child.id().to_string()]).output();
}

/// The living processes that carry `mark` in their environment.
#[cfg(target_os = "linux")]
fn marked(mark: &str) -> Vec<i32> {
    let wanted = format!("{MARK}={mark}");
    let deadline = Instant::now() + EXEC;
    loop {
        let Ok(processes) = std::fs::read_dir("/proc") else { return Vec::new() };
        let processes: Vec<i32> = processes
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .collect();
        let mut unclear = false;
        let found: Vec<i32> = processes
            .into_iter()
            .filter(|pid| {
                // A process that has ended meanwhile cannot be read.
                let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
                unclear |= environment.is_empty() && is_in_exec(*pid);
                environment.split(|&b| b == 0).any(|variable| variable == wanted.as_bytes())
            })
            .collect();
        if !found.is_empty() || !unclear || Instant::now() >= deadline {
            return found;
        }
        std::thread::yield_now();
    }
}

/// Whether a process is taking on another program: for a moment it shows neither what it was nor what it will be.
#[cfg(target_os = "linux")]
fn is_in_exec(pid: i32) -> bool {
    /// Of the kernel's threads, which never show anything.
    const PF_KTHREAD: u64 = 0x0020_0000;
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    // The name, in parentheses, may hold anything.
    let Some((_, rest)) = stat.rsplit_once(") ") else { return false };
    let fields: Vec<&str> = rest.split(' ').collect();
    let is_dead = matches!(fields.first(), Some(&("Z" | "X")));
    let flags: u64 = fields.get(6).and_then(|flags| flags.parse().ok()).unwrap_or(PF_KTHREAD);
    !is_dead
        && flags & PF_KTHREAD == 0
        && std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|command| command.is_empty())
}

#[cfg(not(target_os = "linux"))]
fn marked(_mark: &str) -> Vec<i32> {
    Vec::new()
}

/// Ctrl-C at the harness must reach the programs too, although each stands in
/// a process group of its own.
mod interrupt {
    use crate::interrupt;
    use std::process::Child;

    /// Registered while a child runs.
    pub(super) struct Running(#[expect(dead_code, reason = "dropped with it")] interrupt::Running);

    impl Running {
        pub(super) fn new(child: &Child, mark: &str) -> Running {
            let (pid, mark) = (child.id(), mark.to_owned());
            Running(interrupt::Running::new(move || end(pid, &mark)))
        }
    }

    pub(super) fn end(pid: u32, mark: &str) {
        #[cfg(unix)]
        super::kill_group(pid);
        #[cfg(unix)]
        for pid in super::marked(mark).into_iter().filter_map(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
        #[cfg(not(unix))]
        let _ = (pid, mark);
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_hung_program_is_killed_and_its_output_kept() {
        let seen = execute(
            &mut shell("echo before; cat /dev/zero >/dev/null"),
            "",
            Duration::from_millis(300),
        )
        .unwrap();
        assert_eq!(seen.end, End::Deadline(Duration::from_millis(300)));
        assert_eq!(seen.stdout, "before\n");
    }

    #[test]
    fn descendants_in_a_session_of_their_own_do_not_outlive_the_deadline() {
        // The grandchild prints its pid before anybody can be late.
        let script = "setsid sh -c 'echo $$; exec sleep 1000' & wait";
        let seen = execute(&mut shell(script), "", Duration::from_millis(500)).unwrap();
        let pid = seen.stdout.trim();
        assert!(!pid.is_empty());
        // A killed process may still be on its way out: it is dead, but not yet gone.
        let state = || std::fs::read_to_string(format!("/proc/{pid}/stat"));
        let gone = || state().map_or(true, |stat| stat.contains(") Z"));
        let patience = Instant::now() + Duration::from_secs(20);
        while !gone() && Instant::now() < patience {
            std::thread::yield_now();
        }
        assert!(gone(), "still alive: {:?}", state());
    }

    #[test]
    fn a_process_left_behind_is_counted() {
        let script = "setsid sleep 1000 >/dev/null 2>&1 & exit 0";
        let seen = execute(&mut shell(script), "", Duration::from_secs(30)).unwrap();
        assert!(matches!(seen.end, End::Exited(s) if s.success()));
        assert_eq!(seen.left_behind, 1);
    }

    #[test]
    fn input_that_nobody_reads_is_no_error() {
        let seen =
            execute(&mut shell("exit 3"), &"x".repeat(1 << 20), Duration::from_secs(30)).unwrap();
        assert!(matches!(seen.end, End::Exited(s) if s.code() == Some(3)));
    }
}
