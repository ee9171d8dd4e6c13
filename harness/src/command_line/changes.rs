//! The verb `change`.

use super::workspace_root;
use crate::student::change;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(super) struct ChangeArguments {
    /// The chapter: 03-locks, 3 or locks (default: all that have changes)
    chapter: Option<String>,
    /// Changes by name. Without one they are listed
    names: Vec<String>,
}

pub(super) fn obey(arguments: &ChangeArguments) -> anyhow::Result<ExitCode> {
    let passed = change::show(&workspace_root(), arguments.chapter.as_deref(), &arguments.names)?;
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
