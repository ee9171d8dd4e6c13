//! The calls of the kernel, for these tests.

/// A descriptor that is closed.
pub struct Descriptor(pub i32);

impl Drop for Descriptor {
    fn drop(&mut self) {
        // SAFETY: it is its own.
        unsafe { libc::close(self.0) };
    }
}

pub const EDGE: i32 = libc::EPOLLIN | libc::EPOLLET;

pub fn poller() -> Descriptor {
    // SAFETY: the call takes a number.
    Descriptor(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })
}

pub fn number(count: u32, flags: i32) -> Descriptor {
    // SAFETY: the call takes numbers.
    Descriptor(unsafe { libc::eventfd(count, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC | flags) })
}

/// The kernel's answer: what it returned, or the number of the error below zero.
pub fn answer(returned: i64) -> i64 {
    // SAFETY: the place of this thread's error.
    if returned < 0 { -i64::from(unsafe { *libc::__errno_location() }) } else { returned }
}

pub fn change(poller: i32, operation: i32, descriptor: i32, events: i32, data: u64) -> i64 {
    let mut event = libc::epoll_event { events: events as u32, u64: data };
    // SAFETY: the event lives until the call returns.
    answer(unsafe { libc::epoll_ctl(poller, operation, descriptor, &raw mut event) }.into())
}

pub fn add(poller: &Descriptor, number: &Descriptor, events: i32) {
    assert_eq!(change(poller.0, libc::EPOLL_CTL_ADD, number.0, events, 7), 0);
}

/// What has happened: for each its events and data.
pub fn wait(poller: i32, most: usize, milliseconds: i32) -> Vec<(u32, u64)> {
    let mut events = [libc::epoll_event { events: 0, u64: 0 }; 8];
    // SAFETY: there is room for so many.
    let found = unsafe { libc::epoll_wait(poller, events.as_mut_ptr(), most as i32, milliseconds) };
    assert!(found >= 0, "{}", answer(found.into()));
    events[..found as usize].iter().map(|event| (event.events, event.u64)).collect()
}

pub fn write(number: i32, value: u64) -> i64 {
    // SAFETY: the value lives until the call returns.
    answer(unsafe { libc::write(number, (&raw const value).cast(), 8) } as i64)
}

pub fn read(number: i32) -> (i64, u64) {
    let mut value = 0_u64;
    // SAFETY: there is room for the value.
    let read = answer(unsafe { libc::read(number, (&raw mut value).cast(), 8) } as i64);
    (read, value)
}

pub fn sockets() -> [Descriptor; 2] {
    let mut both = [0; 2];
    // SAFETY: there is room for both.
    let made = unsafe { libc::socketpair(libc::AF_UNIX, libc::SOCK_STREAM, 0, both.as_mut_ptr()) };
    assert_eq!(made, 0);
    both.map(Descriptor)
}
