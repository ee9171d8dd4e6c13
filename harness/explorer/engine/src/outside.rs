//! Files, sockets and processes: an explored program that reaches for them is refused.
//!
//! An execution cannot be repeated if it depends on what is outside of the program, and thousands of executions must not delete a file
//! or start a process each. `std` reaches these through a few functions of the C library, and so do almost all crates. Functions
//! of the same names are defined here, and the linker takes those of the program before those of a shared library (this is how
//! allocators are replaced). Inside an execution they fail; outside they call the C library's. Calls that do not go
//! through these names cannot be noticed.

#![cfg(all(target_os = "linux", target_env = "gnu"))]

use std::ffi::{CStr, c_char, c_int, c_void};

use crate::machine::Bad;
use crate::machine::context;

/// Refuses the explored program. False outside of executions.
fn refuses(what: impl FnOnce() -> String) -> bool {
    let refused = context::with(|machine| {
        let thread = machine.thread_name(machine.current);
        machine.fail(Bad::Refused(format!(
            "{thread} {}, and only what happens in the program itself can be explored",
            what()
        )));
    });
    if refused.is_some() {
        // SAFETY: the C library's own place for the error of this thread.
        unsafe { *libc::__errno_location() = libc::EPERM };
    }
    refused.is_some()
}

/// What the path says.
///
/// # Safety
///
/// `path` must be null or point to a C string.
unsafe fn shown(path: *const c_char) -> String {
    if path.is_null() {
        return "a file".to_owned();
    }
    // SAFETY: the caller's promise.
    let path = unsafe { CStr::from_ptr(path) };
    format!("`{}`", path.to_string_lossy())
}

/// The definition that would have been called without the one here.
fn next(name: &CStr) -> *mut c_void {
    // SAFETY: `name` is a C string.
    unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr()) }
}

/// Defines functions that refuse an explored program, and otherwise call the C library's.
macro_rules! refusing {
    ($($(#[$attr:meta])* fn $name:ident($($arg:ident: $t:ty),*) -> $result:ty, or $failed:expr, because $what:expr;)*) => {$(
        $(#[$attr])*
        ///
        /// # Safety
        ///
        /// As for the function of the C library.
        // SAFETY: the name is the C library's, and so are the signature and what the function does outside of executions.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($arg: $t),*) -> $result {
            // SAFETY: paths are C strings, by the C library's contract.
            #[allow(unused_unsafe, reason = "not all of them have a path")]
            if refuses(|| unsafe { $what }) {
                return $failed;
            }
            let name = match CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
                Ok(name) => next(name),
                Err(_) => std::ptr::null_mut(),
            };
            if name.is_null() {
                return $failed;
            }
            // SAFETY: the C library's function of this name has this signature.
            let real: unsafe extern "C" fn($($t),*) -> $result = unsafe { std::mem::transmute(name) };
            // SAFETY: the caller's promise.
            unsafe { real($($arg),*) }
        }
    )*};
}

refusing! {
    /// Opens a file. The third argument is read by the C library only if the flags ask for it.
    fn open64(path: *const c_char, flags: c_int, mode: libc::mode_t) -> c_int, or -1,
        because format!("opens the file {}", shown(path));
    /// Opens a file.
    fn open(path: *const c_char, flags: c_int, mode: libc::mode_t) -> c_int, or -1,
        because format!("opens the file {}", shown(path));
    /// Lists a directory.
    fn opendir(path: *const c_char) -> *mut libc::DIR, or std::ptr::null_mut(),
        because format!("lists the directory {}", shown(path));
    /// Makes a directory.
    fn mkdir(path: *const c_char, mode: libc::mode_t) -> c_int, or -1,
        because format!("makes the directory {}", shown(path));
    /// Removes a directory.
    fn rmdir(path: *const c_char) -> c_int, or -1,
        because format!("removes the directory {}", shown(path));
    /// Removes a file.
    fn unlink(path: *const c_char) -> c_int, or -1,
        because format!("removes the file {}", shown(path));
    /// Renames a file.
    fn rename(from: *const c_char, to: *const c_char) -> c_int, or -1,
        because format!("renames the file {}", shown(from));
    /// Opens a socket.
    fn socket(domain: c_int, kind: c_int, protocol: c_int) -> c_int, or -1,
        because "opens a socket".to_owned();
    /// Opens two sockets.
    fn socketpair(domain: c_int, kind: c_int, protocol: c_int, both: *mut c_int) -> c_int, or -1,
        because "opens sockets".to_owned();
    /// Looks up a host.
    fn getaddrinfo(
        host: *const c_char,
        service: *const c_char,
        hints: *const libc::addrinfo,
        found: *mut *mut libc::addrinfo
    ) -> c_int, or libc::EAI_FAIL,
        because format!("looks up the host {}", shown(host));
    /// Opens a pipe.
    fn pipe2(both: *mut c_int, flags: c_int) -> c_int, or -1,
        because "opens a pipe".to_owned();
    /// Starts a thread behind the back of `std`.
    fn pthread_create(
        thread: *mut libc::pthread_t,
        attributes: *const libc::pthread_attr_t,
        body: extern "C" fn(*mut c_void) -> *mut c_void,
        argument: *mut c_void
    ) -> c_int, or libc::EPERM,
        because "starts a thread of the operating system by `pthread_create`".to_owned();
    /// Sleeps behind the back of `std`.
    fn usleep(microseconds: libc::c_uint) -> c_int, or -1,
        because "sleeps by `usleep`".to_owned();
    /// Sleeps behind the back of `std`.
    fn nanosleep(length: *const libc::timespec, left: *mut libc::timespec) -> c_int, or -1,
        because "sleeps by `nanosleep`".to_owned();
    /// Sleeps behind the back of `std`.
    fn clock_nanosleep(
        clock: libc::clockid_t,
        flags: c_int,
        length: *const libc::timespec,
        left: *mut libc::timespec
    ) -> c_int, or libc::EPERM,
        because "sleeps by `clock_nanosleep`".to_owned();
    /// Copies the process.
    fn fork() -> libc::pid_t, or -1,
        because "forks".to_owned();
    /// Starts a process.
    fn posix_spawn(
        pid: *mut libc::pid_t,
        path: *const c_char,
        actions: *const libc::posix_spawn_file_actions_t,
        attributes: *const libc::posix_spawnattr_t,
        arguments: *const *mut c_char,
        environment: *const *mut c_char
    ) -> c_int, or libc::EPERM,
        because format!("starts the program {}", shown(path));
    /// Starts a process, found in `PATH`.
    fn posix_spawnp(
        pid: *mut libc::pid_t,
        file: *const c_char,
        actions: *const libc::posix_spawn_file_actions_t,
        attributes: *const libc::posix_spawnattr_t,
        arguments: *const *mut c_char,
        environment: *const *mut c_char
    ) -> c_int, or libc::EPERM,
        because format!("starts the program {}", shown(file));
}
