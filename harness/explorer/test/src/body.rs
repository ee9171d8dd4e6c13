//! What one execution of a test is.

use crate::{ShouldPanic, StaticTestFn, StaticTestName, TestDescAndFn};
use explore_engine::{Scenario, panic};
use std::rc::Rc;

/// All tests that can be explored, as scenarios.
pub(crate) fn scenarios(tests: &[&TestDescAndFn]) -> Vec<Scenario> {
    tests.iter().filter_map(|test| scenario(test)).collect()
}

/// A test as a scenario; `None` for a `#[bench]`.
pub(crate) fn scenario(test: &TestDescAndFn) -> Option<Scenario> {
    let StaticTestName(name) = test.desc.name;
    let StaticTestFn(run) = test.testfn else { return None };
    let expected = test.desc.should_panic;
    let body: Rc<dyn Fn()> = match expected {
        ShouldPanic::No => Rc::new(move || {
            explore_engine::call_main(name);
            if let Err(why) = run() {
                panic!("{why}");
            }
        }),
        ShouldPanic::Yes | ShouldPanic::YesWithMessage(_) => Rc::new(move || {
            explore_engine::call_main(name);
            panics(run, expected);
        }),
    };
    Some(Scenario { name: name.to_owned(), body })
}

/// A test that must panic, in this execution as in every other.
fn panics(run: fn() -> Result<(), String>, expected: ShouldPanic) {
    let Err(payload) = panic::catch_unwind(run) else {
        panic!("the test ends without a panic, and #[should_panic] says that it should panic");
    };
    let ShouldPanic::YesWithMessage(part) = expected else { return };
    let message = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied());
    match message {
        Some(message) if message.contains(part) => {}
        Some(message) => panic!("the test panicked with {message:?}, and {part:?} is not in that"),
        None => {
            panic!("the test panicked with something else than text, which should hold {part:?}")
        }
    }
}
