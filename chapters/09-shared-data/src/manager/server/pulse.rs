//! Who knocks while a method computes.
//!
//! The manager has one thread for all objects, and while one of them computes it
//! reads no request. That is no reason to take it for dead. A second thread, which
//! touches no object, then opens the door, says that the manager computes, and leaves the
//! client to the first.

use crate::manager::handshake;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::net::{SendFlags, SocketFlags, accept_with, send};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// After so long, who knocks is told.
pub(super) const AFTER: Duration = Duration::from_secs(1);
/// How often one looks, while somebody knocks, whether it has been so long.
const LOOK_EVERY: Duration = Duration::from_millis(50);

pub(super) struct Pulse {
    after: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    computes_since: Option<Instant>,
    /// Who was told, and is not yet greeted.
    told: Vec<OwnedFd>,
}

impl Pulse {
    pub(super) fn new(after: Duration) -> Arc<Pulse> {
        Arc::new(Pulse { after, state: Mutex::default() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on objects may compute.
    pub(super) fn begin(&self) {
        self.state().computes_since = Some(Instant::now());
    }

    /// The manager is about to wait for its clients. Those who were told meanwhile.
    pub(super) fn end(&self) -> Vec<OwnedFd> {
        let mut state = self.state();
        state.computes_since = None;
        std::mem::take(&mut state.told)
    }

    /// Watches the door in a thread. Where there is none left, the manager is silent as it computes.
    pub(super) fn watch(self: &Arc<Pulse>, listener: &Arc<OwnedFd>) {
        let (pulse, listener) = (Arc::clone(self), Arc::clone(listener));
        let watch = move || {
            loop {
                let mut door = [PollFd::new(&*listener, PollFlags::IN)];
                if matches!(poll(&mut door, None), Ok(_) | Err(Errno::INTR)) {
                    pulse.open(&listener);
                }
                // Otherwise the manager itself opens, and needs a moment for it.
                thread::sleep(LOOK_EVERY);
            }
        };
        let builder = thread::Builder::new().name("manager door".to_owned());
        let _ = builder.stack_size(64 * 1024).spawn(watch);
    }

    fn open(&self, listener: &OwnedFd) {
        let mut state = self.state();
        // Locked until the last has been taken in: the manager asks for them when it is done.
        while state.computes_since.is_some_and(|since| since.elapsed() >= self.after) {
            let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
            match accept_with(listener, flags) {
                Ok(socket) => {
                    let _ = send(&socket, &handshake::computes(), SendFlags::NOSIGNAL);
                    state.told.push(socket);
                }
                Err(Errno::INTR | Errno::CONNABORTED) => {}
                // Nobody knocks, or there is no descriptor left for who does.
                Err(_) => return,
            }
        }
    }
}
