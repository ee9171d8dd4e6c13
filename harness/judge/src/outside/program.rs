//! The program that is judged.

use super::run::Run;
use super::{Random, give_up};
use jail::{Jail, Layers, Limits, Processes};
use protocol::ProgramOrder;
use std::ffi::OsString;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// A submission's program. Each start is a run of its own, alone in a jail with the limits of the check.
///
/// ```no_run
/// pub fn adds_up(program: &judge::Program) {
///     let mut random = program.random();
///     let (a, b) = (random.u32(..1000), random.u32(..1000));
///     let mut run = program.start(["--quiet"]);
///     run.send_line(&format!("{a} {b}"));
///     assert_eq!(run.line(), (a + b).to_string(), "{a} + {b}");
///     assert_eq!(run.finish().code, Some(0));
/// }
/// ```
#[derive(Debug)]
pub struct Program {
    order: ProgramOrder,
    /// Starts the random inputs; another for each check.
    seed: u64,
    /// Whether it was started.
    started: AtomicBool,
}

impl Program {
    pub(super) fn new(check: &str, order: &ProgramOrder) -> Program {
        // A seed means the same inputs with every version of Rust, so that a result can be reproduced: FNV-1a, over the seed and the name.
        let bytes = order.seed.to_le_bytes().into_iter().chain(check.bytes());
        let step = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let seed = bytes.fold(0xcbf2_9ce4_8422_2325, step);
        Program { order: order.clone(), seed, started: AtomicBool::new(false) }
    }

    /// Whether it was started: who has not done that has seen nothing of it.
    pub(super) fn was_started(&self) -> bool {
        self.started.load(Ordering::Relaxed)
    }

    /// Random numbers from the seed of the grade, which the result records: the same at each call in this check, others in other checks.
    pub fn random(&self) -> Random {
        Random::with_seed(self.seed)
    }

    /// Starts the program with these arguments and returns as soon as it runs. Its folder is an empty `/tmp`, its environment is empty, and
    /// of the machine it sees the programs that the assignment names, and nothing else.
    pub fn start(&self, arguments: impl IntoIterator<Item = impl Into<OsString>>) -> Run {
        self.launch(Jail::new(&self.order.program).args(arguments))
    }

    /// Starts a shell, `sh`, which the assignment has to name, that runs `script`, in which `$0` is the program: for a program of which several processes share a folder. What the
    /// shell and they do together must stay within the limits of the check.
    pub fn start_shell(&self, script: &str) -> Run {
        let shell = Jail::new("/bin/sh").arg("-c").arg(script).arg(&self.order.program);
        self.launch(shell)
    }

    fn launch(&self, jail: Jail) -> Run {
        let order = &self.order;
        self.started.store(true, Ordering::Relaxed);
        let Some(layers) = Layers::named(&order.layers) else {
            give_up("the grader asks for unknown layers of protection", order.layers.join(", "))
        };
        let mut jail = jail
            .read_only(&order.program)
            .env("PATH", "/usr/bin:/bin")
            .require(layers)
            .processes(match order.processes {
                0 | 1 => Processes::Single,
                n => Processes::AtMost(n),
            })
            .limits(Limits {
                wall: order.wall,
                cpu: order.wall * 4,
                memory_bytes: order.memory_bytes,
                output_bytes: order.output_bytes,
                ..Limits::default()
            });
        for path in &order.system {
            jail = jail.read_only(path);
        }
        if order.no_namespaces {
            jail = jail.without_namespaces();
        }
        if order.socket_pairs {
            jail = jail.socket_pairs();
        }
        if order.memory_files {
            jail = jail.memory_files();
        }
        // Before the jail starts to count: whoever is killed at the limit is seen to be late.
        let started = Instant::now();
        match jail.spawn() {
            Ok(running) => Run::new(running, order.output_bytes, started),
            Err(error) => give_up("the program cannot be started in its jail", error),
        }
    }
}
