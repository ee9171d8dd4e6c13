//! From a submission's folder to a result.
//!
//! | module | what lives there |
//! |---|---|
//! | [`manifest`], [`assignment`] | what an assignment is |
//! | [`intake`] | what is taken from a submission, and what is refused |
//! | [`nesting`] | how deep a source is nested, before anybody reads it as a tree |
//! | [`shape`] | where in what was handed in the submission is |
//! | [`tripwire`] | what a library may not have: spellings of the compiler's known holes, and counters that nobody watches |
//! | [`toolchain`], [`compile`] | from source files to executables |
//! | [`source`] | a file of checks, cut as Rust reads it |
//! | [`signatures`] | whether a library has the functions and types that checks call |
//! | [`check`] | one check of kind `run` or `explore` |
//! | [`blind`] | the same without what is right, held against what right solutions answer |
//! | [`program`] | one of kind `program`, judged from outside |
//! | [`memory`] | whether the machine has run out of it meanwhile |
//! | [`proof`] | a process that proves its verdict, and what that says |
//! | [`sandbox`] | where all of that runs |
//! | [`grade`] | the whole of it for one submission |
//! | [`result`] | what comes out |
//!
//! There are three states: pass, fail, and cannot tell. A pass needs proof from the grader's own side of the process. Trouble of the
//! grader's own is never a fail.

pub mod assignment;
pub mod blind;
pub mod check;
pub mod compile;
pub mod grade;
pub mod intake;
pub mod manifest;
pub mod memory;
pub mod nesting;
pub mod program;
pub mod proof;
pub mod result;
pub mod sandbox;
pub mod shape;
pub mod signatures;
pub mod source;
pub mod toolchain;
pub mod tripwire;
pub mod verdict;

use crate::doctor;
use crate::explore::announce;
use crate::explore::kit::Kit;
use anyhow::Context;
use sandbox::{Protection, Sandbox};
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use toolchain::Toolchain;

/// What every submission is compiled with: made once, used for all.
#[derive(Debug, Clone)]
pub struct Tools {
    /// The compiler.
    pub toolchain: Toolchain,
    /// The crates that stand in for `std`, and what checks are linked with.
    pub kit: Kit,
    /// Where submissions run.
    pub sandbox: Sandbox,
    /// What makes rustc use the toolchain's own linker, which is in the kit's folder.
    linker: Vec<OsString>,
    /// Where the sources of the crates of the course are.
    workspace: PathBuf,
}

impl Tools {
    /// Finds the compiler, and compiles the kit from the sources in `workspace` if it is not compiled yet.
    ///
    /// # Errors
    ///
    /// When there is no compiler, the kit does not compile, or there is no sandbox as asked for.
    pub fn prepare(workspace: &Path, protection: Protection) -> anyhow::Result<Tools> {
        let sandbox = Sandbox::find(protection)?;
        let toolchain = Toolchain::find(workspace)?;
        let packages = ["explore-std", "explore-core", "judge", "student-std", "student-nothing"];
        let kit = Kit::of(workspace, &packages, &announce)?;
        let linker = toolchain.linker_in(kit.folder()).context("the linker cannot be found")?;
        let tools = Tools { toolchain, kit, sandbox, linker, workspace: workspace.to_owned() };
        // With namespaces a jail has what it is given, wherever that lies. Without them every submission would be met by this.
        if let Sandbox::Jail(layers) = sandbox
            && !layers.namespaces
        {
            let read = doctor::readable(&[&tools.toolchain.sysroot, tools.kit.folder()]);
            compile::make_sure_that_it_compiles(
                &tools,
                &compile::Workshop::new(NonZeroUsize::MIN, sandbox)?,
            )
            .with_context(|| format!("nothing can be compiled here; {read}"))?;
        }
        Ok(tools)
    }

    /// These crates of the course, compiled for programs that may use them.
    ///
    /// # Errors
    ///
    /// When there is no such crate, or it does not compile.
    pub fn crates(&self, packages: &[String]) -> anyhow::Result<Kit> {
        let packages: Vec<&str> = packages.iter().map(String::as_str).collect();
        Kit::of(&self.workspace, &packages, &announce)
    }
}
