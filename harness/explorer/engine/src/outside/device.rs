//! The files that an explored program may open: those that it only reads, `/dev/urandom`, where it reads the same in every execution, `/dev/null`, and those
//! that are not there.
//!
//! A file that is only read is the same in every execution: nothing of the program can write to it. But where reading goes on in it is shared by all who have
//! it, so what they do there has to be in an order, as with the environment. The kernel's own files say other things each time; those that tell how many
//! processors there are do not.

use std::ffi::{CStr, c_char, c_int, c_long, c_void};
use std::sync::atomic::AtomicUsize;

use super::descriptors::{self, What, forget, keeps, real_close, real_fcntl, waits, what_is};
use super::{found, memory, reactor, refuses, shown};
use crate::machine::{arena, chance, context};

/// What it is that somebody wants to open; `None`, if that cannot be explored.
///
/// # Safety
///
/// The path is null or a C string.
unsafe fn may_open(path: *const c_char, flags: c_int) -> Option<What> {
    if path.is_null() {
        return None;
    }
    // SAFETY: the caller's promise.
    let path = unsafe { CStr::from_ptr(path) };
    match path.to_bytes() {
        b"/dev/urandom" | b"/dev/random" => Some(What::Random),
        b"/dev/null" => Some(What::Null),
        _ if reads_only(flags) && is_kept(path) => {
            Some(What::File(descriptors::next_file(), path.to_owned()))
        }
        _ => None,
    }
}

/// Whether who opens a file so can do nothing but read it.
fn reads_only(flags: c_int) -> bool {
    let harmless = libc::O_CLOEXEC | libc::O_NOFOLLOW | libc::O_NOCTTY | libc::O_NOATIME;
    flags & !(harmless | libc::O_LARGEFILE | libc::O_NONBLOCK) == libc::O_RDONLY
}

/// Whether there is a file that says the same each time it is read.
fn is_kept(path: &CStr) -> bool {
    // SAFETY: all bits zero are such a value, and the call fills it.
    let mut about: libc::stat64 = unsafe { std::mem::zeroed() };
    // SAFETY: both live until the call returns.
    let known = unsafe { libc::stat64(path.as_ptr(), &raw mut about) } == 0;
    if !known || about.st_mode & libc::S_IFMT != libc::S_IFREG {
        return false;
    }
    // SAFETY: as above.
    let mut system: libc::statfs64 = unsafe { std::mem::zeroed() };
    // SAFETY: as above.
    if unsafe { libc::statfs64(path.as_ptr(), &raw mut system) } != 0 {
        return false;
    }
    match system.f_type {
        libc::PROC_SUPER_MAGIC | libc::SYSFS_MAGIC => {
            matches!(path.to_bytes(), b"/proc/self/cgroup" | b"/proc/self/mountinfo")
        }
        libc::CGROUP_SUPER_MAGIC | libc::CGROUP2_SUPER_MAGIC => {
            path.to_bytes().starts_with(b"/sys/fs/cgroup/") && path.to_bytes().contains(&b'.')
        }
        _ => true,
    }
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

/// Opens a file by the C library's function of this name. An explored program may open only what is the same in every execution.
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
    let explores = arena::is_explored() && context::is_exploring();
    // SAFETY: paths are C strings, by the C library's contract.
    if explores && unsafe { is_absent(path, flags) } {
        // The error says that it is not there.
        chance::note(|read| read.absent = true);
        return -1;
    }
    // SAFETY: as above.
    let opens = || arena::outside(|| unsafe { may_open(path, flags) });
    let what = if arena::is_explored() { opens() } else { None };
    // SAFETY: as above.
    if what.is_none() && refuses(|| format!("opens the file {}", unsafe { shown(path) })) {
        return -1;
    }
    let Some(real) = found(place, name) else { return -1 };
    // SAFETY: the C library's function of this name has this signature.
    let real: unsafe extern "C" fn(*const c_char, c_int, libc::mode_t) -> c_int =
        unsafe { std::mem::transmute(real) };
    // SAFETY: the caller's promise.
    let descriptor = unsafe { real(path, flags, mode) };
    match what {
        Some(what) if descriptor >= 0 => keeps(descriptor, what),
        _ => descriptor,
    }
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

/// The explored program reads on by this descriptor, or moves the place where that goes on.
fn reads_on(descriptor: c_int) {
    if let Some(What::File(number, path)) = what_is(descriptor) {
        arena::outside(|| {
            chance::reads_on(number, &path);
            drop(path);
        });
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
    let is_random = matches!(what_is(descriptor), Some(What::Random));
    // SAFETY: the caller's promise.
    if is_random && chance::fill(unsafe { memory(buffer.cast(), length) }) {
        return length.cast_signed();
    }
    if let Some(kept) = waits(descriptor) {
        // SAFETY: the caller's promise.
        return unsafe { reactor::reads(kept, buffer, length) };
    }
    reads_on(descriptor);
    // SAFETY: the caller's promise.
    real!(c"read", fn(c_int, *mut c_void, libc::size_t) -> libc::ssize_t)
        .map_or(-1, |real| unsafe { real(descriptor, buffer, length) })
}

/// Reads a file into several pieces of memory.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn readv(
    descriptor: c_int,
    pieces: *const libc::iovec,
    count: c_int,
) -> libc::ssize_t {
    reads_on(descriptor);
    // SAFETY: the caller's promise.
    real!(c"readv", fn(c_int, *const libc::iovec, c_int) -> libc::ssize_t)
        .map_or(-1, |real| unsafe { real(descriptor, pieces, count) })
}

/// Moves the place where reading goes on.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lseek(descriptor: c_int, by: libc::off_t, whence: c_int) -> libc::off_t {
    reads_on(descriptor);
    // SAFETY: the caller's promise.
    real!(c"lseek", fn(c_int, libc::off_t, c_int) -> libc::off_t)
        .map_or(-1, |real| unsafe { real(descriptor, by, whence) })
}

/// Moves the place where reading goes on, as [`lseek`].
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lseek64(
    descriptor: c_int,
    by: libc::off64_t,
    whence: c_int,
) -> libc::off64_t {
    // SAFETY: the caller's promise; here both have the same numbers.
    unsafe { lseek(descriptor, by, whence) }
}

/// Does something with a descriptor. One that is doubled shares the place where reading goes on.
///
/// # Safety
///
/// As for the function of the C library. That reads its third argument only if the command asks for it.
// SAFETY: the name is the C library's, and so are the signature and what the function does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fcntl(descriptor: c_int, command: c_int, argument: c_long) -> c_int {
    let doubles = matches!(command, libc::F_DUPFD | libc::F_DUPFD_CLOEXEC);
    let is_harmless = doubles || matches!(command, libc::F_GETFD | libc::F_SETFD);
    if !is_harmless && waits(descriptor).is_some() && refuses(|| reactor::SETS_UP.to_owned()) {
        return -1;
    }
    // SAFETY: the caller's promise.
    let result = unsafe { real_fcntl(descriptor, command, argument) };
    match what_is(descriptor) {
        Some(what) if result >= 0 && doubles => keeps(result, what),
        _ => result,
    }
}

/// Doubles a descriptor.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dup(descriptor: c_int) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { fcntl(descriptor, libc::F_DUPFD, 0) }
}

/// Closes a file.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn close(descriptor: c_int) -> c_int {
    if arena::is_explored() && !reactor::closes(descriptor) {
        forget(descriptor);
    }
    // SAFETY: the caller's promise.
    unsafe { real_close(descriptor) }
}
