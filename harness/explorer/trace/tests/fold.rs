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
    let wait = Wait { thread: main, at: others(4), called_at: None, waits_for: waits_for.clone() };
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
    // Two files are called `lib.rs`, so each is named by as much of its path as tells them apart.
    for own in [" src/lib.rs:1\n", " src/lib.rs:2\n", " thing: thing-1.2.3/src/lib.rs:4\n"] {
        assert!(folded.contains(own), "{own} is not in\n{folded}");
    }
    assert!(!folded.contains("lib.rs:3"), "{folded}");
    let whole = Terminal::default().draw(&run());
    assert!(!whole.contains("steps in") && whole.lines().count() == folded.lines().count() + 2);
    let chinese = Terminal { fold: true, language: Language::Zh, ..Terminal::default() };
    assert!(chinese.draw(&run()).contains("在 thing 1.2.3 里走了 3 步，到第 5 步"));
}

#[test]
fn steps_of_a_dependency_stand_beside_the_line_that_asks_for_them() {
    let mut run = run();
    let own = |line| Some(Location::new("src/lib.rs", line));
    for (step, line) in [(2, 7), (3, 7), (4, 8), (5, 8)] {
        run.steps[step].called_at = own(line);
    }
    let Outcome::Failed { failure: Failure::Deadlock { waits } } = &mut run.verdict.outcome else {
        panic!("it is a deadlock");
    };
    waits[0].called_at = own(8);
    let text = "\n\n\n\n\n\n  lookup(&cache);\n  cache.lock();\n";
    run.quote(&mut ("src/lib.rs", text));
    let folded = Terminal { fold: true, ..Terminal::default() }.draw(&run);
    // One call, one line: the third step is of another.
    let told = [
        "main 2 steps in thing 1.2.3, to step 4",
        " src/lib.rs:7\n",
        "  lookup(&cache);\n",
        "(in thing)",
        "  cache.lock();\n",
        "src/lib.rs:8  cache.lock();\n",
        "thing-1.2.3/src/lib.rs:4",
    ];
    for told in told {
        assert!(folded.contains(told), "{told} is not in\n{folded}");
    }
    assert_eq!(Trace::from_json(&run.to_json()).unwrap(), run);
    let chinese = Terminal { fold: true, language: Language::Zh, ..Terminal::default() };
    assert!(chinese.draw(&run).contains("（在 thing 里）"));
}

#[test]
fn a_time_out_that_fires_is_not_folded() {
    let mut run = run();
    run.steps[3].choice = Some(Choice::Timeout);
    let folded = Terminal { fold: true, ..Terminal::default() }.draw(&run);
    assert!(!folded.contains("steps in thing"), "{folded}");
}

/// A loop of two rows that goes round so often, between two rows of its own.
fn spins(times: usize) -> Trace {
    let (main, flag) = (ThreadId(0), ObjectId(0));
    let step = |line, operation| Step {
        at: Some(Location::new("src/lib.rs", line)),
        ..Step::new(main, operation)
    };
    let read = |value: &str| Operation::Load {
        atomic: flag,
        ordering: Ordering::Relaxed,
        read: Read {
            stale: Some(Stale { newest: "true".to_owned(), missed: 1 }),
            ..Read::newest(value, None)
        },
    };
    let mut trace = run();
    trace.objects[0].kind = ObjectKind::Atomic;
    let round = [step(2, read("false")), step(3, Operation::Yield)];
    trace.steps = vec![step(1, Operation::Yield)];
    trace.steps.extend(std::iter::repeat_n(round, times).flatten());
    trace.steps.push(step(4, Operation::Panic { message: "given up".to_owned() }));
    let at = Some(Location::new("src/lib.rs", 4));
    let failure = Failure::Panic { thread: main, message: "given up".to_owned(), at };
    trace.verdict.outcome = Outcome::Failed { failure };
    trace
}

#[test]
fn rounds_that_are_alike_are_told_once() {
    let folded = Terminal { fold: true, rows: Some(10), ..Terminal::default() };
    let text = folded.draw(&spins(1000));
    assert!(text.contains("… steps 4 to 2001 are these 2 again, 999 times more"), "{text}");
    assert!(text.contains("\n 2002 ✗ "), "{text}");
    // It all fits: the first step is there, and nothing is left out.
    assert!(!text.contains("not shown"), "{text}");
    assert_eq!(text.matches("reads").count(), 2, "{text}");
    let flat = |text: &str| text.split_whitespace().collect::<String>();
    assert!(flat(&text).contains(&flat("So it is at 999 later steps.")), "{text}");
    let chinese = Terminal { language: Language::Zh, ..folded };
    let text = chinese.draw(&spins(1000));
    assert!(text.contains("第 4 到 2001 步是这 2 步又重复了 999 次"), "{text}");
    assert!(flat(&text).contains(&flat("后面还有 999 步也是这样。")), "{text}");
}

#[test]
fn two_rounds_are_drawn_and_so_is_what_is_not_alike() {
    let folded = Terminal { fold: true, ..Terminal::default() };
    assert!(!folded.draw(&spins(2)).contains("again"));
    // A loop that counts reads something else each time.
    let mut counts = spins(5);
    for (number, step) in counts.steps.iter_mut().enumerate() {
        if let Operation::Load { read, .. } = &mut step.operation {
            read.value = number.to_string();
        }
    }
    assert!(!folded.draw(&counts).contains("again"));
    assert!(!Terminal::default().draw(&spins(5)).contains("again"));
}
