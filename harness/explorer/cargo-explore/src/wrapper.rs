//! What cargo calls in the place of rustc: rustc, with the stand-ins in the places of the real crates.
//!
//! Given so, and not by `RUSTFLAGS`, they leave all flags as they are that the user's manifests, configuration and environment ask for.

use crate::kit::INSTRUMENTATION;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

/// Names the folder of the stand-ins. Where it is set, the command is rustc.
pub const KIT: &str = "CARGO_EXPLORE_KIT";

/// Names the wrapper that the user has already, if there is one.
pub const INNER: &str = "CARGO_EXPLORE_WRAPPED";

/// Where it is set, the explorer is told of every access to memory.
pub const MEMORY: &str = "CARGO_EXPLORE_MEMORY";

/// Acts as rustc if cargo calls it so; `None` if it does not.
pub fn main() -> Option<ExitCode> {
    let kit = std::env::var_os(KIT)?;
    let mut arguments = std::env::args_os().skip(1);
    // Cargo names the compiler, or the subcommand, if a shell has these variables.
    let rustc = arguments.next().filter(|first| first != "explore")?;
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
    if for_target {
        command.args(without_lto(&arguments));
        command.args(flags(Path::new(&kit)));
        if std::env::var_os(MEMORY).is_some() {
            command.args(seeing_memory(&arguments));
        }
    } else {
        command.args(&arguments);
    }
    Some(match command.status() {
        Ok(status) => ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)),
        Err(error) => {
            eprintln!("rustc could not be started: {error}");
            ExitCode::FAILURE
        }
    })
}

/// The flags that have the explorer told of every access to memory, after those that cargo gives.
fn seeing_memory(given: &[OsString]) -> Vec<&'static str> {
    let value = |name: &str| {
        let values = given.iter().filter_map(|argument| argument.to_str()?.split_once('='));
        values
            .filter(|(key, _)| key.trim_start_matches("-C") == name)
            .map(|(_, value)| value)
            .next_back()
    };
    let mut flags = INSTRUMENTATION.to_vec();
    // More than that, and rustc puts functions of the stand-ins into the user's, where nothing tells them apart.
    if value("opt-level").is_some_and(|level| !["0", "1"].contains(&level)) {
        flags.push("-Copt-level=1");
    }
    // The lines of what goes wrong come from there.
    if value("debuginfo").is_none_or(|level| ["0", "none"].contains(&level)) {
        flags.push("-Cdebuginfo=line-tables-only");
    }
    if value("strip").is_some() {
        flags.push("-Cstrip=none");
    }
    flags
}

/// All but what asks for optimisation at link time. That would need the stand-ins in another form, and would mix their code with the user's.
fn without_lto(given: &[OsString]) -> Vec<&OsString> {
    let asks = |flag: &str| {
        let (name, _) = flag.split_once('=').unwrap_or((flag, ""));
        ["lto", "linker-plugin-lto"].contains(&name)
    };
    let mut kept = Vec::new();
    let mut rest = given.iter().peekable();
    while let Some(argument) = rest.next() {
        let said = argument.to_str().unwrap_or_default();
        let is_option = ["-C", "--codegen"].contains(&said);
        if is_option && rest.peek().and_then(|flag| flag.to_str()).is_some_and(asks) {
            rest.next();
        } else if !said.strip_prefix("-C").is_some_and(asks) {
            kept.push(argument);
        }
    }
    kept
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_optimised_at_link_time() {
        let kept = |line: &str| {
            let given: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let kept = without_lto(&given);
            kept.iter().map(|flag| flag.to_str().unwrap()).collect::<Vec<_>>().join(" ")
        };
        let others = "-C opt-level=3 --emit=link -C embed-bitcode=no";
        assert_eq!(kept(others), others);
        assert_eq!(kept("-C lto -C opt-level=3 -C"), "-C opt-level=3 -C");
        assert_eq!(kept("-C lto=thin -Clto=fat -Clto --codegen lto=off a"), "a");
        assert_eq!(
            kept("-C linker-plugin-lto -Clinker-plugin-lto -C link-arg=-lto"),
            "-C link-arg=-lto"
        );
    }

    #[test]
    fn what_goes_wrong_has_lines_in_every_profile() {
        let flags = |line: &str| {
            let given: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            seeing_memory(&given)[INSTRUMENTATION.len()..].join(" ")
        };
        assert_eq!(flags("-C debuginfo=2 -C metadata=a"), "");
        assert_eq!(flags("-Copt-level=1 -C debuginfo=line-tables-only"), "");
        assert_eq!(
            flags("-C opt-level=3 -C strip=debuginfo"),
            "-Copt-level=1 -Cdebuginfo=line-tables-only -Cstrip=none"
        );
        assert_eq!(
            flags("-C opt-level=s -C debuginfo=0"),
            "-Copt-level=1 -Cdebuginfo=line-tables-only"
        );
    }
}
