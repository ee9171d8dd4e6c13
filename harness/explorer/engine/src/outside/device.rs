//! The files that an explored program may open: `/dev/urandom`, where it reads the same in every execution, `/dev/null`, and those that are not there.

use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::atomic::AtomicUsize;

use super::{found, memory, refuses, shown};
use crate::machine::{arena, chance, context};

thread_local! {
    /// The descriptors that the explored program has for devices, and whether random numbers are read from them.
    static OPENED: RefCell<Vec<(c_int, bool)>> = const { RefCell::new(Vec::new()) };
}

/// Whether a path is that of a device that gives random numbers.
///
/// # Safety
///
/// The path is null or a C string.
unsafe fn is_device(path: *const c_char) -> bool {
    // SAFETY: the caller's promise.
    !path.is_null()
        && matches!(unsafe { CStr::from_ptr(path) }.to_bytes(), b"/dev/urandom" | b"/dev/random")
}

/// Whether a path is that of the device that has nothing to read and keeps nothing.
///
/// # Safety
///
/// The path is null or a C string.
unsafe fn is_null(path: *const c_char) -> bool {
    // SAFETY: the caller's promise.
    !path.is_null() && unsafe { CStr::from_ptr(path) }.to_bytes() == b"/dev/null"
}

/// Whether somebody wants to read a file that is not there. That is the same in every execution.
///
/// # Safety
///
/// The path is null or a C string.
unsafe fn is_absent(path: *const c_char, flags: c_int) -> bool {
    let reads = flags & (libc::O_ACCMODE | libc::O_CREAT) == libc::O_RDONLY;
    // SAFETY: the caller's promise.
    let finds = || unsafe { libc::faccessat(libc::AT_FDCWD, path, libc::F_OK, 0) };
    // SAFETY: the C library's own place for the error of this thread.
    let error = || unsafe { *libc::__errno_location() };
    reads && !path.is_null() && finds() != 0 && matches!(error(), libc::ENOENT | libc::ENOTDIR)
}

/// Opens a file by the C library's function of this name. An explored program may open nothing but devices.
///
/// # Safety
///
/// As for the function of the C library.
unsafe fn opens(
    (place, name): (&AtomicUsize, &CStr),
    path: *const c_char,
    flags: c_int,
    mode: libc::mode_t,
) -> c_int {
    // SAFETY: paths are C strings, by the C library's contract.
    let is_device = arena::is_explored() && unsafe { is_device(path) };
    // SAFETY: as above.
    let is_null = arena::is_explored() && unsafe { is_null(path) };
    // SAFETY: as above.
    if arena::is_explored() && context::is_exploring() && unsafe { is_absent(path, flags) } {
        // The error says that it is not there.
        chance::note(|read| read.absent = true);
        return -1;
    }
    // SAFETY: as above.
    if !is_device && !is_null && refuses(|| format!("opens the file {}", unsafe { shown(path) })) {
        return -1;
    }
    let Some(real) = found(place, name) else { return -1 };
    // SAFETY: the C library's function of this name has this signature.
    let real: unsafe extern "C" fn(*const c_char, c_int, libc::mode_t) -> c_int =
        unsafe { std::mem::transmute(real) };
    // SAFETY: the caller's promise.
    let descriptor = unsafe { real(path, flags, mode) };
    if (is_device || is_null) && descriptor >= 0 {
        arena::outside(|| OPENED.with_borrow_mut(|opened| opened.push((descriptor, is_device))));
    }
    descriptor
}

/// Opens a file. The third argument is read by the C library only if the flags ask for it.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does outside of executions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: libc::mode_t) -> c_int {
    static REAL: AtomicUsize = AtomicUsize::new(0);
    // SAFETY: the caller's promise.
    unsafe { opens((&REAL, c"open"), path, flags, mode) }
}

/// Opens a file, as [`open`].
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does outside of executions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: libc::mode_t) -> c_int {
    static REAL: AtomicUsize = AtomicUsize::new(0);
    // SAFETY: the caller's promise.
    unsafe { opens((&REAL, c"open64"), path, flags, mode) }
}

fn is_one(descriptor: c_int) -> bool {
    arena::is_explored()
        && OPENED.try_with(|opened| opened.borrow().contains(&(descriptor, true))).unwrap_or(false)
}

/// Closes what the last execution left open.
pub(super) fn close_all() {
    let opened = OPENED.with_borrow_mut(std::mem::take);
    for (descriptor, _) in opened {
        // SAFETY: the execution has opened it, and nobody has it any more.
        unsafe { libc::close(descriptor) };
    }
}

/// Reads a file. From `/dev/urandom` an explored program reads the same in every execution.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does outside of executions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn read(
    descriptor: c_int,
    buffer: *mut c_void,
    length: libc::size_t,
) -> libc::ssize_t {
    // SAFETY: the caller's promise.
    if is_one(descriptor) && chance::fill(unsafe { memory(buffer.cast(), length) }) {
        return length.cast_signed();
    }
    static REAL: AtomicUsize = AtomicUsize::new(0);
    let Some(real) = found(&REAL, c"read") else { return -1 };
    // SAFETY: the C library's function of this name has this signature.
    let real: unsafe extern "C" fn(c_int, *mut c_void, libc::size_t) -> libc::ssize_t =
        unsafe { std::mem::transmute(real) };
    // SAFETY: the caller's promise.
    unsafe { real(descriptor, buffer, length) }
}

/// Closes a file.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn close(descriptor: c_int) -> c_int {
    if arena::is_explored() {
        // A thread-local that is destroyed already has nothing to forget.
        let _ = OPENED.try_with(|opened| {
            opened.borrow_mut().retain(|(other, _)| *other != descriptor);
        });
    }
    static REAL: AtomicUsize = AtomicUsize::new(0);
    let Some(real) = found(&REAL, c"close") else { return -1 };
    // SAFETY: the C library's function of this name has this signature.
    let real: unsafe extern "C" fn(c_int) -> c_int = unsafe { std::mem::transmute(real) };
    // SAFETY: the caller's promise.
    unsafe { real(descriptor) }
}
