//! How much of everything a jailed program may use.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Bounds on one run. The kernel enforces them; what happens at a bound is
/// said at each.
///
/// ```
/// use jail::Limits;
/// use std::time::Duration;
///
/// let limits = Limits { wall: Duration::from_secs(2), ..Limits::default() };
/// assert_eq!(limits.open_files, 256);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Real time, from the start of the jail, without what the machine withholds:
    /// where other things keep it from a processor, a run may take up to four
    /// times as long. Then everything in it is killed:
    /// [`How::WallTime`](crate::How::WallTime), or
    /// [`How::Starved`](crate::How::Starved) if it had not had its time then.
    pub wall: Duration,
    /// Processor time of each process, rounded up to whole seconds:
    /// [`How::CpuTime`](crate::How::CpuTime).
    pub cpu: Duration,
    /// Address space of each process, in bytes. An allocation beyond it fails.
    /// With [`Processes::Single`] it bounds all the memory of the run. With
    /// others it bounds what they have in memory together, too: the keeper
    /// looks every 100 ms or, where that takes long, less often, and kills all
    /// of them: [`How::Memory`](crate::How::Memory).
    pub memory_bytes: u64,
    /// The longest file that it can write. A write beyond it raises SIGXFSZ.
    pub file_bytes: u64,
    /// All files in `/tmp` together, which live in memory. A write beyond it
    /// fails. Without namespaces only `file_bytes` bounds them.
    pub tmp_bytes: u64,
    /// Standard output and standard error together:
    /// [`How::OutputLimit`](crate::How::OutputLimit). It bounds what
    /// [`Jail::run`](crate::Jail::run) and
    /// [`Running::wait`](crate::Running::wait) keep; who takes the pipes out of
    /// a [`Running`](crate::Running) counts for himself.
    pub output_bytes: usize,
    /// Threads of all processes together. A thread beyond it cannot be
    /// started. An ordinary user without namespaces shares this bound with
    /// everything else that he runs: there it is only a net against bombs.
    pub threads: u64,
    /// File descriptors of each process. Opening one beyond it fails.
    pub open_files: u64,
}

impl Default for Limits {
    /// For a small program: 10 s, 1 GiB of address space, 64 MiB of files,
    /// 1 MiB of output, 64 threads, 256 descriptors.
    fn default() -> Limits {
        Limits {
            wall: Duration::from_secs(10),
            cpu: Duration::from_secs(10),
            memory_bytes: 1 << 30,
            file_bytes: 64 << 20,
            tmp_bytes: 64 << 20,
            output_bytes: 1 << 20,
            threads: 64,
            open_files: 256,
        }
    }
}

/// Whether a jailed program may start processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Processes {
    /// It may not; only threads. This makes
    /// [`Limits::memory_bytes`] a bound on everything.
    Single,
    /// It may have this many at a time, the first included. The kernel counts
    /// processes and threads together, so what it enforces is the sum of this
    /// and [`Limits::threads`].
    AtMost(u64),
}
