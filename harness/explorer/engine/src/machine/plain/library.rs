//! The C library's functions that copy, fill and compare memory.
//!
//! What `std` has precompiled is not instrumented, but most of what it does with many bytes, it does by these: it clones a `String`, appends to one. And
//! a comparison of slices is a call of one of them in instrumented code, too, which the compiler's pass says nothing of. Functions of the same names
//! are defined here, and the linker takes those of the program before those of a shared library. Outside of executions they only call the C library's.

use std::ffi::{CStr, c_int, c_void};
use std::sync::atomic::{AtomicPtr, Ordering::Relaxed};

use super::shadow::How;
use super::{about_to_write, access, frames, is_the_program_s};

/// A function of the C library.
struct Real {
    name: &'static CStr,
    found: AtomicPtr<c_void>,
}

impl Real {
    const fn new(name: &'static CStr) -> Self {
        Self { name, found: AtomicPtr::new(std::ptr::null_mut()) }
    }

    #[inline]
    fn get(&self) -> *mut c_void {
        let found = self.found.load(Relaxed);
        if found.is_null() { self.find() } else { found }
    }

    #[cold]
    #[inline(never)]
    fn find(&self) -> *mut c_void {
        // SAFETY: the name is a C string.
        let found = unsafe { libc::dlsym(libc::RTLD_NEXT, self.name.as_ptr()) };
        if found.is_null() {
            // There is no C library, and nothing can be said: the words for it would have to be copied.
            std::process::abort();
        }
        self.found.store(found, Relaxed);
        found
    }
}

static MEMCPY: Real = Real::new(c"memcpy");
static MEMMOVE: Real = Real::new(c"memmove");
static MEMCMP: Real = Real::new(c"memcmp");
static MEMSET: Real = Real::new(c"memset");

/// Finds all, so that the program's code never comes to look for one.
pub fn find_all() {
    for real in [&MEMCPY, &MEMMOVE, &MEMCMP, &MEMSET] {
        real.get();
    }
}

type Copy = unsafe extern "C" fn(*mut u8, *const u8, usize) -> *mut u8;
type Set = unsafe extern "C" fn(*mut u8, c_int, usize) -> *mut u8;
type Compare = unsafe extern "C" fn(*const u8, *const u8, usize) -> c_int;

#[inline]
fn copies(real: &Real) -> Copy {
    // SAFETY: both functions that copy have this signature.
    unsafe { std::mem::transmute::<*mut c_void, Copy>(real.get()) }
}

/// The real `memmove`, for the hooks, whose accesses are told already.
///
/// # Safety
///
/// As for `memmove`.
pub unsafe fn copy(to: *mut u8, from: *const u8, size: usize) {
    // SAFETY: as the caller promises.
    unsafe { copies(&MEMMOVE)(to, from, size) };
}

/// Code without instrumentation copies. Only the program's own memory counts: nobody has said whose code it is, and the stand-ins copy as well.
#[cold]
#[inline(never)]
fn copied(to: usize, from: usize, size: usize) {
    if is_the_program_s(from) {
        access(from, size, How::Read, 0);
    }
    written(to, size);
}

#[cold]
#[inline(never)]
fn written(to: usize, size: usize) {
    if is_the_program_s(to) {
        about_to_write(to, size);
        access(to, size, How::Write, 0);
    }
}

#[cold]
#[inline(never)]
fn compared(left: usize, right: usize, size: usize) {
    access(left, size, How::Read, 0);
    access(right, size, How::Read, 0);
}

#[inline]
fn is_seen(size: usize) -> bool {
    super::is_on() && size > 0 && frames::counts()
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, size: usize) -> *mut u8 {
    if is_seen(size) {
        copied(to.addr(), from.addr(), size);
    }
    // SAFETY: the program's own call.
    unsafe { copies(&MEMCPY)(to, from, size) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memset(to: *mut u8, byte: c_int, size: usize) -> *mut u8 {
    if is_seen(size) {
        written(to.addr(), size);
    }
    // SAFETY: `memset` has this signature, and it is the program's own call.
    unsafe { std::mem::transmute::<*mut c_void, Set>(MEMSET.get())(to, byte, size) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, size: usize) -> *mut u8 {
    if is_seen(size) {
        copied(to.addr(), from.addr(), size);
    }
    // SAFETY: the program's own call.
    unsafe { copies(&MEMMOVE)(to, from, size) }
}

#[inline]
unsafe fn compare(left: *const u8, right: *const u8, size: usize) -> c_int {
    if is_seen(size) {
        compared(left.addr(), right.addr(), size);
    }
    // SAFETY: `memcmp` has this signature, and it is the program's own call.
    unsafe { std::mem::transmute::<*mut c_void, Compare>(MEMCMP.get())(left, right, size) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn memcmp(left: *const u8, right: *const u8, size: usize) -> c_int {
    // SAFETY: the program's own call.
    unsafe { compare(left, right, size) }
}

/// As `memcmp`, for who asks only whether they differ.
#[unsafe(no_mangle)]
unsafe extern "C" fn bcmp(left: *const u8, right: *const u8, size: usize) -> c_int {
    // SAFETY: the program's own call.
    unsafe { compare(left, right, size) }
}
