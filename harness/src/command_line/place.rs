//! Which course an assignment is of, and how submissions run: what several verbs ask for.

use super::workspace_root;
use crate::grading::Tools;
use crate::grading::sandbox::Protection;
use crate::student::copy::WorkingCopy;
use std::path::PathBuf;

/// The course that an assignment is of, and how submissions run.
#[derive(Debug, clap::Args)]
pub(super) struct Where {
    /// The folder of another course, with the same layout
    #[arg(long, value_name = "DIR")]
    course: Option<PathBuf>,
    /// Run submissions without a sandbox: as you, with all your rights
    #[arg(long)]
    unsafe_no_sandbox: bool,
    /// Use no namespaces, as on a machine that refuses them, but only the other layers of the
    /// sandbox
    #[arg(long, conflicts_with = "unsafe_no_sandbox")]
    no_namespaces: bool,
}

impl Where {
    pub(super) fn course(&self) -> PathBuf {
        self.course.clone().unwrap_or_else(workspace_root)
    }

    pub(super) fn course_of(&self, copy: &WorkingCopy) -> anyhow::Result<PathBuf> {
        copy.course(self.course.clone(), workspace_root())
    }

    pub(super) fn tools(&self) -> anyhow::Result<Tools> {
        let protection = match (self.unsafe_no_sandbox, self.no_namespaces) {
            (true, _) => Protection::None,
            (false, true) => Protection::NoNamespaces,
            (false, false) => Protection::Best,
        };
        Tools::prepare(&workspace_root(), protection)
    }
}
