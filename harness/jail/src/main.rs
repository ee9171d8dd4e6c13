//! `jail [OPTIONS] -- COMMAND…`: a jail from the command line, and the inner
//! stage of those who cannot be their own.

use clap::Parser;
use jail::{How, Jail, Layers, Limits, Processes};
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Run a command with nothing but what it is given.
///
/// The system's programs are there, read-only; nothing else is. Exit code: the
/// command's own; 128 and the signal that ended it; 124 at a limit; 125 if it
/// could not be run.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Show this file or directory, read-only
    #[arg(long, value_name = "PATH")]
    read_only: Vec<PathBuf>,
    /// Let the command write in this directory
    #[arg(long, value_name = "DIR")]
    writable: Vec<PathBuf>,
    /// Kill it after this many seconds
    #[arg(long, value_name = "SECONDS", default_value = "10")]
    wall: u64,
    /// Address space of each process, in MiB
    #[arg(long, value_name = "MIB", default_value = "1024")]
    memory: u64,
    /// Let it have this many processes; without it, only threads
    #[arg(long, value_name = "N")]
    processes: Option<u64>,
    /// Refuse to run it without namespaces
    #[arg(long, conflicts_with = "without_namespaces")]
    full: bool,
    /// Do without namespaces
    #[arg(long)]
    without_namespaces: bool,
    /// Say on standard error how it ended and what protected the machine
    #[arg(long)]
    verbose: bool,
    /// The command
    #[arg(required = true, last = true)]
    command: Vec<OsString>,
}

fn main() -> ExitCode {
    jail::enter_if_asked();
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(125)
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut jail = Jail::new(&arguments.command[0])
        .args(&arguments.command[1..])
        .system_programs()
        .limits(Limits {
            wall: Duration::from_secs(arguments.wall),
            memory_bytes: arguments.memory << 20,
            ..Limits::default()
        })
        .processes(arguments.processes.map_or(Processes::Single, Processes::AtMost));
    for path in &arguments.read_only {
        jail = jail.read_only(std::path::absolute(path)?);
    }
    for path in &arguments.writable {
        jail = jail.writable(std::path::absolute(path)?);
    }
    if arguments.full {
        jail = jail.require(Layers::FULL);
    }
    if arguments.without_namespaces {
        jail = jail.without_namespaces();
    }
    let ended = jail.run()?;
    std::io::stdout().write_all(&ended.stdout)?;
    std::io::stderr().write_all(&ended.stderr)?;
    if arguments.verbose {
        let (wall, cpu) = (ended.wall, ended.cpu);
        let memory = ended.peak_memory >> 20;
        eprintln!("{}; {wall:.1?}, {cpu:.1?} of processor time, {memory} MiB", ended.how);
        eprintln!("protected by {}", ended.layers);
    }
    Ok(ExitCode::from(match ended.how {
        How::Exited(code) => code as u8,
        How::Signalled(signal) => 128 + signal as u8,
        _ => 124,
    }))
}
