//! What cargo calls in the place of rustc: rustc, with the stand-ins in the places of the real crates.
//!
//! Given so, and not by `RUSTFLAGS`, they leave all flags as they are that the user's manifests, configuration and environment ask for.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

/// Names the folder of the stand-ins. Where it is set, the command is rustc.
pub const KIT: &str = "CARGO_EXPLORE_KIT";

/// Names the wrapper that the user has already, if there is one.
pub const INNER: &str = "CARGO_EXPLORE_WRAPPED";

/// Acts as rustc if cargo calls it so; `None` if it does not.
pub fn main() -> Option<ExitCode> {
    let kit = std::env::var_os(KIT)?;
    let mut arguments = std::env::args_os().skip(1);
    let rustc = arguments.next()?;
    let arguments: Vec<OsString> = arguments.collect();
    let mut command = match std::env::var_os(INNER) {
        Some(inner) => {
            let mut command = Command::new(inner);
            command.arg(rustc);
            command
        }
        None => Command::new(rustc),
    };
    // Build scripts and procedural macros keep the real crates: they are for the machine that compiles, and cargo names no target for them.
    let for_target = arguments.iter().any(|argument| argument == "--target");
    command.args(&arguments);
    if for_target {
        command.args(flags(Path::new(&kit)));
    }
    Some(match command.status() {
        Ok(status) => ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)),
        Err(error) => {
            eprintln!("rustc could not be started: {error}");
            ExitCode::FAILURE
        }
    })
}

/// The flags that put the stand-ins in a kit's folder into the places of the real crates.
fn flags(kit: &Path) -> Vec<OsString> {
    let mut flags = Vec::new();
    for (name, file) in
        [("std", "libexplore_std"), ("core", "libexplore_core"), ("test", "libtest")]
    {
        let mut value = OsString::from(format!("{name}="));
        value.push(kit.join(file).with_extension("rlib"));
        flags.extend(["--extern".into(), value]);
    }
    let mut folder = OsString::from("dependency=");
    folder.push(kit);
    flags.extend(["-L".into(), folder]);
    flags
}
