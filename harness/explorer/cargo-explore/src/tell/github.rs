//! Lines that GitHub shows beside the source: "workflow commands".

use super::{Ending, Told, place};
use crate::report;
use std::path::Path;

/// The line for a test; of one that is proved there is nothing to show.
pub(super) fn test(told: &Told<'_>, says: &str, root: &Path) -> Option<String> {
    let Told { test, both, kind, .. } = told;
    let level = match kind {
        Ending::AsItShouldBe => return None,
        Ending::NotProved | Ending::UnlessEarly => "warning",
        _ => "error",
    };
    let run = report::quoted(&both.outcome.run_or_verdict(), root);
    let (file, line) = match place::of(&run, root) {
        Some(at) => (at.file, at.line),
        None => (test.file.clone(), test.line),
    };
    // GitHub counts from the top of the repository, which may be above the workspace.
    let top = std::env::var_os("GITHUB_WORKSPACE").unwrap_or_else(|| root.into());
    let file = place::from(Path::new(&top), root, &file);
    let (file, title) = (property(&file), property(&both.outcome.name));
    Some(format!("::{level} file={file},line={line},title={title}::{}", message(says)))
}

fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_command_is_escaped() {
        assert_eq!(message("100 %\nof a: b, c"), "100 %25%0Aof a: b, c");
        assert_eq!(property("tests::a, b"), "tests%3A%3Aa%2C b");
    }
}
