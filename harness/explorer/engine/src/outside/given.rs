//! What a program asks the system for and is given by the exploration: random numbers, clocks, numbers of processes.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, Instant};

use super::{found, memory};
use crate::machine::{chance, plain};
use crate::time::{START_OF_2000, virtual_nanoseconds};

/// Random numbers. An explored program gets the same ones in every execution.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does outside of executions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getrandom(
    buffer: *mut c_void,
    length: libc::size_t,
    flags: libc::c_uint,
) -> libc::ssize_t {
    // SAFETY: the caller's promise.
    if chance::fill(unsafe { memory(buffer.cast(), length) }) {
        return length.cast_signed();
    }
    // SAFETY: the caller's promise; the call's arguments are these.
    unsafe { libc::syscall(libc::SYS_getrandom, buffer, length, flags) as libc::ssize_t }
}

/// Random numbers, at most 256 bytes. An explored program gets the same ones in every execution.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does outside of executions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getentropy(buffer: *mut c_void, length: libc::size_t) -> c_int {
    if length > 256 {
        // SAFETY: the C library's own place for the error of this thread.
        unsafe { *libc::__errno_location() = libc::EIO };
        return -1;
    }
    // SAFETY: the caller's promise.
    if unsafe { getrandom(buffer, length, 0) } == length.cast_signed() { 0 } else { -1 }
}

/// The first moment of the monotonic clock.
const FIRST: Duration = Duration::from_secs(1_000);

thread_local! {
    /// The clock stands still at its first moment.
    static STANDS_STILL: Cell<bool> = const { Cell::new(false) };
}

/// The first moment of the clock, the same in every process; or now, where `std` asks for the time in another way.
pub fn an_instant() -> Instant {
    STANDS_STILL.set(true);
    let instant = Instant::now();
    STANDS_STILL.set(false);
    instant
}

/// What this clock shows to the explored program; `None` outside of executions.
pub(super) fn shown(clock: libc::clockid_t) -> Option<Duration> {
    if STANDS_STILL.try_with(Cell::get).unwrap_or(false) {
        return Some(FIRST);
    }
    chance::current()?;
    let is_calendar =
        matches!(clock, libc::CLOCK_REALTIME | libc::CLOCK_REALTIME_COARSE | libc::CLOCK_TAI);
    let now = match is_calendar {
        true => virtual_nanoseconds(|read| read.calendar = true, None),
        false => virtual_nanoseconds(|read| read.clock = true, None),
    };
    let since = if is_calendar { START_OF_2000 } else { FIRST };
    now.map(|now| since + Duration::from_nanos(now))
}

/// A time, as the C library has it.
fn timespec(time: Duration) -> libc::timespec {
    libc::timespec {
        tv_sec: libc::time_t::try_from(time.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: time.subsec_nanos().into(),
    }
}

/// The time of a clock. An explored program sees the explorer's.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does outside of executions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: libc::clockid_t, time: *mut libc::timespec) -> c_int {
    if let Some(now) = shown(clock) {
        // SAFETY: the caller's promise.
        unsafe { time.write(timespec(now)) };
        return 0;
    }
    static REAL: AtomicUsize = AtomicUsize::new(0);
    let Some(real) = found(&REAL, c"clock_gettime") else { return -1 };
    // SAFETY: the C library's function of this name has this signature.
    let real: unsafe extern "C" fn(libc::clockid_t, *mut libc::timespec) -> c_int =
        unsafe { std::mem::transmute(real) };
    // SAFETY: the caller's promise.
    unsafe { real(clock, time) }
}

/// The time of the calendar. An explored program sees the explorer's.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does outside of executions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gettimeofday(time: *mut libc::timeval, zone: *mut c_void) -> c_int {
    if let Some(now) = shown(libc::CLOCK_REALTIME) {
        let now = timespec(now);
        if !time.is_null() {
            let now = libc::timeval { tv_sec: now.tv_sec, tv_usec: now.tv_nsec / 1000 };
            // SAFETY: the caller's promise.
            unsafe { time.write(now) };
        }
        return 0;
    }
    static REAL: AtomicUsize = AtomicUsize::new(0);
    let Some(real) = found(&REAL, c"gettimeofday") else { return -1 };
    // SAFETY: the C library's function of this name has this signature.
    let real: unsafe extern "C" fn(*mut libc::timeval, *mut c_void) -> c_int =
        unsafe { std::mem::transmute(real) };
    // SAFETY: the caller's promise.
    unsafe { real(time, zone) }
}

/// The time of the calendar, in seconds. An explored program sees the explorer's.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does outside of executions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn time(seconds: *mut libc::time_t) -> libc::time_t {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: there is room for the time.
    if unsafe { clock_gettime(libc::CLOCK_REALTIME, &raw mut now) } != 0 {
        return -1;
    }
    if !seconds.is_null() {
        // SAFETY: the caller's promise.
        unsafe { seconds.write(now.tv_sec) };
    }
    now.tv_sec
}

/// The explored program's process id: no process can have such a one, so that no signal meets a stranger.
const PROCESS: libc::pid_t = 10_000_000;

/// The process id that the explored program sees; `None` outside of executions.
pub(super) fn process() -> Option<libc::pid_t> {
    chance::note(|read| read.process = true).then_some(PROCESS)
}

/// The number that a thread of the explored program has for the system; `None` outside of executions.
pub(super) fn thread() -> Option<libc::pid_t> {
    chance::note(|read| read.process = true);
    let tid = libc::pid_t::try_from(chance::current()?).ok()?;
    plain::asks_who();
    Some(PROCESS + tid)
}

/// Which processors a thread may use. An explored program may use the first two: what is found must not depend on the machine.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does outside of executions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sched_getaffinity(
    process: libc::pid_t,
    size: libc::size_t,
    set: *mut libc::cpu_set_t,
) -> c_int {
    if size > 0 && !set.is_null() && chance::note(|read| read.processors = true) {
        // SAFETY: the caller's promise.
        let set = unsafe { memory(set.cast(), size) };
        set.fill(0);
        // The first two bits.
        set[0] = 3;
        return 0;
    }
    static REAL: AtomicUsize = AtomicUsize::new(0);
    let Some(real) = found(&REAL, c"sched_getaffinity") else { return -1 };
    // SAFETY: the C library's function of this name has this signature.
    let real: unsafe extern "C" fn(libc::pid_t, libc::size_t, *mut libc::cpu_set_t) -> c_int =
        unsafe { std::mem::transmute(real) };
    // SAFETY: the caller's promise.
    unsafe { real(process, size, set) }
}

/// A number of the system. An explored program is told that there are two processors.
#[unsafe(no_mangle)]
pub extern "C" fn sysconf(name: c_int) -> libc::c_long {
    let asks = matches!(name, libc::_SC_NPROCESSORS_ONLN | libc::_SC_NPROCESSORS_CONF);
    if asks && chance::note(|read| read.processors = true) {
        return 2;
    }
    static REAL: AtomicUsize = AtomicUsize::new(0);
    let Some(real) = found(&REAL, c"sysconf") else { return -1 };
    // SAFETY: the C library's function of this name has this signature.
    let real: unsafe extern "C" fn(c_int) -> libc::c_long = unsafe { std::mem::transmute(real) };
    // SAFETY: any number may be asked for.
    unsafe { real(name) }
}

/// The process's number. An explored program has the same one in every execution.
#[unsafe(no_mangle)]
pub extern "C" fn getpid() -> libc::pid_t {
    // SAFETY: the call takes no arguments.
    process().unwrap_or_else(|| unsafe { libc::syscall(libc::SYS_getpid) as libc::pid_t })
}

/// The thread's number. Each thread of an explored program has its own.
#[unsafe(no_mangle)]
pub extern "C" fn gettid() -> libc::pid_t {
    // SAFETY: the call takes no arguments.
    thread().unwrap_or_else(|| unsafe { libc::syscall(libc::SYS_gettid) as libc::pid_t })
}
