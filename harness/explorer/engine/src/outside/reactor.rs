//! How asynchronous runtimes wait in the kernel: by `epoll`, for numbers that they write themselves, and for a socket that says which signals came.
//!
//! A runtime with a reactor asks for all of that when it starts, whether or not a file or a socket is ever used. In an explored program none of it is there: the descriptors
//! lead nowhere, and `machine::reactor` knows what waits for what. What would have to come from outside is refused by name.

use std::ffi::{c_int, c_uint, c_ulong, c_void};
use std::sync::atomic::AtomicUsize;

use super::descriptors::{Kept, What, forget, keeps, waits};
use super::{found, memory, refuses};
use crate::machine::reactor::{self, Change, Not};
use crate::machine::{arena, context};

/// What a call of the C library says of it.
fn said<T>(result: Result<T, Not>, as_number: impl FnOnce(T) -> isize) -> isize {
    let error = match result {
        Ok(value) => return as_number(value),
        Err(Not::Error(error)) => error,
        Err(Not::Refused(what)) => {
            refuses(|| what.to_owned());
            libc::EPERM
        }
    };
    // SAFETY: the C library's own place for the error of this thread.
    unsafe { *libc::__errno_location() = error };
    -1
}

fn is_explored() -> bool {
    arena::is_explored() && context::is_exploring()
}

/// A descriptor by which nothing can be done: what is done by it is done here.
fn descriptor(kept: Kept, flags: c_int) -> c_int {
    let flags = libc::O_PATH | flags & libc::O_CLOEXEC;
    let open = real!(c"open", fn(*const std::ffi::c_char, c_int, libc::mode_t) -> c_int);
    // SAFETY: the path is a C string.
    let opened = open.map_or(-1, |open| unsafe { open(c"/".as_ptr(), flags, 0) });
    if opened < 0 { opened } else { keeps(opened, What::Waits(kept)) }
}

/// Asks for something that waits for files.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does outside of executions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn epoll_create1(flags: c_int) -> c_int {
    if is_explored() {
        return reactor::poller().map_or(-1, |poller| descriptor(Kept::Poller(poller), flags));
    }
    // SAFETY: the caller's promise.
    real!(c"epoll_create1", fn(c_int) -> c_int).map_or(-1, |real| unsafe { real(flags) })
}

/// Asks for something that waits for files, as long ago.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn epoll_create(_size: c_int) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { epoll_create1(0) }
}

/// Says what is to be waited for.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does outside of executions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn epoll_ctl(
    poller: c_int,
    operation: c_int,
    descriptor: c_int,
    event: *mut libc::epoll_event,
) -> c_int {
    if let Some(Kept::Poller(known)) = waits(poller) {
        let change = match operation {
            libc::EPOLL_CTL_ADD => Change::Add,
            libc::EPOLL_CTL_MOD => Change::Modify,
            _ => Change::Remove,
        };
        // SAFETY: the caller's promise.
        let wanted = unsafe { event.as_ref() }.map(|event| (event.events, event.u64));
        let result = match waits(descriptor) {
            Some(Kept::Number(source) | Kept::Socket(source)) => {
                let wanted = wanted.unwrap_or_default();
                reactor::change(known, change, (source, descriptor), wanted)
            }
            _ => Err(Not::Refused("waits for a file or a socket by `epoll_ctl`")),
        };
        return said(result, |()| 0) as c_int;
    }
    real!(c"epoll_ctl", fn(c_int, c_int, c_int, *mut libc::epoll_event) -> c_int)
        // SAFETY: the caller's promise.
        .map_or(-1, |real| unsafe { real(poller, operation, descriptor, event) })
}

/// Waits for files.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does outside of executions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn epoll_wait(
    poller: c_int,
    events: *mut libc::epoll_event,
    most: c_int,
    milliseconds: c_int,
) -> c_int {
    if let Some(Kept::Poller(known)) = waits(poller) {
        let most = usize::try_from(most).unwrap_or(0);
        if most == 0 || events.is_null() {
            return said::<()>(Err(Not::Error(libc::EINVAL)), |()| 0) as c_int;
        }
        // SAFETY: the caller's promise: there is room for so many, any bytes are such ones, and nobody else uses them.
        let events = unsafe { std::slice::from_raw_parts_mut(events, most) };
        let timeout = u64::try_from(milliseconds).ok().map(|time| time * 1_000_000);
        let waited = reactor::wait(known, timeout, events);
        return said(waited, usize::cast_signed) as c_int;
    }
    real!(c"epoll_wait", fn(c_int, *mut libc::epoll_event, c_int, c_int) -> c_int)
        // SAFETY: the caller's promise.
        .map_or(-1, |real| unsafe { real(poller, events, most, milliseconds) })
}

/// Makes a number that is waited for as a file is.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does outside of executions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn eventfd(first: c_uint, flags: c_int) -> c_int {
    if is_explored() {
        if flags & libc::EFD_NONBLOCK == 0 {
            refuses(|| "waits for a number by `eventfd`".to_owned());
            return -1;
        }
        let one_by_one = flags & libc::EFD_SEMAPHORE != 0;
        return reactor::number(first.into(), one_by_one)
            .map_or(-1, |number| descriptor(Kept::Number(number), flags));
    }
    // SAFETY: the caller's promise.
    real!(c"eventfd", fn(c_uint, c_int) -> c_int).map_or(-1, |real| unsafe { real(first, flags) })
}

/// Opens two sockets. What an explored program sends by them is refused.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does outside of executions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn socketpair(
    domain: c_int,
    kind: c_int,
    protocol: c_int,
    both: *mut c_int,
) -> c_int {
    if is_explored() {
        let Some(sockets) = reactor::sockets() else { return -1 };
        let made = sockets.map(|socket| descriptor(Kept::Socket(socket), kind));
        // SAFETY: the caller's promise.
        unsafe { both.cast::<[c_int; 2]>().write_unaligned(made) };
        return if made.contains(&-1) { -1 } else { 0 };
    }
    real!(c"socketpair", fn(c_int, c_int, c_int, *mut c_int) -> c_int)
        // SAFETY: the caller's promise.
        .map_or(-1, |real| unsafe { real(domain, kind, protocol, both) })
}

/// What comes of reading by such a descriptor.
///
/// # Safety
///
/// There is so much memory, and nobody else uses it.
pub(super) unsafe fn reads(kept: Kept, buffer: *mut c_void, length: usize) -> isize {
    let result = match kept {
        Kept::Number(_) if length < size_of::<u64>() => Err(Not::Error(libc::EINVAL)),
        Kept::Number(number) => reactor::read(number),
        Kept::Socket(_) | Kept::Poller(_) => Err(Not::Refused(READS)),
    };
    let took = |value: u64| {
        // SAFETY: the caller's promise.
        unsafe { memory(buffer.cast(), size_of::<u64>()) }.copy_from_slice(&value.to_ne_bytes());
        size_of::<u64>().cast_signed()
    };
    said(result, took)
}

const READS: &str = "reads from a socket";
const WRITES: &str = "writes to a socket";
pub(super) const SETS_UP: &str = "sets up a socket";
const ASKS: &str = "asks about a socket";

/// Writes to a file.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does outside of executions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(
    descriptor: c_int,
    buffer: *const c_void,
    length: libc::size_t,
) -> libc::ssize_t {
    let added = match waits(descriptor) {
        Some(Kept::Number(_)) if length < size_of::<u64>() => Err(Not::Error(libc::EINVAL)),
        Some(Kept::Number(number)) => {
            // SAFETY: the caller's promise.
            reactor::write(number, unsafe { buffer.cast::<u64>().read_unaligned() })
        }
        Some(Kept::Socket(_) | Kept::Poller(_)) => Err(Not::Refused(WRITES)),
        None => {
            return real!(c"write", fn(c_int, *const c_void, libc::size_t) -> libc::ssize_t)
                // SAFETY: the caller's promise.
                .map_or(-1, |real| unsafe { real(descriptor, buffer, length) });
        }
    };
    said(added, |()| size_of::<u64>().cast_signed())
}

/// Closes one of these; whether it was one.
pub(super) fn closes(descriptor: c_int) -> bool {
    let closed = match waits(descriptor) {
        Some(Kept::Number(source) | Kept::Socket(source)) => {
            reactor::close_source(source, &|| forget(descriptor))
        }
        Some(Kept::Poller(poller)) => {
            reactor::close_poller(poller, &|| forget(descriptor));
            Ok(())
        }
        _ => return false,
    };
    said(closed, |()| 0);
    true
}

/// Whether it is one of these, and so refused.
fn is_socket(descriptor: c_int, does: &str) -> bool {
    waits(descriptor).is_some() && refuses(|| does.to_owned())
}

/// Defines functions of sockets: they refuse an explored program that calls them with its own.
macro_rules! of_sockets {
    ($(fn $name:ident as $c:literal($($arg:ident: $t:ty),*) -> $result:ty, which $does:expr;)*) => {$(
        #[doc = concat!("`", stringify!($name), "`, which an explored program may not do with its own descriptors.")]
        ///
        /// # Safety
        ///
        /// As for the function of the C library.
        // SAFETY: the name is the C library's, and so are the signature and what the function does outside of executions.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(descriptor: c_int $(, $arg: $t)*) -> $result {
            if is_socket(descriptor, $does) {
                return -1;
            }
            let Some(real) = real!($c, fn(c_int $(, $t)*) -> $result) else { return -1 };
            // SAFETY: the caller's promise.
            unsafe { real(descriptor $(, $arg)*) }
        }
    )*};
}

of_sockets! {
    fn recv as c"recv"(buffer: *mut c_void, length: libc::size_t, flags: c_int) -> libc::ssize_t,
        which READS;
    fn recvmsg as c"recvmsg"(message: *mut libc::msghdr, flags: c_int) -> libc::ssize_t,
        which READS;
    fn send as c"send"(buffer: *const c_void, length: libc::size_t, flags: c_int) -> libc::ssize_t,
        which WRITES;
    fn sendmsg as c"sendmsg"(message: *const libc::msghdr, flags: c_int) -> libc::ssize_t,
        which WRITES;
    fn writev as c"writev"(pieces: *const libc::iovec, count: c_int) -> libc::ssize_t,
        which WRITES;
    fn shutdown as c"shutdown"(how: c_int) -> c_int, which "shuts a socket down";
    fn ioctl as c"ioctl"(request: c_ulong, argument: *mut c_void) -> c_int, which SETS_UP;
    fn setsockopt as c"setsockopt"(
        level: c_int, name: c_int, value: *const c_void, length: libc::socklen_t
    ) -> c_int, which SETS_UP;
    fn getsockopt as c"getsockopt"(
        level: c_int, name: c_int, value: *mut c_void, length: *mut libc::socklen_t
    ) -> c_int, which ASKS;
    fn getsockname as c"getsockname"(
        address: *mut libc::sockaddr, length: *mut libc::socklen_t
    ) -> c_int, which ASKS;
    fn getpeername as c"getpeername"(
        address: *mut libc::sockaddr, length: *mut libc::socklen_t
    ) -> c_int, which ASKS;
}

/// Says what handles a signal. An explored program that has a socket by which it hears of signals would wait for what comes from outside.
///
/// # Safety
///
/// As for the function of the C library.
// SAFETY: the name is the C library's, and so are the signature and what the function does outside of executions.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigaction(
    signal: c_int,
    new: *const libc::sigaction,
    old: *mut libc::sigaction,
) -> c_int {
    // SAFETY: the caller's promise.
    let handler = unsafe { new.as_ref() }.map_or(libc::SIG_DFL, |new| new.sa_sigaction);
    let handles = handler != libc::SIG_DFL && handler != libc::SIG_IGN;
    if handles && is_explored() && reactor::has_sockets() {
        refuses(|| format!("waits for signal {signal} of the system"));
        return -1;
    }
    real!(c"sigaction", fn(c_int, *const libc::sigaction, *mut libc::sigaction) -> c_int)
        // SAFETY: the caller's promise.
        .map_or(-1, |real| unsafe { real(signal, new, old) })
}
