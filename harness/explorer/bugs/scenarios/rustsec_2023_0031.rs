//! spin's `Once`: one thread fails to initialise while another waits for it.
//!
//! Who found the initialisation running waited for its end, and took for granted that it ends well. `try_call_once` may fail, and then nothing
//! is initialised: in a debug build that is a panic, in a release build undefined behaviour.
//!
//! <https://rustsec.org/advisories/RUSTSEC-2023-0031>, mended by beginning anew.
//!
//! Expected of spin 0.9.7: a panic in `try_call_once`. Of 0.9.8: proved.

use spin::Once;
use std::sync::Arc;
use std::thread;

/// The one that does not fail has its value.
pub fn one_fails() {
    let once = Arc::new(Once::new());
    let theirs = Arc::clone(&once);
    let other = thread::spawn(move || drop(theirs.try_call_once(|| Err(()))));
    assert_eq!(once.try_call_once(|| Ok::<u32, ()>(7)), Ok(&7));
    other.join().unwrap();
}
