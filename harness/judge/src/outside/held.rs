//! A process that goes on a system call at a time, so that a judge can stop it or kill it at each of them, not where luck has it.
//!
//! What other processes see of a process changes only at its system calls, as far as no memory is shared. Whoever stops it after each of
//! them has seen every state that it can leave behind.
//!
//! Its threads, and the processes that it starts, are held as well. One of them goes on at a time, until it sleeps, ends or yields: then it is the
//! next one's turn. So the order is the same each time, and nothing happens behind the judge's back.

use super::give_up;
use super::patience::is_over;
use jail::Patience;
use std::io;
use std::ptr;
use std::time::Duration;

/// How often a process is looked at that is neither stopped nor asleep, after it has been given so many turns.
const LOOK: Duration = Duration::from_micros(200);
const TURNS: u32 = 160;

/// Most stop at once: so often they are looked at without a pause. Then there is one of this length before each turn. Who sleeps is served soon when he
/// wakes up; who yields goes behind everybody, and where a machine has much to do that is a long way for each system call.
const AT_ONCE: u32 = 100;
const PAUSE: Duration = Duration::from_micros(20);

/// After so many looks at one that only computes, the next one may go on beside it.
const LOOKS: u32 = 2_000;

/// A process that goes on only as it is told, with everything that it starts. Dropping it kills them.
#[derive(Debug)]
pub struct Held {
    /// Its number outside the jail.
    pid: i32,
    /// Its threads and the processes that it has started, with their threads, those that have not ended.
    tasks: Vec<Task>,
    /// Whose turn it is, in `tasks`.
    turn: usize,
    /// How long the jail may still take.
    patience: Patience,
    ended: Option<Step>,
}

/// One thread.
#[derive(Debug)]
struct Task {
    /// Its number outside the jail.
    id: i32,
    /// The system call that it is in.
    inside: Option<Call>,
    /// It runs, and has not stopped since.
    runs: bool,
    /// What it stopped for, and has not been told to go on from.
    status: i32,
}

/// What a look at a task found.
enum Look {
    /// It has made a call.
    Made(Call),
    /// It runs.
    Runs,
    /// It has stopped for something else, and can go on.
    Stopped,
    /// It has ended so.
    Ended(i32),
    /// It is gone, and nobody says how.
    Gone,
}

/// What a held process came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It has made a system call, and stands after it.
    Made(Call),
    /// It is asleep in a system call, and waits for somebody else.
    Waits,
    /// It ended with this exit code.
    Exited(i32),
    /// This signal ended it.
    Signalled(i32),
}

/// A system call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    number: i64,
    arguments: [u64; 6],
}

/// Calls that neither read nor change what other processes can see.
const PRIVATE: &[i64] = &[
    libc::SYS_brk,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_mremap,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_sigaltstack,
    libc::SYS_prlimit64,
    libc::SYS_getrandom,
    libc::SYS_set_tid_address,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_ppoll,
    libc::SYS_futex,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_ioctl,
    libc::SYS_clone,
    libc::SYS_clone3,
    libc::SYS_wait4,
    libc::SYS_waitid,
    libc::SYS_exit,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_fork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vfork,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_arch_prctl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
];

/// Calls that change no file.
const READING: &[i64] = &[
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_faccessat,
    libc::SYS_getdents64,
    libc::SYS_readlinkat,
    libc::SYS_getcwd,
    libc::SYS_close,
    libc::SYS_flock,
    libc::SYS_fcntl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_access,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_readlink,
];

impl Call {
    /// Whether another process could see that it was made, or it what another has done.
    pub fn is_shared(&self) -> bool {
        !PRIVATE.contains(&self.number)
    }

    /// Whether it may leave files in another state. What is not known not to does.
    pub fn changes_files(&self) -> bool {
        let [_, _, flags, ..] = self.arguments;
        let makes = (libc::O_CREAT | libc::O_TRUNC) as u64;
        let opens = self.number == libc::SYS_openat && flags & makes == 0;
        self.is_shared() && !opens && !READING.contains(&self.number)
    }

    fn joins(&self) -> bool {
        self.number == libc::SYS_futex
    }

    fn yields(&self) -> bool {
        self.number == libc::SYS_sched_yield
    }

    fn sleeps(&self) -> bool {
        [libc::SYS_nanosleep, libc::SYS_clock_nanosleep].contains(&self.number)
    }
}

impl Held {
    /// Takes hold of a process that has stopped itself and is about to execute a program; returns when it has. `None` if it ends before.
    pub(super) fn take(pid: i32, patience: Patience) -> io::Result<Option<Held>> {
        let options = libc::PTRACE_O_EXITKILL
            | libc::PTRACE_O_TRACESYSGOOD
            | libc::PTRACE_O_TRACEEXEC
            | libc::PTRACE_O_TRACECLONE
            | libc::PTRACE_O_TRACEFORK
            | libc::PTRACE_O_TRACEVFORK;
        if let Err(error) = trace(libc::PTRACE_SEIZE, pid, options as usize) {
            return if is_gone(&error) { Ok(None) } else { Err(error) };
        }
        let task = Task { id: pid, inside: None, runs: true, status: 0 };
        let mut held = Held { pid, tasks: vec![task], turn: 0, patience, ended: None };
        // SAFETY: sends a signal to a process that stays until this one has waited for it.
        unsafe { libc::kill(pid, libc::SIGCONT) };
        loop {
            let Some(status) = wait(pid, true)?.filter(|status| libc::WIFSTOPPED(*status)) else {
                held.tasks.clear();
                held.ended = Some(Step::Signalled(libc::SIGKILL));
                return Ok(None);
            };
            held.tasks[0].runs = false;
            held.tasks[0].status = status;
            if status >> 16 == libc::PTRACE_EVENT_EXEC {
                return Ok(Some(held));
            }
            held.tasks[0].go_on(libc::PTRACE_CONT)?;
        }
    }

    /// Lets it make one system call. Blocks until it has, or sleeps in it, or has ended. One that slept is looked at again.
    ///
    /// # Panics
    ///
    /// When the check's limit of time is over.
    #[track_caller]
    pub fn step(&mut self) -> Step {
        if let Some(ended) = self.ended {
            return ended;
        }
        let step = self.try_step();
        if !matches!(step, Ok(Step::Made(_))) && is_over(&self.patience) {
            let length = self.patience.limit();
            panic!("{} s were not enough; something waits or runs for ever", length.as_secs());
        }
        step.unwrap_or_else(|error| give_up("a process cannot be traced on", error))
    }

    /// Lets it go on until it has made a call that is `wanted`, sleeps, or has ended.
    ///
    /// # Panics
    ///
    /// When it has made 20 000 calls without.
    #[track_caller]
    pub fn until(&mut self, wanted: impl Fn(&Call) -> bool) -> Step {
        for _ in 0..20_000 {
            match self.step() {
                Step::Made(call) if !wanted(&call) => {}
                step => return step,
            }
        }
        panic!("the program tries something again and again, without end");
    }

    /// Lets it go on to its end, or until it waits for another: asleep, or after it has paused three times.
    ///
    /// # Panics
    ///
    /// As [`until`](Held::until).
    #[track_caller]
    pub fn go_on_alone(&mut self) -> Step {
        for _ in 0..3 {
            match self.until(Call::sleeps) {
                Step::Made(_) => {}
                step => return step,
            }
        }
        Step::Waits
    }

    /// Lets it go on to its end, which nobody holds up any more.
    ///
    /// # Panics
    ///
    /// When it does not end before the check's limit of time.
    #[track_caller]
    pub fn finish(mut self) -> Step {
        loop {
            match self.step() {
                // Something else holds it up. If that is for ever, the limit of time is the end of it.
                Step::Waits => std::thread::sleep(LOOK),
                Step::Made(_) => {}
                step => return step,
            }
        }
    }

    fn try_step(&mut self) -> io::Result<Step> {
        let mut turns = 0;
        // How many have been found asleep, one after the other.
        let mut asleep = 0;
        loop {
            self.turn %= self.tasks.len().max(1);
            let Some(task) = self.tasks.get_mut(self.turn) else {
                return Err(io::Error::other("nobody is left of it"));
            };
            if !task.runs && !task.go_on(libc::PTRACE_SYSCALL)? {
                self.forget(self.turn);
                continue;
            }
            match self.look(self.turn)? {
                Look::Made(call) => {
                    if call.yields() {
                        self.turn += 1;
                    }
                    return Ok(Step::Made(call));
                }
                Look::Stopped => (turns, asleep) = (0, 0),
                Look::Gone => self.forget(self.turn),
                Look::Ended(status) => {
                    let id = self.tasks[self.turn].id;
                    self.forget(self.turn);
                    if id == self.pid {
                        let ended = match libc::WIFEXITED(status) {
                            true => Step::Exited(libc::WEXITSTATUS(status)),
                            false => Step::Signalled(libc::WTERMSIG(status)),
                        };
                        self.ended = Some(ended);
                        return Ok(ended);
                    }
                    (turns, asleep) = (0, 0);
                }
                Look::Runs => {
                    turns += 1;
                    let others = self.tasks.len() > 1;
                    let inside = self.tasks[self.turn].inside;
                    // Who waits for a thread of his own sleeps long; another call mostly takes no longer than a turn of the processor.
                    let patience =
                        if others && inside.is_some_and(|c| c.joins()) { 3 } else { TURNS };
                    if turns < patience {
                        if turns > AT_ONCE {
                            std::thread::sleep(PAUSE);
                        }
                        continue;
                    }
                    let state = self.tasks[self.turn].state();
                    let pauses = inside.is_some_and(|call| call.sleeps());
                    let waits = inside.is_some() && state == Some('S');
                    // A leader that has ended before its threads is nobody's sleep.
                    let lingers = others && matches!(state, Some('D' | 'Z' | 'X') | None);
                    match () {
                        () if waits && !pauses || lingers => {
                            asleep += 1;
                            if asleep >= self.tasks.len() {
                                return Ok(Step::Waits);
                            }
                            (self.turn, turns) = (self.turn + 1, 0);
                        }
                        // A pause is over soon. Of any other sleep only somebody else is the end.
                        () if others && (waits || turns > LOOKS) => {
                            (self.turn, turns, asleep) = (self.turn + 1, 0, 0);
                        }
                        () => std::thread::sleep(LOOK),
                    }
                    if is_over(&self.patience) {
                        return Ok(Step::Waits);
                    }
                }
            }
        }
    }

    /// What became of a task that was told to go on.
    fn look(&mut self, index: usize) -> io::Result<Look> {
        let task = &mut self.tasks[index];
        let status = match wait(task.id, false) {
            Ok(Some(status)) => status,
            Ok(None) => return Ok(Look::Runs),
            Err(error) if is_gone(&error) => return Ok(Look::Gone),
            Err(error) => return Err(error),
        };
        if libc::WIFEXITED(status) || libc::WIFSIGNALED(status) {
            return Ok(Look::Ended(status));
        }
        (task.runs, task.status) = (false, status);
        let event = status >> 16;
        if [libc::PTRACE_EVENT_CLONE, libc::PTRACE_EVENT_FORK, libc::PTRACE_EVENT_VFORK]
            .contains(&event)
        {
            let id = task.event()?;
            // It is held from its first moment.
            self.tasks.push(Task { id, inside: None, runs: true, status: 0 });
            return Ok(Look::Stopped);
        }
        if event == libc::PTRACE_EVENT_EXEC {
            task.inside = None;
        }
        if event != 0 || libc::WSTOPSIG(status) != libc::SIGTRAP | 0x80 {
            return Ok(Look::Stopped);
        }
        task.status = 0;
        match task.inside.take() {
            Some(call) => Ok(Look::Made(call)),
            None => {
                task.inside = match task.call() {
                    Err(error) if is_gone(&error) => return Ok(Look::Gone),
                    call => call?,
                };
                Ok(Look::Stopped)
            }
        }
    }

    fn forget(&mut self, index: usize) {
        if index < self.tasks.len() {
            self.tasks.remove(index);
        }
    }
}

impl Task {
    /// Lets it run to its next stop, with the signal that it was stopped for. Whether it is still there.
    fn go_on(&mut self, request: libc::c_uint) -> io::Result<bool> {
        let signal = match self.status >> 8 {
            // Stops of tracing, and of a group that is not to be stopped.
            0 => 0,
            stop if stop > 0xff => 0,
            signal if signal == libc::SIGTRAP || signal == libc::SIGCONT => 0,
            signal => signal,
        };
        match trace(request, self.id, signal as usize) {
            // It was killed where it stood; its end comes with the next look.
            Err(error) if is_gone(&error) && self.state().is_none() => Ok(false),
            Err(error) if !is_gone(&error) => Err(error),
            _ => {
                (self.runs, self.status) = (true, 0);
                Ok(true)
            }
        }
    }

    /// As `/proc` calls it: `S` is asleep. `None` if it is gone.
    fn state(&self) -> Option<char> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.id)).ok()?;
        stat.rsplit_once(')')?.1.trim_start().chars().next()
    }

    /// The task that it has just made.
    fn event(&self) -> io::Result<i32> {
        let mut id: libc::c_ulong = 0;
        // SAFETY: the kernel writes one number to `id`, which lives until the call returns.
        let got = unsafe {
            libc::ptrace(libc::PTRACE_GETEVENTMSG, self.id, ptr::null_mut::<u8>(), &raw mut id)
        };
        if got < 0 {
            return Err(io::Error::last_os_error());
        }
        i32::try_from(id).map_err(io::Error::other)
    }

    /// The call that it is about to make.
    fn call(&self) -> io::Result<Option<Call>> {
        // SAFETY: all bits zero are a value of this plain structure of the kernel's.
        let mut info: libc::ptrace_syscall_info = unsafe { std::mem::zeroed() };
        let (size, into) = (size_of_val(&info), &raw mut info);
        // SAFETY: the kernel writes at most `size` bytes to `into`, which is valid for as many.
        let got = unsafe { libc::ptrace(libc::PTRACE_GET_SYSCALL_INFO, self.id, size, into) };
        if got < 0 {
            return Err(io::Error::last_os_error());
        }
        if info.op != libc::PTRACE_SYSCALL_INFO_ENTRY {
            return Ok(None);
        }
        // SAFETY: `op` says which of the variants it is.
        let entry = unsafe { info.u.entry };
        Ok(Some(Call { number: entry.nr as i64, arguments: entry.args }))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        for task in &self.tasks {
            // SAFETY: the task stays until this process has waited for it, so that the number is still its own. A thread's kills its process.
            unsafe { libc::kill(task.id, libc::SIGKILL) };
        }
        // A process is gone when its threads are, those too that it was just about to start.
        let mut left: Vec<i32> = self.tasks.iter().map(|task| task.id).collect();
        for _ in 0..100_000 {
            left.retain(|&id| {
                let started = threads_of(id);
                let ended = |id: i32| match wait(id, false) {
                    Ok(Some(status)) if libc::WIFSTOPPED(status) => {
                        let _ = trace(libc::PTRACE_CONT, id, 0);
                        false
                    }
                    Ok(None) => false,
                    _ => true,
                };
                started.into_iter().filter(|&thread| thread != id).for_each(|thread| {
                    ended(thread);
                });
                !ended(id)
            });
            if left.is_empty() {
                return;
            }
            std::thread::yield_now();
        }
    }
}

/// The threads of a process that are there.
fn threads_of(id: i32) -> Vec<i32> {
    let Ok(entries) = std::fs::read_dir(format!("/proc/{id}/task")) else { return Vec::new() };
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// The next stop or the end of a task; `None` if it runs.
fn wait(id: i32, block: bool) -> io::Result<Option<i32>> {
    let mut status = 0;
    let options = libc::__WALL | if block { 0 } else { libc::WNOHANG };
    // SAFETY: `status` lives until the call returns.
    match unsafe { libc::waitpid(id, &raw mut status, options) } {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(None),
        _ => Ok(Some(status)),
    }
}

/// Whether a task is meant that is no more.
fn is_gone(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ESRCH | libc::ECHILD))
}

fn trace(request: libc::c_uint, pid: i32, data: usize) -> io::Result<()> {
    // SAFETY: requests that take a number and no pointer.
    match unsafe { libc::ptrace(request, pid, ptr::null_mut::<u8>(), data) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
