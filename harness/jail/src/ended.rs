//! How a run ended.

use crate::Layers;
use std::fmt;
use std::time::Duration;

/// Everything that is known of a run that has ended.
#[derive(Debug, Clone)]
pub struct Ended {
    /// Why it ended.
    pub how: How,
    /// Standard output, as far as [`Limits::output_bytes`](crate::Limits::output_bytes)
    /// allows. Empty if the pipe was taken out of the [`Running`](crate::Running).
    pub stdout: Vec<u8>,
    /// Standard error, likewise.
    pub stderr: Vec<u8>,
    /// Real time from the start of the jail to the death of its last process.
    pub wall: Duration,
    /// Processor time of all its processes.
    pub cpu: Duration,
    /// The largest resident set of any one of its processes, in bytes. Never
    /// below the few MiB that the jail itself needs before it starts the program.
    pub peak_memory: u64,
    /// What protected the machine from it.
    pub layers: Layers,
}

impl Ended {
    /// Whether the program ended by itself with exit code 0.
    pub fn success(&self) -> bool {
        self.how == How::Exited(0)
    }
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The program ended with this exit code.
    Exited(i32),
    /// A signal ended it. SIGXFSZ is the limit on file sizes; SIGABRT is how a
    /// Rust program ends that got no memory.
    Signalled(i32),
    /// It was killed at [`Limits::wall`](crate::Limits::wall).
    WallTime,
    /// It was killed long after [`Limits::wall`](crate::Limits::wall), and had not had that time: the machine was busy with other things. So
    /// nobody can tell whether it would have ended in time.
    Starved,
    /// It was killed at [`Limits::cpu`](crate::Limits::cpu).
    CpuTime,
    /// It was killed for having more than
    /// [`Limits::memory_bytes`](crate::Limits::memory_bytes) in memory, all processes together.
    Memory,
    /// It was killed for writing more than
    /// [`Limits::output_bytes`](crate::Limits::output_bytes).
    OutputLimit,
    /// It was killed by [`Running::kill`](crate::Running::kill).
    Killed,
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            How::Exited(code) => write!(f, "exit code {code}"),
            How::Signalled(signal) => write!(f, "signal {signal}"),
            How::WallTime => f.write_str("killed at its time limit"),
            How::Starved => f.write_str("killed when it had waited for a processor for too long"),
            How::CpuTime => f.write_str("killed at its limit of processor time"),
            How::Memory => f.write_str("killed at its limit of memory"),
            How::OutputLimit => f.write_str("killed at its limit of output"),
            How::Killed => f.write_str("killed on demand"),
        }
    }
}
