//! Steps within crates of others, as one line.

use explore_trace::*;

/// Two steps of our own, and between them three of a dependency, of which the last waits.
fn run() -> Trace {
    let (main, lock) = (ThreadId(0), ObjectId(0));
    let own = |line| Some(Location::new("src/lib.rs", line));
    let others = |line| Some(Location::new("thing-1.2.3/src/lib.rs", line));
    let operation = Operation::Lock { lock, mode: LockMode::Exclusive };
    let unlock = Operation::Unlock { lock, mode: LockMode::Exclusive };
    let waits_for = Some(WaitsFor::Lock { lock, held_by: vec![main] });
    let step = |at, operation: &Operation| Step { at, ..Step::new(main, operation.clone()) };
    let wait = Wait { thread: main, at: others(4), waits_for: waits_for.clone() };
    Trace {
        version: VERSION,
        program: Program { name: "run".into(), entry: None },
        origin: Origin::Explored,
        threads: vec![Thread::default()],
        objects: vec![Object {
            kind: ObjectKind::Mutex,
            name: None,
            created: own(1),
            initial: None,
        }],
        steps: vec![
            step(own(1), &operation),
            step(own(2), &unlock),
            step(others(1), &operation),
            step(others(2), &unlock),
            step(others(3), &operation),
            Step { blocked: waits_for, ..step(others(4), &operation) },
        ],
        verdict: Verdict {
            outcome: Outcome::Failed { failure: Failure::Deadlock { waits: vec![wait] } },
            search: None,
        },
        output: vec![],
        sources: Default::default(),
    }
}

#[test]
fn steps_within_a_dependency_are_one_line_up_to_where_something_turns() {
    let folded = Terminal { fold: true, ..Terminal::default() }.draw(&run());
    assert!(folded.contains("3 steps in thing 1.2.3, to step 5"), "{folded}");
    // Our own steps and the one that waits are there by themselves.
    for own in [" lib.rs:1\n", " lib.rs:2\n", " thing: lib.rs:4\n"] {
        assert!(folded.contains(own), "{own} is not in\n{folded}");
    }
    assert!(!folded.contains("lib.rs:3"), "{folded}");
    let whole = Terminal::default().draw(&run());
    assert!(!whole.contains("steps in") && whole.lines().count() == folded.lines().count() + 2);
    let chinese = Terminal { fold: true, language: Language::Zh, ..Terminal::default() };
    assert!(chinese.draw(&run()).contains("在 thing 1.2.3 里走了 3 步，到第 5 步"));
}
