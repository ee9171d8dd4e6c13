//! Guards, and the context manager in the shape of a generator.

use ch11_thread_pool::{ContextError, Guard, Yielder, defer, guard, with};
use std::cell::{Cell, RefCell};
use std::future::pending;
use std::os::unix::process::ExitStatusExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;

type Marks = RefCell<Vec<&'static str>>;
type Outcome = Result<(), &'static str>;

#[derive(Debug)]
struct Dropped<'a>(&'a Marks);

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        self.0.borrow_mut().push("value dropped");
    }
}

async fn manager<'a>(marks: &'a Marks, caller: Yielder<Dropped<'a>>) -> Outcome {
    let mark = |mark| marks.borrow_mut().push(mark);
    mark("before");
    let _finally = defer(|| mark("finally"));
    let _value = caller.give(Dropped(marks)).await;
    mark("after");
    Ok(())
}

#[test]
fn a_body_that_ends_well_resumes_the_manager() {
    let marks = Marks::default();
    let result = with(
        |caller| manager(&marks, caller),
        |_| {
            marks.borrow_mut().push("body");
            Ok(42)
        },
    );
    assert_eq!(result, Ok(42));
    assert_eq!(marks.into_inner(), ["before", "body", "after", "value dropped", "finally"]);
}

#[test]
fn a_body_that_fails_leaves_the_finally() {
    let marks = Marks::default();
    let result: Result<(), _> = with(|caller| manager(&marks, caller), |_| Err("no"));
    assert_eq!(result, Err(ContextError::Failed("no")));
    assert_eq!(marks.into_inner(), ["before", "value dropped", "finally"]);
}

#[test]
fn a_body_that_panics_leaves_the_finally() {
    let marks = Marks::default();
    let body = |_: &mut Dropped<'_>| -> Outcome { panic!("no") };
    let result = catch_unwind(AssertUnwindSafe(|| with(|caller| manager(&marks, caller), body)));
    assert!(result.is_err());
    assert_eq!(marks.into_inner(), ["before", "value dropped", "finally"]);
}

#[test]
fn the_body_may_change_the_value() {
    let seen = RefCell::new(String::new());
    let manager = async |caller: Yielder<String>| -> Outcome {
        *seen.borrow_mut() = caller.give("a".into()).await;
        Ok(())
    };
    let body = |text: &mut String| {
        text.push('b');
        Ok(())
    };
    with(manager, body).unwrap();
    assert_eq!(seen.into_inner(), "ab");
}

#[test]
fn a_manager_may_fail_before_and_after() {
    let before = async |_: Yielder<()>| Err("before");
    assert_eq!(
        with(before, |()| -> Outcome { panic!("ran") }),
        Err(ContextError::Failed("before"))
    );
    let after = async |caller: Yielder<()>| {
        caller.give(()).await;
        Err("after")
    };
    assert_eq!(with(after, |()| Ok(())), Err(ContextError::Failed("after")));
}

#[test]
fn a_manager_that_fails_afterwards_costs_the_body_its_result() {
    let marks = Marks::default();
    let after = async |caller: Yielder<()>| {
        caller.give(()).await;
        marks.borrow_mut().push("after");
        Err("after")
    };
    let result = with(after, |()| Ok(Dropped(&marks)));
    assert_eq!(result.unwrap_err(), ContextError::Failed("after"));
    assert_eq!(marks.into_inner(), ["after", "value dropped"]);
}

#[test]
fn a_manager_may_panic_before_and_after() {
    let ran = Cell::new(0);
    let body = |_: &mut ()| {
        ran.set(ran.get() + 1);
        Ok(())
    };
    let before = async |_: Yielder<()>| -> Outcome { panic!("before") };
    let after = async |caller: Yielder<()>| -> Outcome {
        caller.give(()).await;
        panic!("after")
    };
    let payload = catch_unwind(AssertUnwindSafe(|| with(before, body))).unwrap_err();
    assert_eq!((payload.downcast_ref(), ran.get()), (Some(&"before"), 0));
    let payload = catch_unwind(AssertUnwindSafe(|| with(after, body))).unwrap_err();
    assert_eq!((payload.downcast_ref(), ran.get()), (Some(&"after"), 1));
}

#[test]
fn a_manager_has_to_give_and_to_end() {
    let none = async |_: Yielder<()>| Ok(());
    assert_eq!(with(none, |()| -> Outcome { panic!("ran") }), Err(ContextError::DidNotYield));
    let elsewhere = async |_: Yielder<()>| pending().await;
    assert_eq!(with(elsewhere, |()| -> Outcome { panic!("ran") }), Err(ContextError::DidNotYield));
    let stuck = async |caller: Yielder<()>| {
        caller.give(()).await;
        pending().await
    };
    assert_eq!(with(stuck, |()| -> Outcome { Ok(()) }), Err(ContextError::DidNotStop));
    assert_eq!(
        ContextError::<std::fmt::Error>::DidNotStop.to_string(),
        "the context manager did not come to its end"
    );
}

#[test]
fn guards_run_in_reverse_at_every_end() {
    fn work(marks: &Marks, early: bool) -> Option<()> {
        let _first = defer(|| marks.borrow_mut().push("first"));
        (!early).then_some(())?;
        let _second = defer(|| marks.borrow_mut().push("second"));
        panic!("late");
    }
    let marks = Marks::default();
    assert_eq!(work(&marks, true), None);
    assert_eq!(marks.take(), ["first"]);
    assert!(catch_unwind(AssertUnwindSafe(|| work(&marks, false))).is_err());
    assert_eq!(marks.take(), ["second", "first"]);
}

#[test]
fn a_panic_at_the_end_leaves_the_guards_that_were_made_earlier() {
    let marks = Marks::default();
    let result = catch_unwind(AssertUnwindSafe(|| {
        let _first = defer(|| marks.borrow_mut().push("first"));
        let _second = defer(|| panic!("at the end"));
        let _third = defer(|| marks.borrow_mut().push("third"));
    }));
    assert_eq!(result.unwrap_err().downcast_ref(), Some(&"at the end"));
    assert_eq!(marks.into_inner(), ["third", "first"]);
}

#[test]
fn a_panic_at_the_end_during_a_panic_ends_the_process() {
    const IS_CHILD: &str = "CH11_PANICS_TWICE";
    const SIGABRT: i32 = 6;
    if std::env::var_os(IS_CHILD).is_some() {
        let _ = catch_unwind(|| {
            let _guard = defer(|| panic!("the second"));
            panic!("the first");
        });
        return; // which would be a child that succeeds
    }
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "a_panic_at_the_end_during_a_panic_ends_the_process"]);
    let output = child.env(IS_CHILD, "").output().unwrap();
    assert_eq!(output.status.signal(), Some(SIGABRT), "{output:?}");
}

#[test]
fn a_guard_stands_for_its_value() {
    let marks = RefCell::new(Vec::new());
    let mut text = guard(String::from("a"), |text| marks.borrow_mut().push(text));
    text.push('b');
    assert_eq!((text.len(), format!("{text:?}")), (2, "Guard(\"ab\")".into()));
    drop(text);
    let kept = guard(String::from("kept"), |text| marks.borrow_mut().push(text));
    assert_eq!(Guard::into_inner(kept), "kept");
    assert_eq!(marks.into_inner(), ["ab"]);
}
