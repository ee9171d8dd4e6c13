//! A process that goes on a system call at a time, so that a judge can stop it or kill it at each of them, not where luck has it.
//!
//! What other processes see of a process changes only at its system calls, as far as no memory is shared. Whoever stops it after each of
//! them has seen every state that it can leave behind.

use super::give_up;
use std::io;
use std::ptr;
use std::time::{Duration, Instant};

/// How often a process is looked at that is neither stopped nor asleep, after it has been given so many turns.
const LOOK: Duration = Duration::from_micros(200);
const TURNS: u32 = 100;

/// A process that goes on only as it is told. Dropping it kills it.
#[derive(Debug)]
pub struct Held {
    /// Its number outside the jail.
    pid: i32,
    /// The system call that it is in.
    inside: Option<Call>,
    /// It runs, and has not stopped since.
    runs: bool,
    /// When the jail's time is over, and how long it is.
    deadline: (Instant, Duration),
    ended: Option<Step>,
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

    fn sleeps(&self) -> bool {
        [libc::SYS_nanosleep, libc::SYS_clock_nanosleep].contains(&self.number)
    }
}

impl Held {
    /// Takes hold of a process that has stopped itself and is about to execute a program; returns when it has.
    pub(super) fn take(pid: i32, deadline: (Instant, Duration)) -> io::Result<Held> {
        let options =
            libc::PTRACE_O_EXITKILL | libc::PTRACE_O_TRACESYSGOOD | libc::PTRACE_O_TRACEEXEC;
        trace(libc::PTRACE_SEIZE, pid, options as usize)?;
        let mut held = Held { pid, inside: None, runs: true, deadline, ended: None };
        // SAFETY: sends a signal to a process that stays until this one has waited for it.
        unsafe { libc::kill(pid, libc::SIGCONT) };
        loop {
            let status = held.wait(true)?.unwrap_or_default();
            if !libc::WIFSTOPPED(status) {
                return Err(io::Error::other("it ended before it became the program"));
            }
            if status >> 16 == libc::PTRACE_EVENT_EXEC {
                return Ok(held);
            }
            held.go_on(libc::PTRACE_CONT, status)?;
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
        let (end, length) = self.deadline;
        if !matches!(step, Ok(Step::Made(_))) && Instant::now() >= end {
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
        loop {
            if !self.runs {
                self.go_on(libc::PTRACE_SYSCALL, 0)?;
            }
            let Some(status) = self.wait(false)? else {
                turns += 1;
                match self.inside {
                    // Most calls take no longer than a turn of the processor.
                    _ if turns < TURNS => std::thread::yield_now(),
                    // A pause is over soon. Of any other sleep only somebody else is the end.
                    Some(call) if !call.sleeps() && self.is_asleep() => return Ok(Step::Waits),
                    _ => std::thread::sleep(LOOK),
                }
                continue;
            };
            if libc::WIFEXITED(status) || libc::WIFSIGNALED(status) {
                let ended = match libc::WIFEXITED(status) {
                    true => Step::Exited(libc::WEXITSTATUS(status)),
                    false => Step::Signalled(libc::WTERMSIG(status)),
                };
                self.ended = Some(ended);
                return Ok(ended);
            }
            if libc::WSTOPSIG(status) == libc::SIGTRAP | 0x80 {
                match self.inside.take() {
                    Some(call) => return Ok(Step::Made(call)),
                    None => self.inside = self.call()?,
                }
            } else {
                self.go_on(libc::PTRACE_SYSCALL, status)?;
            }
        }
    }

    /// Lets it run to its next stop, with the signal that it was stopped for.
    fn go_on(&mut self, request: libc::c_uint, status: i32) -> io::Result<()> {
        let signal = match status >> 8 {
            // Stops of tracing, and of a group that is not to be stopped.
            0 => 0,
            stop if stop > 0xff => 0,
            signal if signal == libc::SIGTRAP || signal == libc::SIGCONT => 0,
            signal => signal,
        };
        trace(request, self.pid, signal as usize)?;
        self.runs = true;
        Ok(())
    }

    /// Its next stop or its end; `None` if it runs.
    fn wait(&mut self, block: bool) -> io::Result<Option<i32>> {
        let mut status = 0;
        let options = libc::__WALL | if block { 0 } else { libc::WNOHANG };
        // SAFETY: `status` lives until the call returns.
        match unsafe { libc::waitpid(self.pid, &raw mut status, options) } {
            -1 => Err(io::Error::last_os_error()),
            0 => Ok(None),
            _ => {
                self.runs = false;
                Ok(Some(status))
            }
        }
    }

    fn is_asleep(&self) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.pid)).unwrap_or_default();
        stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('S'))
    }

    /// The call that it is about to make.
    fn call(&self) -> io::Result<Option<Call>> {
        // SAFETY: all bits zero are a value of this plain structure of the kernel's.
        let mut info: libc::ptrace_syscall_info = unsafe { std::mem::zeroed() };
        let (size, into) = (size_of_val(&info), &raw mut info);
        // SAFETY: the kernel writes at most `size` bytes to `into`, which is valid for as many.
        let got = unsafe { libc::ptrace(libc::PTRACE_GET_SYSCALL_INFO, self.pid, size, into) };
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
        if self.ended.is_none() {
            // SAFETY: the process stays until this one has waited for it, so that the number is still its own.
            unsafe { libc::kill(self.pid, libc::SIGKILL) };
            while let Ok(Some(status)) = self.wait(true) {
                if !libc::WIFSTOPPED(status) {
                    return;
                }
            }
        }
    }
}

fn trace(request: libc::c_uint, pid: i32, data: usize) -> io::Result<()> {
    // SAFETY: requests that take a number and no pointer.
    match unsafe { libc::ptrace(request, pid, ptr::null_mut::<u8>(), data) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}
