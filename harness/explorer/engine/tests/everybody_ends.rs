//! Some threads may be left behind, as nobody can end them: those of other people's crates, and those that wait while they destroy their thread-locals.
//! Where the program's author may want it to be so, they may not.

#[path = "everybody_ends/registry/src/spawns.rs"]
mod spawns;

use explore_engine::sync::mpsc::{Receiver, Sender, channel};
use explore_engine::{Config, Explorer, Outcome, thread, thread_local};
use std::cell::RefCell;

fn explored(everybody_ends: bool, scenario: fn()) -> Outcome {
    let config = Config { everybody_ends, ..Config::default() };
    Explorer::new(config).run("leaves somebody behind", scenario)
}

/// A channel in which nothing ever comes, and which is never closed.
fn nothing() -> Receiver<()> {
    let (sender, nothing) = channel();
    std::mem::forget(sender);
    nothing
}

fn spawned_by_others() {
    spawns::a_thread_that_waits(nothing());
}

#[test]
fn a_thread_of_others_has_to_end_where_names_of_files_prove_nothing() {
    let outcome = explored(false, spawned_by_others);
    assert!(outcome.is_proved(), "{outcome}");
    let outcome = explored(true, spawned_by_others);
    assert!(outcome.is_failed() && outcome.to_string().contains("leak"), "{outcome}");
}

/// Waits when it is destroyed, if `for_ever`.
struct Waits {
    begins: Sender<()>,
    for_ever: bool,
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.begins.send(()).unwrap();
        if self.for_ever {
            let _ = nothing().recv();
        }
    }
}

thread_local! {
    static WAITS: RefCell<Option<Waits>> = const { RefCell::new(None) };
}

/// Its thread has returned when this does, and destroys its thread-local.
fn destroys_a_thread_local(for_ever: bool) {
    let (begins, begun) = channel();
    let returns =
        move || WAITS.with(|waits| *waits.borrow_mut() = Some(Waits { begins, for_ever }));
    drop(thread::spawn(returns));
    begun.recv().unwrap();
}

#[test]
fn a_thread_that_waits_while_it_destroys_its_thread_locals_has_to_end() {
    let outcome = explored(false, || destroys_a_thread_local(true));
    assert!(outcome.is_proved(), "{outcome}");
    let outcome = explored(true, || destroys_a_thread_local(true));
    assert!(outcome.is_failed(), "{outcome}");
    let told = outcome.to_string();
    let leak = "leak: the program has ended; thread 1 waits at ";
    assert!(told.contains(leak), "{told}");
    // One that only is not done yet is none's fault: nobody can wait for it.
    let outcome = explored(true, || destroys_a_thread_local(false));
    assert!(outcome.is_proved(), "{outcome}");
}
