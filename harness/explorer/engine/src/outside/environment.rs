//! The environment: what an explored program reads of it is noted, and what it changes is as it was before the next execution.

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_char, c_int};
use std::sync::atomic::AtomicUsize;

use super::found;
use crate::machine::{arena, chance};

/// A variable and what it was; nothing, if there was none.
type Changed = (CString, Option<CString>);

thread_local! {
    /// What this execution has changed.
    static CHANGED: RefCell<Vec<Changed>> = const { RefCell::new(Vec::new()) };
}

type Get = unsafe extern "C" fn(*const c_char) -> *mut c_char;
type Set = unsafe extern "C" fn(*const c_char, *const c_char, c_int) -> c_int;
type Unset = unsafe extern "C" fn(*const c_char) -> c_int;

fn real_get() -> Option<Get> {
    static REAL: AtomicUsize = AtomicUsize::new(0);
    // SAFETY: the C library's function of this name has this signature.
    found(&REAL, c"getenv").map(|real| unsafe { std::mem::transmute::<_, Get>(real) })
}

fn real_set() -> Option<Set> {
    static REAL: AtomicUsize = AtomicUsize::new(0);
    // SAFETY: the C library's function of this name has this signature.
    found(&REAL, c"setenv").map(|real| unsafe { std::mem::transmute::<_, Set>(real) })
}

fn real_unset() -> Option<Unset> {
    static REAL: AtomicUsize = AtomicUsize::new(0);
    // SAFETY: the C library's function of this name has this signature.
    found(&REAL, c"unsetenv").map(|real| unsafe { std::mem::transmute::<_, Unset>(real) })
}

/// A variable of the environment. It is noted that an explored program has read it.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getenv(name: *const c_char) -> *mut c_char {
    if arena::is_explored() && !name.is_null() {
        // SAFETY: the caller's promise.
        let name = unsafe { CStr::from_ptr(name) };
        chance::reads_variable(name);
    }
    // SAFETY: the caller's promise.
    real_get().map_or(std::ptr::null_mut(), |real| unsafe { real(name) })
}

/// Sets a variable of the environment. What an explored program sets is unset again before the next execution.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn setenv(
    name: *const c_char,
    value: *const c_char,
    overwrite: c_int,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { keep(name) };
    // SAFETY: the caller's promise.
    real_set().map_or(-1, |real| unsafe { real(name, value, overwrite) })
}

/// Removes a variable from the environment. What an explored program removes is there again before the next execution.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn unsetenv(name: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { keep(name) };
    // SAFETY: the caller's promise.
    real_unset().map_or(-1, |real| unsafe { real(name) })
}

/// Keeps what an explored program is about to change.
///
/// # Safety
///
/// `name` is null or a C string.
unsafe fn keep(name: *const c_char) {
    if !arena::is_explored() || name.is_null() {
        return;
    }
    // SAFETY: the caller's promise.
    let name = unsafe { CStr::from_ptr(name) };
    chance::uses_environment(name.to_bytes(), true);
    arena::outside(|| {
        let Some(get) = real_get() else { return };
        // SAFETY: `name` is a C string; what is there is one, and is copied at once.
        let value = unsafe { get(name.as_ptr()) };
        // SAFETY: as above.
        let value = (!value.is_null()).then(|| unsafe { CStr::from_ptr(value) }.to_owned());
        CHANGED.with_borrow_mut(|changed| changed.push((name.to_owned(), value)));
    });
}

/// Makes the environment what it was before the last execution.
pub(super) fn restore() {
    let changed = CHANGED.with_borrow_mut(std::mem::take);
    for (name, value) in changed.into_iter().rev() {
        match (value, real_set(), real_unset()) {
            (Some(value), Some(set), _) => {
                // SAFETY: both are C strings.
                unsafe { set(name.as_ptr(), value.as_ptr(), 1) };
            }
            (None, _, Some(unset)) => {
                // SAFETY: it is a C string.
                unsafe { unset(name.as_ptr()) };
            }
            _ => {}
        }
    }
}
