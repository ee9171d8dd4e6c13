//! The books that all renderings read from.

mod fixtures;

use explore_trace::replay::{Effect, Overwrite, Phase, Replay};
use explore_trace::*;
use fixtures::MAIN;

/// The state at the end, and what each step did.
fn play(trace: &Trace) -> (Replay<'_>, Vec<Effect>) {
    let mut replay = Replay::new(trace);
    let effects: Vec<Effect> = std::iter::from_fn(|| replay.advance()).collect();
    assert_eq!(effects.len(), trace.steps.len());
    (replay, effects)
}

#[test]
fn knows_who_holds_and_who_waits() {
    let trace = fixtures::ab_ba_deadlock();
    let (end, _) = play(&trace);
    let (ann, bob, left, right) = (ThreadId(1), ThreadId(2), ObjectId(0), ObjectId(1));
    let waits_for = WaitsFor::Lock { lock: right, held_by: vec![bob] };
    assert_eq!(end.threads()[1].phase, Phase::Blocked { waits_for });
    assert_eq!(end.threads()[1].holds.iter().map(|hold| hold.lock).collect::<Vec<_>>(), [left]);
    let objects = end.objects();
    assert_eq!((&objects[0].held_by, &objects[0].waiters), (&vec![ann], &vec![bob]));
    assert_eq!((&objects[1].held_by, &objects[1].waiters), (&vec![bob], &vec![ann]));
}

#[test]
fn a_panic_poisons_what_it_holds() {
    let (trace, healthy) = (fixtures::panic_poisons(), fixtures::recorded());
    assert!(play(&trace).0.objects()[0].poisoned);
    assert_eq!(play(&trace).0.threads()[1].phase, Phase::Panicked);
    assert!(!play(&healthy).0.objects()[0].poisoned);
    assert_eq!(play(&healthy).0.threads()[1].phase, Phase::Ended);
}

#[test]
fn sees_an_update_get_lost() {
    let trace = fixtures::lost_update();
    let (end, effects) = play(&trace);
    let overwrites: Vec<_> = effects.iter().filter_map(|effect| effect.overwrote.clone()).collect();
    assert_eq!(overwrites, [Overwrite { value: "1".to_owned(), by: ThreadId(2) }]);
    assert_eq!(end.objects()[0].value.as_deref(), Some("1"));
    assert_eq!(end.objects()[0].stored_by, Some(ThreadId(1)));
}

/// Writing over what one has read, or over what one never looked at, loses nothing.
#[test]
fn an_ordinary_store_loses_nothing() {
    let mut trace = fixtures::lost_update();
    let Operation::Load { read, .. } = trace.steps[4].operation.clone() else {
        unreachable!("bob's load")
    };
    let store = |value: &str| Operation::Store {
        atomic: ObjectId(0),
        ordering: Ordering::SeqCst,
        value: value.to_owned(),
    };
    let load = Operation::Load {
        atomic: ObjectId(0),
        ordering: Ordering::SeqCst,
        read: Read { from: Some(0), ..read },
    };
    trace.steps = vec![
        Step::new(ThreadId(1), store("1")),
        Step::new(ThreadId(2), load),
        Step::new(ThreadId(2), store("2")),
        Step::new(MAIN, store("3")),
    ];
    assert!(play(&trace).1.iter().all(|effect| effect.overwrote.is_none()));
}

#[test]
fn counts_messages() {
    let trace = fixtures::leak();
    let mut replay = Replay::new(&trace);
    let mut counts = Vec::new();
    while replay.advance().is_some() {
        counts.push(replay.objects()[0].messages);
    }
    assert_eq!(counts, [0, 0, 1, 0, 0, 0]);
}

#[test]
fn knows_whom_a_notification_left_waiting() {
    let trace = fixtures::six_threads();
    let (_, effects) = play(&trace);
    let left: Vec<_> = effects.iter().filter(|effect| !effect.left_waiting.is_empty()).collect();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].left_waiting, [ThreadId(2), ThreadId(3), ThreadId(4)]);
}
