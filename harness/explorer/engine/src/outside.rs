//! Files, sockets and processes: an explored program that writes files, or reaches for the others, is refused.
//!
//! An execution cannot be repeated if it depends on what is outside of the program, and thousands of executions must not delete a file
//! or start a process each. `std` reaches these through a few functions of the C library, and so do almost all crates. Functions
//! of the same names are defined here, and the linker takes those of the program before those of a shared library (this is how
//! allocators are replaced). Inside an execution they fail; outside they call the C library's. Calls that do not go
//! through these names cannot be noticed.
//!
//! What can be the same in every execution is given instead: random numbers, clocks, the environment, files that are only read.

/// A function of the C library, by its name.
macro_rules! real {
    ($name:literal, fn($($t:ty),*) -> $result:ty) => {{
        static REAL: AtomicUsize = AtomicUsize::new(0);
        // SAFETY: the C library's function of this name has this signature.
        found(&REAL, $name).map(|real| unsafe {
            std::mem::transmute::<_, unsafe extern "C" fn($($t),*) -> $result>(real)
        })
    }};
}

mod descriptors;
mod device;
mod environment;
mod given;
mod reactor;
mod written;

pub use given::an_instant;
pub use written::apart;

use std::ffi::{CStr, c_char, c_int, c_long, c_void};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::machine::{arena, chance, context, futex};

/// Refuses the explored program. False outside of executions.
fn refuses(what: impl FnOnce() -> String) -> bool {
    let refused = context::with(|machine| {
        let thread = machine.thread_name(machine.current);
        machine.refuse_here(format!(
            "{thread} {}, and only what happens in the program itself can be explored",
            what()
        ));
    });
    if refused.is_some() {
        // SAFETY: the C library's own place for the error of this thread.
        unsafe { *libc::__errno_location() = libc::EPERM };
    }
    refused.is_some()
}

/// A call of the kernel by its number. An explored program that waits or wakes by `futex` does so in the exploration.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's. That takes any number of arguments; all of them are numbers, at most six beside the call's own, and those which nobody
// has passed are read from where they would have been, and not used.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn syscall(
    number: c_long,
    first: c_long,
    second: c_long,
    third: c_long,
    fourth: c_long,
    fifth: c_long,
    sixth: c_long,
) -> c_long {
    if number == libc::SYS_futex && arena::is_explored() && context::is_exploring() {
        // SAFETY: the caller's promise.
        let result = match unsafe { wanted(second as c_int, third as u32, fourth, sixth as u32) } {
            // SAFETY: the caller's promise.
            Some(call) => unsafe { futex::call(first as usize, call) },
            None => {
                futex::refuse("does something by `futex` other than to wait or to wake");
                Err(libc::ENOSYS)
            }
        };
        return result.unwrap_or_else(|error| {
            // SAFETY: the C library's own place for the error of this thread.
            unsafe { *libc::__errno_location() = error };
            -1
        });
    }
    if arena::is_explored() {
        // SAFETY: the caller's promise.
        if let Some(result) = unsafe { given_for(number, first, second) } {
            return result;
        }
    }
    static REAL: AtomicUsize = AtomicUsize::new(0);
    let Some(real) = found(&REAL, c"syscall") else { return -1 };
    type Syscall =
        unsafe extern "C" fn(c_long, c_long, c_long, c_long, c_long, c_long, c_long) -> c_long;
    // SAFETY: the C library's function reads its arguments as a function of seven numbers does.
    let real: Syscall = unsafe { std::mem::transmute(real) };
    // SAFETY: the caller's promise.
    unsafe { real(number, first, second, third, fourth, fifth, sixth) }
}

/// What an explored program is given for a call of the kernel by its number; `None`, if that is not given but done.
///
/// # Safety
///
/// As for the call.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
unsafe fn given_for(number: c_long, first: c_long, second: c_long) -> Option<c_long> {
    let pointer = |address: c_long| std::ptr::with_exposed_provenance_mut(address as usize);
    match number {
        libc::SYS_getrandom => {
            // SAFETY: the caller's promise.
            let bytes = unsafe { memory(pointer(first), second as usize) };
            chance::fill(bytes).then_some(second)
        }
        libc::SYS_clock_gettime => {
            let time: *mut libc::timespec = pointer(second).cast();
            // SAFETY: the caller's promise.
            Some(unsafe { given::clock_gettime(first as libc::clockid_t, time) }.into())
        }
        // Without it, programs order their light barriers themselves, as on systems that do not have it. What the kernel does to
        // its own threads would order nothing here.
        libc::SYS_membarrier => context::is_exploring().then(|| {
            // SAFETY: the C library's own place for the error of this thread.
            unsafe { *libc::__errno_location() = libc::ENOSYS };
            -1
        }),
        libc::SYS_getpid => given::process().map(c_long::from),
        libc::SYS_gettid => given::thread().map(c_long::from),
        _ => None,
    }
}

/// Puts back, before an execution, what the last one has changed outside of the program.
pub fn restore() {
    environment::restore();
    descriptors::close_all();
    written::restore();
}

/// Memory that the C library was given.
///
/// # Safety
///
/// There is so much memory, if the address is not null, and nobody else uses it.
unsafe fn memory<'a>(start: *mut u8, length: usize) -> &'a mut [u8] {
    if start.is_null() || length == 0 {
        return &mut [];
    }
    // SAFETY: the caller's promise. Any bytes are bytes, and they are only written.
    unsafe { std::slice::from_raw_parts_mut(start, length) }
}

/// What is asked of a futex.
///
/// # Safety
///
/// `until` is 0 or the address of a time, if the call waits.
unsafe fn wanted(operation: c_int, value: u32, until: c_long, bits: u32) -> Option<futex::Call> {
    let flags = libc::FUTEX_PRIVATE_FLAG | libc::FUTEX_CLOCK_REALTIME;
    let (command, everybody) = (operation & !flags, bits == u32::MAX);
    match command {
        libc::FUTEX_WAKE => Some(futex::Call::Wake { most: value }),
        libc::FUTEX_WAKE_BITSET if everybody => Some(futex::Call::Wake { most: value }),
        libc::FUTEX_WAIT | libc::FUTEX_WAIT_BITSET => {
            let time = std::ptr::with_exposed_provenance::<libc::timespec>(until as usize);
            // SAFETY: the caller's promise.
            let time = unsafe { time.as_ref() }.map(nanoseconds);
            let timeout = match command {
                libc::FUTEX_WAIT => time,
                _ if !everybody => return None,
                // A moment, and not how long.
                _ if operation & libc::FUTEX_CLOCK_REALTIME != 0 => {
                    time.map(|time| time.saturating_sub(now(libc::CLOCK_REALTIME)))
                }
                _ => time.map(|time| time.saturating_sub(now(libc::CLOCK_MONOTONIC))),
            };
            Some(futex::Call::Wait { expected: value, timeout })
        }
        _ => None,
    }
}

fn nanoseconds(time: &libc::timespec) -> u64 {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(u64::try_from(time.tv_nsec).unwrap_or(0))
}

/// What the explored program's clock shows.
fn now(clock: libc::clockid_t) -> u64 {
    let now = given::shown(clock).unwrap_or_default();
    u64::try_from(now.as_nanos()).unwrap_or(u64::MAX)
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

/// [`next`], sought only once.
fn found(place: &AtomicUsize, name: &CStr) -> Option<*const c_void> {
    let mut real = place.load(Ordering::Relaxed);
    if real == 0 {
        real = next(name).expose_provenance();
        place.store(real, Ordering::Relaxed);
    }
    (real != 0).then(|| std::ptr::with_exposed_provenance(real))
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
    /// Lists a directory.
    fn opendir(path: *const c_char) -> *mut libc::DIR, or std::ptr::null_mut(),
        because format!("lists the directory {}", shown(path));
    /// Makes a directory.
    fn mkdir(path: *const c_char, mode: libc::mode_t) -> c_int, or -1,
        because format!("makes the directory {}", shown(path));
    /// Changes the working directory.
    fn chdir(path: *const c_char) -> c_int, or -1,
        because format!("changes the working directory to {}", shown(path));
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
        because "opens a pipe, as who starts a process does".to_owned();
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
