//! The verb `explore`: every interleaving of ordinary `std` code.
//!
//! | module | what lives there |
//! |---|---|
//! | [`target`] | what a reader asks for: a chapter, a file, a crate |
//! | [`scenario`] | a file of scenarios |
//! | `function` | one function of a file, as a scenario |
//! | [`left_out`] | what looks like a scenario and is none |
//! | [`driver`] | a generated executable that explores a target's scenarios |
//! | [`uses`] | which crates, and with which features, scenarios may use |
//! | [`graph`] | all runs of a small scenario as a graph of states |
//! | [`verb`] | what is printed and written |
//!
//! The rest is what `cargo explore` stands on as well: [`kit`], the stand-ins for `std` and `core`, compiled; [`Driver`], which runs what was
//! compiled against them; [`report`], how what came of it is shown. The harness does not link the explorer. It compiles it, gives it to a
//! driver in the place of `std`, and reads what the driver reports.

pub mod driver;
mod function;
pub mod graph;
pub mod left_out;
pub mod scenario;
pub mod target;
pub mod uses;
pub mod verb;

use cargo_explore::drive::Asked;
pub use cargo_explore::drive::{Driver, Search};
pub use cargo_explore::{Misuse, Progress, announce, kit, report, stop};

use anyhow::bail;
use std::path::Path;
use target::Target;

/// Compiles the stand-ins, if that was not done yet, then the target's
/// scenarios and what they use. `progress` is told what was compiled.
/// Cargo's and rustc's messages go to standard error.
///
/// # Errors
///
/// When something does not compile, or has no scenario.
pub fn compile(
    workspace: &Path,
    target: &Target,
    progress: &(dyn Fn(Progress<'_>) + Sync),
) -> anyhow::Result<Driver> {
    let mut kit = kit::Kit::build(workspace, progress)?;
    if target.sees_memory {
        kit = kit.seeing_memory();
    }
    let executable = driver::build(&kit, &target.files, &target.uses, progress)?;
    if target.files.iter().all(|file| file.scenarios.is_empty()) {
        bail!("rustc accepts it, but no scenario can be found in it");
    }
    let asked = target
        .files
        .iter()
        .flat_map(|file| file.scenarios.iter().map(move |scenario| (file, scenario)))
        .map(|(file, scenario)| {
            let (eager_timeouts, looks) = (scenario.eager_timeouts, scenario.looks);
            (
                file.full_name(scenario),
                Asked { eager_timeouts, looks, leaks: scenario.leaks, ..Asked::default() },
            )
        })
        .collect();
    Ok(Driver::of_scenarios(executable, asked).known_as(kit.compiler(), String::new()))
}
