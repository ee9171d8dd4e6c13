//! SIGKILL to a process as it enters a system call: the first, the second, each that it makes.
//!
//! The process that plays a scene is traced, with all that it starts. One of its children is the victim.

use crate::kills::{self, PATIENCE};
use crate::left_behind;
use std::collections::HashMap;
use std::io;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};

/// A process that is ready to play.
pub struct Scene {
    /// Its process id. It is a child of this process, has one thread and waits.
    pub pid: u32,
    /// Lets it go on. It ends with exit code 0 if everything was as it should be.
    pub go: Box<dyn FnOnce()>,
}

/// What came of a scene.
#[derive(Debug, PartialEq)]
enum End {
    Exited(i32),
    Hangs,
}

/// Plays the scene once, and then once more for each system call that its child with this number made: there the child is killed.
/// Without `EI_FULL=1` only for some of the calls. After each round no process is left.
///
/// # Panics
///
/// When a scene hangs, does not end with 0, or leaves a process behind; or [`kills::mark`] was not called.
pub fn kill_at_each(child: usize, start: impl Fn() -> Scene) {
    const SOME: usize = 8;
    let marker = std::env::var(left_behind::MARKER).unwrap();
    let round = |at: usize| {
        let (end, calls) = match play(start(), child, at) {
            Ok(round) => round,
            Err(error) if error.raw_os_error() == Some(libc::EPERM) => return None,
            Err(error) => panic!("cannot trace: {error}"),
        };
        assert_eq!(end, End::Exited(0), "killed at system call {at}");
        let left = left_behind::processes(&marker);
        assert!(left.is_empty(), "killed at system call {at}: still there: {left:?}");
        Some(calls)
    };
    let Some(calls) = round(usize::MAX) else {
        return eprintln!("skipped: one may not trace processes here");
    };
    assert!(calls > 20, "the child made {calls} system calls");
    let every: Vec<usize> = match kills::full() {
        true => (1..=calls).collect(),
        false => (0..SOME).map(|n| 1 + n * calls / SOME).collect(),
    };
    let reached = every.iter().filter(|&&at| round(at).is_some_and(|seen| seen >= at)).count();
    eprintln!("killed at {reached} of some {calls} system calls");
    assert!(reached >= every.len() / 2, "the child makes fewer calls each time: {reached}");
}

/// Plays the scene, kills the child at its system call with this number, and waits for the end of all. Says how many
/// system calls the child entered.
fn play(scene: Scene, child: usize, at: usize) -> io::Result<(End, usize)> {
    let options = libc::PTRACE_O_TRACESYSGOOD
        | libc::PTRACE_O_TRACEFORK
        | libc::PTRACE_O_TRACEVFORK
        | libc::PTRACE_O_TRACECLONE
        | libc::PTRACE_O_TRACEEXEC
        | libc::PTRACE_O_EXITKILL;
    let pid = scene.pid as i32;
    if let Err(error) = ptrace(libc::PTRACE_SEIZE, pid, options as usize) {
        kill(pid);
        return Err(error);
    }
    let seen = Arc::new(Mutex::new(HashMap::from([(pid, pid)])));
    let (done, is_done) = channel::<()>();
    let all = Arc::clone(&seen);
    let watch = std::thread::spawn(move || {
        let late = is_done
            .recv_timeout(PATIENCE)
            .is_err_and(|e| e == std::sync::mpsc::RecvTimeoutError::Timeout);
        if late {
            lock(&all).values().for_each(|&process| kill(process));
        }
        late
    });
    (scene.go)();
    let mut tracer = Tracer { scene: pid, child, at, seen, victim: None, children: 0, calls: 0 };
    let code = tracer.run();
    drop(done);
    let hangs = watch.join().unwrap();
    Ok((if hangs { End::Hangs } else { End::Exited(code) }, tracer.calls))
}

type Seen = Arc<Mutex<HashMap<i32, i32>>>;

struct Tracer {
    scene: i32,
    child: usize,
    at: usize,
    /// The process of each thread that is traced.
    seen: Seen,
    victim: Option<i32>,
    children: usize,
    calls: usize,
}

impl Tracer {
    /// Until nothing is left to be traced. Returns the scene's exit code.
    fn run(&mut self) -> i32 {
        let mut code = -1;
        loop {
            let mut status = 0;
            // SAFETY: the place is valid.
            let thread = unsafe { libc::waitpid(-1, &raw mut status, libc::__WALL) };
            if thread < 0 {
                match io::Error::last_os_error().raw_os_error() {
                    Some(libc::EINTR) => continue,
                    _ => return code,
                }
            }
            if libc::WIFSTOPPED(status) {
                self.stopped(thread, libc::WSTOPSIG(status), status >> 16);
                continue;
            }
            lock(&self.seen).remove(&thread);
            if thread == self.scene {
                code = match libc::WIFEXITED(status) {
                    true => libc::WEXITSTATUS(status),
                    false => -libc::WTERMSIG(status),
                };
            }
        }
    }

    fn stopped(&mut self, thread: i32, signal: i32, event: i32) {
        let process = self.process_of(thread);
        let is_victim = Some(process) == self.victim;
        if signal == libc::SIGTRAP | 0x80 {
            if is_victim && enters(thread) {
                self.calls += 1;
                if self.calls == self.at {
                    return kill(process);
                }
            }
        } else if event == libc::PTRACE_EVENT_STOP && signal != libc::SIGTRAP {
            let _ = ptrace(libc::PTRACE_LISTEN, thread, 0);
            return;
        }
        let request = if is_victim { libc::PTRACE_SYSCALL } else { libc::PTRACE_CONT };
        let pass_on = event == 0 && signal != libc::SIGTRAP | 0x80;
        // It may have been killed meanwhile.
        let _ = ptrace(request, thread, if pass_on { signal as usize } else { 0 });
    }

    /// The process that the thread belongs to. The scene's children are counted as they come.
    fn process_of(&mut self, thread: i32) -> i32 {
        if let Some(&process) = lock(&self.seen).get(&thread) {
            return process;
        }
        let status = std::fs::read_to_string(format!("/proc/{thread}/status")).unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|value| value.trim().parse::<i32>().ok())
        };
        let process = field("Tgid:").unwrap_or(thread);
        lock(&self.seen).insert(thread, process);
        if process == thread && field("PPid:") == Some(self.scene) {
            if self.children == self.child {
                self.victim = Some(process);
            }
            self.children += 1;
        }
        process
    }
}

/// Whether the thread stands at the beginning of a system call, not at its end.
fn enters(thread: i32) -> bool {
    // The first byte says which it is (ptrace(2), PTRACE_GET_SYSCALL_INFO).
    let mut info = [0_u8; 128];
    // SAFETY: the place has the size that is given.
    let size = unsafe {
        libc::ptrace(libc::PTRACE_GET_SYSCALL_INFO, thread, info.len(), info.as_mut_ptr())
    };
    size > 0 && info[0] == 1
}

fn ptrace(request: libc::c_uint, thread: i32, data: usize) -> io::Result<()> {
    // SAFETY: none of the requests that are made here writes to this process.
    match unsafe { libc::ptrace(request, thread, 0, data) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

fn kill(process: i32) {
    // SAFETY: sends a signal, to a process that this one has not waited for.
    unsafe { libc::kill(process, libc::SIGKILL) };
}

fn lock(seen: &Mutex<HashMap<i32, i32>>) -> std::sync::MutexGuard<'_, HashMap<i32, i32>> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}
