//! A process that does a piece of work for this one: a copy of it, so that it knows all that this one knows.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::AsRawFd;
use std::time::Duration;

/// See the [module](self). Killed when it is dropped.
#[derive(Debug)]
pub(super) struct Worker {
    process: libc::pid_t,
    pipe: PipeReader,
    said: Vec<u8>,
    waited: bool,
}

impl Worker {
    /// Copies this process. The copy does its work, says what came of it into the pipe, and ends.
    ///
    /// # Errors
    ///
    /// If there is no process or no pipe to spare.
    pub fn start(work: impl FnOnce(PipeWriter)) -> io::Result<Self> {
        let (pipe, into) = io::pipe()?;
        // What is not written yet would be written twice.
        let _ = (io::stdout().flush(), io::stderr().flush());
        // SAFETY: the copy has this thread alone. The other one, the watchdog, holds nothing that the copy takes; the allocator of the C library takes care of
        // itself. The copy ends by `_exit`, below, and runs nothing of this process's on its way out.
        match unsafe { libc::fork() } {
            -1 => Err(io::Error::last_os_error()),
            0 => {
                drop(pipe);
                end_with_parent();
                let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(into)));
                // SAFETY: it takes a number, and does not return.
                unsafe { libc::_exit(i32::from(done.is_err())) }
            }
            process => Ok(Self { process, pipe, said: Vec::new(), waited: false }),
        }
    }

    /// Takes what it has said since. Whether that was all.
    fn hear(&mut self) -> bool {
        let mut part = vec![0; 1 << 16];
        match self.pipe.read(&mut part) {
            Ok(0) => true,
            Ok(length) => {
                self.said.extend_from_slice(&part[..length]);
                false
            }
            Err(error) => error.kind() != io::ErrorKind::Interrupted,
        }
    }

    /// What it has said, if it came to its end.
    pub fn said(mut self) -> Option<Vec<u8>> {
        let status = self.wait();
        (status == Some(0)).then(|| std::mem::take(&mut self.said))
    }

    fn wait(&mut self) -> Option<i32> {
        let mut status = 0;
        self.waited = true;
        loop {
            // SAFETY: the process is a child of this one that nobody has waited for; the status is this function's own.
            let ended = unsafe { libc::waitpid(self.process, &raw mut status, 0) };
            if ended == self.process {
                return Some(status);
            }
            if io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
                return None;
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if !self.waited {
            // SAFETY: the process is a child of this one that nobody has waited for, so that its number is not another's.
            unsafe { libc::kill(self.process, libc::SIGKILL) };
            self.wait();
        }
    }
}

/// Which of these has ended, or has closed its pipe; `None` if none has within the time.
pub(super) fn ended<'a>(
    workers: impl Iterator<Item = &'a mut Worker>,
    limit: Duration,
) -> Option<usize> {
    let mut workers: Vec<&mut Worker> = workers.collect();
    let poll = |worker: &&mut Worker| libc::pollfd {
        fd: worker.pipe.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    let mut polls: Vec<libc::pollfd> = workers.iter().map(poll).collect();
    let limit = i32::try_from(limit.as_millis()).unwrap_or(i32::MAX);
    // SAFETY: so many of them are there, and the pipes are open.
    let ready = unsafe { libc::poll(polls.as_mut_ptr(), polls.len() as libc::nfds_t, limit) };
    if ready <= 0 {
        return None;
    }
    let ready = |index: &usize| polls[*index].revents != 0;
    let ready: Vec<usize> = (0..polls.len()).filter(ready).collect();
    ready.into_iter().find(|&index| workers[index].hear())
}

/// Nobody is left behind when the process that has started this one is killed.
pub(super) fn end_with_parent() {
    #[cfg(target_os = "linux")]
    // SAFETY: the call takes numbers and touches no memory.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
    }
}
