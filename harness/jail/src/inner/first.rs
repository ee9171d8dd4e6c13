//! Process 1 of the jail. When it ends, the kernel kills everything else in it.

use super::prepared::Prepared;
use super::{fork, program, root};
use crate::error::Trouble;
use crate::wire::{self, Failure, Order, Said, Sent};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal, WaitOptions, getpid, set_parent_process_death_signal, wait};
use std::os::fd::OwnedFd;
use std::process::exit;

/// Builds the jail's file system, starts the program in it, reaps until it has
/// ended, writes its wait status to `lifeline`, and waits to be killed: the others die with this
/// process, and the keeper tells so before.
pub(super) fn live(
    order: &Order,
    sent: Sent<OwnedFd>,
    lifeline: OwnedFd,
    prepared: &Prepared,
) -> ! {
    let fail = |failure| -> ! {
        wire::say(&sent.report, &Said::Failed(failure));
        exit(1)
    };
    if let Err(error) = set_parent_process_death_signal(Some(Signal::KILL)) {
        fail(Failure::Isolate(Trouble::new("be killed with the keeper", error)));
    }
    // The keeper reads the other end. If it died before the line above, nobody would kill this process.
    let mut keeper = [PollFd::new(&lifeline, PollFlags::empty())];
    if poll(&mut keeper, Some(&Timespec::default())) != Ok(0) {
        exit(1)
    }
    if order.namespaces
        && let Err(trouble) = root::build(order)
    {
        fail(Failure::Namespaces(trouble));
    }
    let this = getpid();
    match fork() {
        Err(error) => fail(Failure::Isolate(Trouble::new("fork", error))),
        Ok(None) => {
            drop(lifeline);
            program::become_program(order, sent, prepared, this)
        }
        Ok(Some(program)) => {
            drop(sent);
            let status = loop {
                match wait(WaitOptions::empty()) {
                    Ok(Some((pid, status))) if pid == program => break status.as_raw(),
                    Ok(_) | Err(rustix::io::Errno::INTR) => {}
                    Err(_) => exit(1),
                }
            };
            let _ = rustix::io::write(&lifeline, &status.to_ne_bytes());
            loop {
                std::thread::park();
            }
        }
    }
}
