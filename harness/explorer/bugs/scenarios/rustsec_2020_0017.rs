//! internment's `ArcIntern`: the last one goes while somebody asks for an equal one.
//!
//! The last `ArcIntern` of a value counted down to nothing, and only then locked the table to take the value out. Who asked for an equal one
//! in between found it in the table, counted it up again, and had a pointer to what was freed next.
//!
//! <https://rustsec.org/advisories/RUSTSEC-2020-0017>, mended by looking, when an equal one is found, whether it was counted down to nothing
//! already; then it is asked for again.
//!
//! Expected of internment 0.3.12: a use after free. Of 0.4.0: proved, if its loop can be.

use internment::ArcIntern;
use std::thread;

/// Equal values are one value, as long as somebody has it.
pub fn last_goes_beside_new() {
    let first = ArcIntern::new(7);
    let other = thread::spawn(move || drop(first));
    let second = ArcIntern::new(7);
    assert_eq!(*second, 7);
    other.join().unwrap();
}
