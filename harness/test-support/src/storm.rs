//! Signals that come all the time, each of which interrupts whatever system call waits.

/// From now on this process gets a signal every 300 microseconds, and has a handler that does nothing, set without `SA_RESTART`.
pub fn signals() {
    extern "C" fn nothing(_: libc::c_int) {}
    let often = libc::timeval { tv_sec: 0, tv_usec: 300 };
    let timer = libc::itimerval { it_interval: often, it_value: often };
    // SAFETY: zeros are an action without flags and with an empty mask; the handler does nothing.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = nothing as *const () as usize;
        assert_eq!(libc::sigaction(libc::SIGALRM, &raw const action, std::ptr::null_mut()), 0);
        assert_eq!(libc::setitimer(libc::ITIMER_REAL, &raw const timer, std::ptr::null_mut()), 0);
    }
}
