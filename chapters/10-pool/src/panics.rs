//! Panics of users' code: what they said, and where they end.

use std::any::Any;
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `work` and lets no panic out. The panic hook has reported it by then.
pub(crate) fn contain(work: impl FnOnce()) {
    let Err(payload) = catch_unwind(AssertUnwindSafe(work)) else { return };
    // What was thrown may panic when it is dropped. What that throws is leaked.
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(payload);
    }
}

/// Drops what nobody takes, in whatever thread that happens to be. What its destructor throws ends here.
pub(crate) fn discard<T>(value: T) {
    contain(|| drop(value));
}

/// As [`discard`], each by itself: dropped together, two destructors that panic would end the process.
pub(crate) fn discard_each<I: IntoIterator>(values: I) {
    values.into_iter().for_each(discard);
}

/// What a panic said.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let text = text.or_else(|| payload.downcast_ref::<Box<str>>().map(|text| &**text));
    let text = text.or_else(|| payload.downcast_ref::<Cow<'static, str>>().map(|text| &**text));
    text.unwrap_or("(no message)").to_owned()
}
