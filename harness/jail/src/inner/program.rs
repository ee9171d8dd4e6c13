//! The last process of the inner stage: it gives up everything, then becomes the program.

use super::filter;
use super::prepared::Prepared;
use crate::error::Trouble;
use crate::wire::{self, Failure, Order, Said, Sent};
use crate::{Layers, Processes};
use rustix::fs::Gid;
use rustix::process::{
    Pid, Resource, Rlimit, Signal, Uid, getpid, getppid, getrlimit,
    set_parent_process_death_signal, setrlimit,
};
use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::{Command, exit};

/// Never returns: executes the program, or reports why not.
pub(super) fn become_program(
    order: &Order,
    sent: Sent<OwnedFd>,
    prepared: &Prepared,
    parent: Pid,
) -> ! {
    let above = order.numbers.iter().copied().max().unwrap_or(0).max(2) + 1;
    let report = match rustix::io::fcntl_dupfd_cloexec(&sent.report, above) {
        Ok(report) => report,
        Err(error) => {
            let trouble = Trouble::new("duplicate a descriptor", error);
            wire::say(&sent.report, &Said::Failed(Failure::Isolate(trouble)));
            exit(1)
        }
    };
    let failure = match prepare(order, sent, prepared, parent, above) {
        Err(failure) => failure,
        Ok(layers) => {
            wire::say(&report, &Said::Ready(layers, getpid().as_raw_nonzero().get()));
            let error = command(order, prepared).exec();
            let step = format!("execute {}", order.program.display());
            Failure::Execute(Trouble::new(step, error))
        }
    };
    wire::say(&report, &Said::Failed(failure));
    exit(1)
}

fn prepare(
    order: &Order,
    sent: Sent<OwnedFd>,
    prepared: &Prepared,
    parent: Pid,
    above: RawFd,
) -> Result<Layers, Failure> {
    let isolate = |step: &str, error: io::Error| Failure::Isolate(Trouble::new(step, error));
    rustix::process::setsid().map_err(|error| isolate("setsid", error.into()))?;
    if let Some(user) = prepared.user {
        drop_to(user).map_err(|error| isolate("change the user id", error))?;
    }
    // After the change of the user id, which would reset it.
    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|error| isolate("be killed with the first process", error.into()))?;
    if getppid() != Some(parent) {
        exit(1)
    }
    place(order, sent, above).map_err(|error| isolate("place the descriptors", error))?;
    let mut layers =
        Layers { namespaces: order.namespaces, uid: prepared.user.is_some(), ..Layers::NONE };
    let mut reason = None;
    rustix::thread::set_no_new_privs(true)
        .map_err(|error| isolate("give up new privileges", error.into()))?;
    let temporary = prepared.temporary.as_ref().map(|temporary| temporary.path());
    let signals_are_scoped = match filter::landlock(order, temporary) {
        Ok(scoped) => {
            layers.landlock = true;
            scoped
        }
        Err(trouble) => {
            reason = Some(trouble);
            false
        }
    };
    let outside_is_safe = layers.namespaces || layers.uid || signals_are_scoped;
    // One process has nobody to signal but itself, so that the filter can say so.
    if !outside_is_safe && order.processes != Processes::Single {
        layers.landlock = false;
        reason.get_or_insert(Trouble {
            step: "without namespaces, forbid signals to other processes of the user: needs \
                   Linux 6.12"
                .into(),
            errno: 0,
        });
    }
    match filter::seccomp(order, outside_is_safe) {
        Ok(()) => layers.seccomp = true,
        Err(trouble) => reason = Some(trouble),
    }
    // Namespaces without Landlock still hide every path; nothing else can be spared.
    let least = Layers { landlock: !layers.namespaces, ..Layers::DEGRADED };
    layers.rlimits = true;
    let missing = order.required.missing_from(layers);
    let missing = if missing == Layers::NONE { least.missing_from(layers) } else { missing };
    if missing != Layers::NONE {
        return Err(Failure::Missing(missing, reason));
    }
    limit(order, prepared).map_err(|error| isolate("set the limits", error))?;
    Ok(layers)
}

fn drop_to(user: u32) -> io::Result<()> {
    let (uid, gid) = (Uid::from_raw(user), Gid::from_raw(user));
    rustix::thread::set_thread_groups(&[])?;
    rustix::thread::set_thread_res_gid(gid, gid, gid)?;
    rustix::thread::set_thread_res_uid(uid, uid, uid)?;
    Ok(())
}

/// Puts each descriptor at its number; all others are closed on exec.
fn place(order: &Order, sent: Sent<OwnedFd>, above: RawFd) -> io::Result<()> {
    let streams = [(0, sent.stdin), (1, sent.stdout), (2, sent.stderr)];
    let others = order.numbers.iter().copied().zip(sent.others);
    // First out of the way of all numbers, so that none overwrites another.
    let lifted = streams
        .into_iter()
        .chain(others)
        .map(|(number, fd)| Ok((number, rustix::io::fcntl_dupfd_cloexec(fd, above)?)))
        .collect::<io::Result<Vec<_>>>()?;
    // SAFETY: it closes nothing now, and no descriptor is used after exec.
    if unsafe { libc::close_range(3, u32::MAX, libc::CLOSE_RANGE_CLOEXEC as libc::c_int) } != 0 {
        return Err(io::Error::last_os_error());
    }
    for (number, fd) in lifted {
        // SAFETY: `number` is below `above`: a standard stream, or a descriptor that nobody owns
        // any more in this process, which is about to become another program.
        if unsafe { libc::dup2(fd.as_raw_fd(), number) } < 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

fn limit(order: &Order, prepared: &Prepared) -> io::Result<()> {
    let limits = &order.limits;
    let seconds = limits.cpu.as_secs() + u64::from(limits.cpu.subsec_nanos() > 0);
    let processes = match order.processes {
        Processes::Single => 1,
        Processes::AtMost(processes) => processes,
    };
    let tasks = limits.threads.saturating_add(processes);
    // The keeper and the first process have the same user id, unless root changed it.
    let tasks = match (prepared.user, prepared.user_namespace) {
        (Some(_), _) => tasks,
        (None, true) => tasks.saturating_add(2),
        (None, false) => tasks.saturating_add(prepared.other_tasks + SLACK),
    };
    for (resource, soft, hard) in [
        // At the soft limit comes SIGXCPU, which a program can ignore; at the hard one SIGKILL.
        (Resource::Cpu, seconds.max(1), seconds.max(1) + 1),
        (Resource::As, limits.memory_bytes, limits.memory_bytes),
        (Resource::Data, limits.memory_bytes, limits.memory_bytes),
        (Resource::Fsize, limits.file_bytes, limits.file_bytes),
        (Resource::Nofile, limits.open_files, limits.open_files),
        (Resource::Nproc, tasks, tasks),
        (Resource::Core, 0, 0),
        (Resource::Stack, 8 << 20, 8 << 20),
        (Resource::Memlock, 64 << 10, 64 << 10),
        (Resource::Msgqueue, 0, 0),
        (Resource::Rtprio, 0, 0),
        (Resource::Nice, 0, 0),
        (Resource::Sigpending, 1024, 1024),
    ] {
        let most = getrlimit(resource).maximum.unwrap_or(u64::MAX);
        let limit = Rlimit { current: Some(soft.min(most)), maximum: Some(hard.min(most)) };
        setrlimit(resource, limit)?;
    }
    Ok(())
}

/// What else an ordinary user may start while a jail without namespaces runs.
const SLACK: u64 = 512;

fn command(order: &Order, prepared: &Prepared) -> Command {
    let mut command = Command::new(&order.program);
    command.args(&order.arguments).env_clear();
    let temporary = prepared.temporary.as_ref().map(|temporary| temporary.path().as_os_str());
    if let Some(temporary) = temporary {
        command.env("TMPDIR", temporary);
    }
    command.envs(order.environment.iter().map(|(key, value)| (key, value)));
    let tmp = temporary.unwrap_or(OsStr::new("/tmp"));
    command.current_dir(order.current_dir.as_deref().unwrap_or(tmp));
    command
}
