//! The keeper: stands outside the jail, and ends it.

use super::memory::Watch;
use super::paths::{Lent, Temporary};
use super::prepared::Prepared;
use super::{first, fork, identity};
use crate::error::Trouble;
use crate::patience::{Left, Patience};
use crate::wire::{self, Account, Cause, Failure, Order, Said, Told};
use crate::{Processes, processes};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{DumpableBehavior, Signal, WaitOptions, getpid, kill_process, wait};
use rustix::thread::UnshareFlags;
use std::fs::{self, File};
use std::io::{self, PipeReader, Read};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// Receives an order on standard input, carries it out, and accounts for it.
pub(crate) fn keep() -> ! {
    std::process::exit(i32::from(carry_out().is_err()))
}

fn carry_out() -> io::Result<()> {
    let started = Instant::now();
    let socket = rustix::io::fcntl_dupfd_cloexec(io::stdin(), 3)?;
    rustix::stdio::dup2_stdin(File::open("/dev/null")?)?;
    let (order, sent) = wire::receive_order(&socket)?;
    wire::say(&sent.report, &Said::Entered);
    let begun = prepare(&order).and_then(|prepared| {
        let (status, lifeline) =
            io::pipe().map_err(|error| Failure::Isolate(Trouble::new("make a pipe", error)))?;
        let first = fork().map_err(|error| Failure::Isolate(Trouble::new("fork", error)))?;
        Ok((prepared, status, lifeline, first))
    });
    let (prepared, status, lifeline, first) = match begun {
        Ok(begun) => begun,
        Err(failure) => {
            wire::say(&sent.report, &Said::Failed(failure));
            return Ok(());
        }
    };
    let Some(first) = first else {
        drop((socket, status));
        first::live(&order, sent, lifeline.into(), &prepared)
    };
    drop((sent, lifeline));
    let limits = &order.limits;
    // A process alone is bounded by the kernel.
    let memory = (order.processes != Processes::Single).then(|| Watch::new(limits.memory_bytes));
    let cause = watch(&status, &socket, Patience::new(getpid(), started, limits.wall), memory)?;
    // The launcher may be gone; then nobody counts.
    let _ = wire::tell(&socket, &Told::Ending);
    let _ = kill_process(first, Signal::KILL);
    bury_all(order.namespaces)?;
    let wall = started.elapsed();
    drop(prepared);
    let (cpu, peak_memory) = used_by_children();
    let status = exit_status(status);
    wire::tell(&socket, &Told::Over(Account { status, cause, wall, cpu, peak_memory }))
}

fn prepare(order: &Order) -> Result<Prepared, Failure> {
    let isolate = |step: &'static str| move |error| Failure::Isolate(Trouble::new(step, error));
    // A session of its own: Ctrl-C in a terminal reaches the launcher, whose end is seen here.
    let _ = rustix::process::setsid();
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    let mut user = identity::for_this_run();
    let mut user_namespace = false;
    if order.namespaces {
        user_namespace = leave_namespaces(user.is_some()).map_err(Failure::Namespaces)?;
        user = user.filter(|_| !user_namespace);
    }
    // Nothing in the jail may read this process's memory or take its descriptors.
    rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(io::Error::from)
        .map_err(isolate("forbid to be traced"))?;
    // What outlives its parent becomes a child of the keeper, which kills it.
    rustix::process::set_child_subreaper(Some(getpid()))
        .map_err(io::Error::from)
        .map_err(isolate("become the parent of orphans"))?;
    let lent = Lent::to(user, order).map_err(isolate("give away a writable directory"))?;
    let temporary = if order.namespaces {
        None
    } else {
        Some(Temporary::create(&order.temp_dir, user).map_err(isolate("make a temporary folder"))?)
    };
    let other_tasks = if user.is_some() || user_namespace {
        0
    } else {
        processes::tasks_of_this_user().map_err(isolate("count the user's processes"))?
    };
    Ok(Prepared { user, user_namespace, other_tasks, temporary, lent })
}

/// Leaves the process namespace, for its children: the first becomes process 1 of a new one. The
/// others are left by that one, so that this process keeps the file system. Returns whether it took
/// a user namespace.
fn leave_namespaces(with_privilege: bool) -> Result<bool, Trouble> {
    let flags = UnshareFlags::NEWPID;
    // SAFETY: one thread, and its descriptors stay shared.
    if with_privilege && unsafe { rustix::thread::unshare_unsafe(flags) }.is_ok() {
        return Ok(false);
    }
    let (user, group) = (rustix::process::geteuid(), rustix::process::getegid());
    // SAFETY: as above.
    unsafe { rustix::thread::unshare_unsafe(flags | UnshareFlags::NEWUSER) }
        .map_err(|error| Trouble::new("leave the process namespace (unshare)", error))?;
    // Root of a namespace keeps capabilities over it when it executes a program; nobody else does.
    let inside = |id: u32| if id == 0 { 65_534 } else { id };
    let write = |file: &str, text: String| {
        fs::write(file, text).map_err(|error| Trouble::new(format!("write {file}"), error))
    };
    write("/proc/self/setgroups", "deny".into())?;
    write("/proc/self/uid_map", format!("{} {} 1", inside(user.as_raw()), user.as_raw()))?;
    write("/proc/self/gid_map", format!("{} {} 1", inside(group.as_raw()), group.as_raw()))?;
    Ok(true)
}

/// Blocks until the jail's first process has said how the program ended or has itself died, the
/// launcher has asked for the end or died, the time is up, or all processes together have too much memory.
fn watch(
    first: &PipeReader,
    socket: &OwnedFd,
    patience: Patience,
    mut memory: Option<Watch>,
) -> io::Result<Cause> {
    loop {
        let mut left = match patience.left() {
            Left::Time(left) => left,
            Left::Over => return Ok(Cause::Deadline),
            Left::Starved => return Ok(Cause::Starved),
        };
        if let Some(memory) = &mut memory {
            if memory.is_exceeded() {
                return Ok(Cause::Memory);
            }
            left = left.min(memory.pause());
        }
        let mut watched = [
            PollFd::new(first, PollFlags::IN),
            PollFd::new(socket, PollFlags::IN | PollFlags::RDHUP),
        ];
        match poll(&mut watched, Timespec::try_from(left).ok().as_ref()) {
            Err(Errno::INTR) | Ok(0) => {}
            Err(error) => return Err(error.into()),
            Ok(_) if !watched[0].revents().is_empty() => return Ok(Cause::Finished),
            Ok(_) => return Ok(Cause::Asked),
        }
    }
}

/// Returns when this process has no descendant left. With namespaces, the first process has been
/// killed and takes all others with it.
fn bury_all(namespaces: bool) -> io::Result<()> {
    loop {
        match wait(WaitOptions::NOHANG) {
            Ok(Some(_)) | Err(Errno::INTR) => {}
            Err(Errno::CHILD) => return Ok(()),
            Err(error) => return Err(error.into()),
            Ok(None) if namespaces => drop(wait(WaitOptions::empty())),
            Ok(None) => {
                // A killed process cannot fork any more, so each round leaves only the children
                // that were born during it.
                for process in processes::descendants(getpid())? {
                    let _ = kill_process(process.host, Signal::KILL);
                }
                let _ = wait(WaitOptions::empty());
            }
        }
    }
}

/// Processor time of all descendants, and the largest resident set of any, in bytes.
fn used_by_children() -> (Duration, u64) {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: getrusage fills the structure, for which all zeros is a value as well.
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_CHILDREN, usage.as_mut_ptr());
        usage.assume_init()
    };
    let time = |time: libc::timeval| {
        Duration::from_secs(time.tv_sec.unsigned_abs())
            + Duration::from_micros(time.tv_usec.unsigned_abs())
    };
    (time(usage.ru_utime) + time(usage.ru_stime), usage.ru_maxrss.unsigned_abs() * 1024)
}

/// What the first process said of the program's end; nothing if it was killed before.
fn exit_status(mut pipe: PipeReader) -> Option<i32> {
    let mut bytes = [0; 4];
    pipe.read_exact(&mut bytes).ok()?;
    Some(i32::from_ne_bytes(bytes))
}
