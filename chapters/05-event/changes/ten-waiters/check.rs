use change::Gate;
use std::thread;

/// Two wait at the gate, or come when it is open already; both go on.
fn both_waiters_go_on() {
    let gate = Gate::default();
    thread::scope(|scope| {
        scope.spawn(|| gate.wait());
        scope.spawn(|| gate.wait());
        gate.open();
    });
}

/// Before the gate is opened nobody goes on.
fn nobody_goes_on_before() {
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

    let (gate, opening) = (Gate::default(), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            gate.wait();
            assert!(opening.load(SeqCst), "a waiter went on before the gate was opened");
        });
        opening.store(true, SeqCst);
        gate.open();
    });
}
