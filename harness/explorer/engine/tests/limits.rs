//! Whoever waits with a time-out is told to wait, with its time, although the time-out could fire.

use std::sync::Arc;
use std::time::Duration;

use explore_engine::sync::atomic::{AtomicBool, Ordering::SeqCst};
use explore_engine::sync::mpsc::{Sender, channel};
use explore_engine::{Config, Explorer, Outcome, thread};
use trace::{Operation, ThreadId, WaitsFor};

const TICK: Duration = Duration::from_secs(5);
/// So little shorter that either may be over first.
const PATIENCE: Duration = Duration::from_secs(4);

/// Main waits for a tick, and panics when it comes too late.
fn explore(ticks: fn(&Sender<()>, &AtomicBool)) -> Outcome {
    Explorer::new(Config::default()).run("limits", move || {
        let (sender, received) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let ticker = thread::spawn(move || ticks(&sender, &stopped));
        received.recv_timeout(PATIENCE).expect("a tick");
        stop.store(true, SeqCst);
        ticker.join().unwrap();
    })
}

/// What the ticker waits for when main panics, and how long at most.
fn waits(outcome: &Outcome) -> (Option<WaitsFor>, Option<u64>) {
    assert!(outcome.is_failed(), "{outcome}");
    let run = outcome.trace.as_ref().unwrap();
    let step = run.steps.iter().rev().find(|step| step.thread == ThreadId(1)).unwrap();
    let limit = match step.operation {
        Operation::Receive { timeout_ns, .. } | Operation::Park { timeout_ns } => timeout_ns,
        _ => None,
    };
    (step.blocked.clone(), limit)
}

#[test]
fn who_waits_with_a_time_out_when_another_panics_is_told_to_wait() {
    let limit = Some(TICK.as_nanos() as u64);
    let receives = explore(|sender, stopped| {
        let (_kept, nothing) = channel::<()>();
        while !stopped.load(SeqCst) {
            let _ = nothing.recv_timeout(TICK);
            let _ = sender.send(());
        }
    });
    let (reason, time) = waits(&receives);
    assert!(matches!(reason, Some(WaitsFor::Message { .. })), "{reason:?}");
    assert_eq!(time, limit);
    let parks = explore(|sender, stopped| {
        while !stopped.load(SeqCst) {
            thread::park_timeout(TICK);
            let _ = sender.send(());
        }
    });
    assert_eq!(waits(&parks), (Some(WaitsFor::Unpark), limit));
}

/// Whoever can go on does not wait.
#[test]
fn who_has_a_message_is_not_told_to_wait() {
    let outcome = explore(|_, _| {
        let (sender, messages) = channel();
        sender.send(()).unwrap();
        assert_eq!(messages.recv_timeout(TICK), Ok(()));
    });
    assert!(outcome.is_failed(), "{outcome}");
    let run = outcome.trace.as_ref().unwrap();
    let waits = run.steps.iter().any(|step| step.thread == ThreadId(1) && step.blocked.is_some());
    assert!(!waits, "{outcome}");
}
