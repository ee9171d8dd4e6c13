//! Addresses that are the same in every process. What an explored program allocates is where it always is; its `static`s and stacks are where the
//! system puts them, and many a hash begins with the address of one: a schedule that one process has found must fit the next.

/// Starts the process anew, with addresses that are not random, unless they are not or the system forbids it: then it goes on as it is.
#[cfg(target_os = "linux")]
pub fn stay() {
    use std::os::unix::process::CommandExt;

    /// Asks, and changes nothing.
    const ASK: libc::c_ulong = 0xFFFF_FFFF;
    // SAFETY: the call takes a number and touches no memory.
    let now = unsafe { libc::personality(ASK) };
    if now < 0 || now & libc::ADDR_NO_RANDOMIZE != 0 {
        return;
    }
    // SAFETY: as above; and both are flags, so that the sign says nothing.
    if unsafe { libc::personality((now | libc::ADDR_NO_RANDOMIZE) as libc::c_ulong) } < 0 {
        return;
    }
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap_or_default();
    // It returns only if there is no starting anew.
    let _ = std::process::Command::new("/proc/self/exe").arg0(name).args(arguments).exec();
}

/// Elsewhere they are as they are.
#[cfg(not(target_os = "linux"))]
pub fn stay() {}
