//! Crates of others, unmodified, explored: what is proved of them, and in how
//! many executions, held against a snapshot.

use harness::explore::target::Target;
use harness::explore::uses::Features;
use harness::explore::{Search, compile};
use protocol::Status;
use std::fmt::Write as _;
use std::path::Path;

#[test]
fn crates_of_others_are_explored_as_they_are() {
    let workspace =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the harness lives in the workspace");
    let others = workspace.join("harness/explorer/others");
    let others = others.to_str().expect("the workspace's path is text");
    let mut target = Target::find(workspace, others, &[], None, &Features::default()).unwrap();
    target.sees_memory = false;
    let scenarios = target.chosen(&[]).unwrap();
    let mut text = String::new();
    let mut proved = 0;
    let (pools, others): (Vec<_>, Vec<_>) =
        scenarios.iter().cloned().partition(|name| name.starts_with("threadpool/"));
    // Nobody can join the workers of a `threadpool`.
    let mut usual = Search::default();
    usual.config.weak_failures = 0;
    let mut detached = usual.clone();
    detached.config.detached = true;
    let driver = compile(workspace, &target, &|_| ()).unwrap();
    for (chosen, search) in [(others, usual), (pools, detached)] {
        driver
            .explore(&chosen, &search, &|_| (), &mut |outcome| {
                proved += usize::from(outcome.status == Status::Proved);
                let _ = writeln!(text, "{}  {}", outcome.name, outcome.verdict());
            })
            .unwrap();
    }
    assert_eq!(proved, scenarios.len(), "\n{text}");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("explored");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("others", text));
}
