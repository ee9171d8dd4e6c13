//! What a value is, in words that are not the submission's.
//!
//! A submission may say of its types what it likes: that they are equal to everything, that they print as something else. So a check looks
//! only at values whose meaning is the course's: `std`'s plain types, and enums whose variants the check itself names.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::time::Duration;

/// A value that a check may look at. `C` is a type of the checks' own crate, `crate::Checks`: with it they may say what values of the
/// submission's types are.
#[diagnostic::on_unimplemented(
    message = "a check cannot look at `{Self}`",
    label = "what it is would be the submission's to say",
    note = "for an enum of the assignment, `judge::seen!({Self} {{ Variant(field), Other }});` in checks.rs says what its values are"
)]
pub trait Seen<C> {
    /// Writes what it is.
    fn seen(&self, out: &mut String);
}

macro_rules! plain {
    ($($type:ty),*) => {$(
        impl<C> Seen<C> for $type {
            fn seen(&self, out: &mut String) {
                let _ = write!(out, "{self:?}");
            }
        }
    )*};
}

plain!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64, bool);
plain!(char, str, String, (), Duration, std::cmp::Ordering);

impl<C, T: Seen<C> + ?Sized> Seen<C> for &T {
    fn seen(&self, out: &mut String) {
        (**self).seen(out);
    }
}

impl<C, T: Seen<C> + ?Sized> Seen<C> for Box<T> {
    fn seen(&self, out: &mut String) {
        (**self).seen(out);
    }
}

impl<C, T: Seen<C>> Seen<C> for Option<T> {
    fn seen(&self, out: &mut String) {
        match self {
            None => out.push_str("None"),
            Some(value) => one("Some", value, out),
        }
    }
}

impl<C, T: Seen<C>, E: Seen<C>> Seen<C> for Result<T, E> {
    fn seen(&self, out: &mut String) {
        match self {
            Ok(value) => one("Ok", value, out),
            Err(error) => one("Err", error, out),
        }
    }
}

fn one<C>(name: &str, value: &dyn Seen<C>, out: &mut String) {
    out.push_str(name);
    out.push('(');
    value.seen(out);
    out.push(')');
}

fn list<'a, C, T: Seen<C> + 'a>(values: impl IntoIterator<Item = &'a T>, out: &mut String) {
    out.push('[');
    for (number, value) in values.into_iter().enumerate() {
        if number > 0 {
            out.push_str(", ");
        }
        value.seen(out);
    }
    out.push(']');
}

macro_rules! lists {
    ($($type:ty),*) => {$(
        impl<C, T: Seen<C>> Seen<C> for $type {
            fn seen(&self, out: &mut String) {
                list(self, out);
            }
        }
    )*};
}

lists!([T], Vec<T>, VecDeque<T>, BTreeSet<T>);

impl<C, T: Seen<C>, const N: usize> Seen<C> for [T; N] {
    fn seen(&self, out: &mut String) {
        list(self, out);
    }
}

impl<C, K: Seen<C>, V: Seen<C>> Seen<C> for BTreeMap<K, V> {
    fn seen(&self, out: &mut String) {
        out.push('{');
        for (key, value) in self {
            key.seen(out);
            out.push_str(": ");
            value.seen(out);
            out.push_str("; ");
        }
        out.push('}');
    }
}

macro_rules! tuples {
    ($(($($name:ident)*))*) => {$(
        impl<X, $($name: Seen<X>),*> Seen<X> for ($($name,)*) {
            #[expect(non_snake_case, reason = "the types' names are the values' as well")]
            fn seen(&self, out: &mut String) {
                let ($($name,)*) = self;
                out.push('(');
                $($name.seen(out); out.push_str(", ");)*
                out.push(')');
            }
        }
    )*};
}

tuples!((A) (A B) (A B C) (A B C D));

/// Says what the values of an enum of the assignment's are, or that a type has one value only: `checks.rs` names its variants, and the fields
/// of each.
///
/// The grader's crate around `checks.rs` has `pub struct Checks;` at its root.
///
/// ```
/// pub struct Checks;
///
/// enum TransferError {
///     NoSuchAccount(usize),
///     NotEnough { missing: u64 },
///     TooMuch,
/// }
/// struct ShutDown;
///
/// judge::seen!(TransferError { NoSuchAccount(account), NotEnough { missing }, TooMuch });
/// judge::seen!(ShutDown);
///
/// fn main() {
///     let mut text = String::new();
///     let values = [Ok(3), Err(TransferError::NoSuchAccount(7))];
///     judge::Seen::<Checks>::seen(&values, &mut text);
///     assert_eq!(text, "[Ok(3), Err(NoSuchAccount(7))]");
/// #   let all = [TransferError::NotEnough { missing: 1 }, TransferError::TooMuch];
/// #   text.clear();
/// #   judge::Seen::<Checks>::seen(&(&all[..], ShutDown), &mut text);
/// #   assert_eq!(text, "([NotEnough(1), TooMuch], ShutDown, )");
/// }
/// ```
#[allow(clippy::crate_in_macro_def, reason = "it is the checks' own crate that is meant")]
#[macro_export]
macro_rules! seen {
    ($type:ident) => {
        impl $crate::Seen<crate::Checks> for $type {
            fn seen(&self, out: &mut ::std::string::String) {
                out.push_str(stringify!($type));
            }
        }
    };
    ($type:ident { $($variant:ident $(($($field:ident),* $(,)?))? $({ $($named:ident),* $(,)? })?),* $(,)? }) => {
        impl $crate::Seen<crate::Checks> for $type {
            fn seen(&self, out: &mut ::std::string::String) {
                match self {
                    $($type::$variant $(($($field),*))? $({ $($named),* })? => {
                        out.push_str(stringify!($variant));
                        $($(
                            out.push('(');
                            $crate::Seen::<crate::Checks>::seen($field, out);
                            out.push(')');
                        )*)?
                        $($(
                            out.push('(');
                            $crate::Seen::<crate::Checks>::seen($named, out);
                            out.push(')');
                        )*)?
                    })*
                }
            }
        }
    };
}
