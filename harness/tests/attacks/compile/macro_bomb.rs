//! Doubles until the compiler gives up.
macro_rules! bomb {
    ($($t:tt)*) => { bomb! { $($t)* $($t)* } };
}
bomb! { x x x x }
