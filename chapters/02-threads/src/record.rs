//! What is known of one thread. Everybody who names the thread shares it.

use crate::{Ident, lock, registry};
use std::io;
use std::sync::{Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

#[derive(Debug)]
pub(crate) struct Record {
    name: Mutex<String>,
    daemon: bool,
    life: Mutex<Life>,
    /// Notified whenever `life.stage` changes.
    changed: Condvar,
    /// The operating system's thread, until somebody joins it.
    system: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug, Default)]
struct Life {
    stage: Stage,
    ident: Option<Ident>,
    native_id: Option<u64>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
enum Stage {
    #[default]
    New,
    /// `start` was called; the thread has not yet said that it runs.
    Started,
    Running,
    Finished,
}

impl Stage {
    fn is_alive(self) -> bool {
        matches!(self, Stage::Started | Stage::Running)
    }
}

impl Record {
    pub(crate) fn new(name: String, daemon: bool) -> Record {
        Record {
            name: Mutex::new(name),
            daemon,
            life: Mutex::default(),
            changed: Condvar::new(),
            system: Mutex::new(None),
        }
    }

    pub(crate) fn name(&self) -> String {
        lock(&self.name).clone()
    }

    pub(crate) fn set_name(&self, name: String) {
        *lock(&self.name) = name;
    }

    pub(crate) fn is_daemon(&self) -> bool {
        self.daemon
    }

    pub(crate) fn ident(&self) -> Option<Ident> {
        lock(&self.life).ident
    }

    pub(crate) fn is_alive(&self) -> bool {
        lock(&self.life).stage.is_alive()
    }

    /// Waits until a started thread has said what its native id is.
    pub(crate) fn native_id(&self) -> Option<u64> {
        let life = self
            .changed
            .wait_while(lock(&self.life), |life| life.stage == Stage::Started)
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        life.native_id
    }

    pub(crate) fn set_started(&self, ident: Ident) {
        let mut life = lock(&self.life);
        life.ident = Some(ident);
        life.stage = Stage::Started;
    }

    /// Called by the new thread before anything else.
    pub(crate) fn set_running(&self) {
        let native_id = own_native_id();
        let mut life = lock(&self.life);
        life.native_id = native_id;
        life.stage = Stage::Running;
        drop(life);
        self.changed.notify_all();
    }

    /// The last that a thread does: from here on it is neither alive nor counted.
    pub(crate) fn finish(&self) {
        if let Some(ident) = self.ident() {
            registry::remove(ident);
        }
        lock(&self.life).stage = Stage::Finished;
        self.changed.notify_all();
    }

    /// Makes the operating system's thread. If that fails, it is as if `start`
    /// had never been called.
    pub(crate) fn launch(
        &self,
        spawn: impl FnOnce() -> io::Result<JoinHandle<()>>,
    ) -> io::Result<()> {
        // Held across the spawn: whoever joins finds the handle here, however
        // soon the new thread ends.
        let mut system = lock(&self.system);
        match spawn() {
            Ok(handle) => {
                *system = Some(handle);
                Ok(())
            }
            Err(error) => {
                if let Some(ident) = self.ident() {
                    registry::remove(ident);
                }
                *lock(&self.life) = Life::default();
                self.changed.notify_all();
                Err(error)
            }
        }
    }

    /// Waits until the thread has ended; at most `timeout`. Returns whether it has.
    ///
    /// Without a `timeout` it waits for the operating system's thread, too. That
    /// drops its thread-local values last, and their destructors may take as
    /// long as they like: nothing in `std` waits for them with an end.
    pub(crate) fn wait(&self, timeout: Option<Duration>) -> bool {
        let alive = |life: &mut Life| life.stage.is_alive();
        let life = lock(&self.life);
        let life = match timeout {
            None => self
                .changed
                .wait_while(life, alive)
                .unwrap_or_else(|poisoned| poisoned.into_inner()),
            Some(timeout) => {
                self.changed
                    .wait_timeout_while(life, timeout, alive)
                    .unwrap_or_else(|poisoned| poisoned.into_inner())
                    .0
            }
        };
        if life.stage.is_alive() {
            return false;
        }
        drop(life);
        if timeout.is_some() {
            return true;
        }
        let system = lock(&self.system).take();
        if let Some(system) = system {
            // An error could only be a panic in the drop of a result that
            // nobody asked for: it was reported when it happened.
            let _ = system.join();
        }
        true
    }
}

/// What the kernel calls the calling thread.
#[cfg(target_os = "linux")]
fn own_native_id() -> Option<u64> {
    // The link reads "PID/task/TID".
    let path = std::fs::read_link("/proc/thread-self").ok()?;
    path.file_name()?.to_str()?.parse().ok()
}

#[cfg(not(target_os = "linux"))]
fn own_native_id() -> Option<u64> {
    None
}
