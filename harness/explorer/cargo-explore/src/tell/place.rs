//! Where a failure is, for those who jump there.

use std::path::Path;
use trace::{Failure, Location, Outcome, Trace};

/// The place in the program that a failure is about: the first that is in a file below `root`, which the trace's paths begin at.
pub(super) fn of(trace: &Trace, root: &Path) -> Option<Location> {
    let Outcome::Failed { failure } = &trace.verdict.outcome else { return None };
    let named: Vec<&Location> = match failure {
        Failure::Panic { at, .. } => at.iter().collect(),
        Failure::Deadlock { waits } => waits.iter().filter_map(|wait| wait.at.as_ref()).collect(),
        Failure::Livelock { spins, .. } => {
            spins.iter().filter_map(|spin| spin.at.as_ref()).collect()
        }
        Failure::Leak { threads } => {
            threads.iter().filter_map(|thread| thread.at.as_ref()).collect()
        }
        // The access that completes it.
        Failure::Memory { accesses, allocation, .. } => {
            let allocated = allocation.iter().filter_map(|made| made.at.as_ref());
            accesses.iter().rev().filter_map(|access| access.at.as_ref()).chain(allocated).collect()
        }
        _ => Vec::new(),
    };
    let steps = trace.steps.iter().rev().filter_map(|step| step.at.as_ref());
    let own = |at: &&Location| Path::new(&at.file).is_relative() && root.join(&at.file).is_file();
    named.into_iter().chain(steps).find(own).cloned()
}

/// A file below `root`, as the reader's programs know it who is in `folder`.
pub(super) fn from(folder: &Path, root: &Path, file: &str) -> String {
    let path = root.join(file);
    path.strip_prefix(folder).unwrap_or(&path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_where_somebody_is() {
        let root = Path::new("/w");
        assert_eq!(from(Path::new("/w"), root, "a/src/lib.rs"), "a/src/lib.rs");
        assert_eq!(from(Path::new("/w/a"), root, "a/src/lib.rs"), "src/lib.rs");
        assert_eq!(from(Path::new("/w/a/src"), root, "a/tests/t.rs"), "/w/a/tests/t.rs");
    }
}
