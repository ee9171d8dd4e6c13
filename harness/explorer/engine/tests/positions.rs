//! Where a run stands after a schedule, and a search that is confined to the runs that begin so. Random programs are in `fuzz.rs`.

use explore_engine::sync::Mutex;
use explore_engine::{Explorer, Position, Status, thread};

fn schedule(position: &Position) -> &str {
    position.outcome.schedule.as_deref().unwrap()
}

fn opposite_orders() {
    let (left, right) = (Mutex::new(()), Mutex::new(()));
    thread::scope(|scope| {
        scope.spawn(|| {
            let _left = left.lock().unwrap();
            let _right = right.lock().unwrap();
        });
        let _right = right.lock().unwrap();
        let _left = left.lock().unwrap();
    });
}

#[test]
fn a_failure_is_found_only_from_where_there_is_one() {
    let explorer = Explorer::default();
    let from =
        |schedule: &str| explorer.run_from("a", opposite_orders, schedule, &mut |_| {}).unwrap();
    // Each has one of the two.
    let stuck = from("0:a3b2");
    assert_eq!(stuck.status, Status::Failed);
    assert!(stuck.schedule.unwrap().starts_with("0:a3b2"));
    // The main thread has both.
    assert!(from("0:a4").is_proved());
    assert_eq!(from("0:").status, Status::Failed);
    assert_eq!(from("0:c").status, Status::Refused);
}

#[test]
fn a_run_that_cannot_go_on_is_over() {
    let explorer = Explorer::default();
    let at = |schedule| explorer.position("a", opposite_orders, schedule).unwrap();
    let begun = at(None);
    assert_eq!((begun.ways.len(), begun.over), (1, false));
    assert_eq!(schedule(&begun), "0:");
    let both = at(Some("0:a3b2"));
    assert_eq!(both.ways, []);
    assert!(both.over && both.outcome.is_failed());
    assert!(both.outcome.trace.unwrap().verdict.outcome != trace::Outcome::Ended);
    let one = at(Some("0:a3b"));
    assert_eq!((one.ways.len(), one.stands.len(), one.over), (2, 2, false));
}
