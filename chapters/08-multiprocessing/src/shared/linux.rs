//! Linux, as the algorithms see it.

use ch08_sync::{Owner, System};
use rustix::thread::futex;
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// The system that this program runs on.
pub(super) struct Linux;

impl System for Linux {
    #[inline]
    fn me(&self) -> Owner {
        ME.get().unwrap_or_else(look_me_up)
    }

    fn is_alive(&self, owner: Owner) -> bool {
        match status(owner.id) {
            Status::Runs { started } => started == owner.started,
            Status::Ended => false,
            // Without /proc nobody can tell; nobody's lock is taken away.
            Status::Unknown => true,
        }
    }

    fn wait(&self, word: &AtomicU64, expected: u64, at_most: Duration) {
        let at_most = futex::Timespec {
            tv_sec: at_most.as_secs() as i64,
            tv_nsec: at_most.subsec_nanos().into(),
        };
        // Every way in which this returns is allowed by the trait: woken, the
        // word differs, the time is over, a signal. No PRIVATE flag: the
        // waiters are in several processes.
        let _ = futex::wait(low_half(word), futex::Flags::empty(), expected as u32, Some(&at_most));
    }

    fn wake(&self, word: &AtomicU64, count: u32) -> u32 {
        // Fails only for an address that is none.
        futex::wake(low_half(word), futex::Flags::empty(), count).unwrap_or(0) as u32
    }
}

/// The half that the kernel compares; it holds what changes when there is something to wake up for.
fn low_half(word: &AtomicU64) -> &AtomicU32 {
    let at = if cfg!(target_endian = "big") { 1 } else { 0 };
    let halves = std::ptr::from_ref(word).cast::<AtomicU32>();
    // SAFETY: an AtomicU64 is as large as two AtomicU32 and aligned at least
    // as strictly. The reference only carries the address into the kernel;
    // no code of ours reads or writes through it.
    unsafe { &*halves.add(at) }
}

thread_local! {
    /// The calling thread, once it was looked up.
    static ME: Cell<Option<Owner>> = const { Cell::new(None) };
}

#[cold]
fn look_me_up() -> Owner {
    // Not a `Once`: a fork while that runs would find it running for ever.
    static FORGETS_AFTER_FORKS: AtomicBool = AtomicBool::new(false);

    // A forked child has its parent's copy of the name, and must not use it.
    extern "C" fn forked() {
        ME.set(None);
    }
    if !FORGETS_AFTER_FORKS.load(Ordering::Acquire) {
        // SAFETY: `forked` runs in the one thread of the child and only writes
        // to a thread-local without a destructor, which is allowed there
        // whatever the parent's other threads were doing.
        let failed = unsafe { libc::pthread_atfork(None, None, Some(forked)) };
        assert_eq!(failed, 0, "there is no memory left to register a function");
        FORGETS_AFTER_FORKS.store(true, Ordering::Release);
    }
    let id = rustix::thread::gettid().as_raw_nonzero().get() as u32;
    // A thread that cannot read its own start time compares as 0, and so does
    // whoever looks it up.
    let me = Owner { id, started: started(id).unwrap_or(0) };
    ME.set(Some(me));
    me
}

enum Status {
    Runs { started: u32 },
    Ended,
    Unknown,
}

fn started(id: u32) -> Option<u32> {
    match status(id) {
        Status::Runs { started } => Some(started),
        Status::Ended | Status::Unknown => None,
    }
}

/// Reads /proc/ID/stat (proc_pid_stat(5)), which answers for threads too.
fn status(id: u32) -> Status {
    let line = match std::fs::read_to_string(format!("/proc/{id}/stat")) {
        Ok(line) => line,
        // ESRCH: the thread ended between the open and the read.
        Err(error) if error.raw_os_error() == Some(libc::ESRCH) => return Status::Ended,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let there_is_proc = std::path::Path::new("/proc/self/stat").exists();
            return if there_is_proc { Status::Ended } else { Status::Unknown };
        }
        Err(_) => return Status::Unknown,
    };
    // The name in parentheses may hold anything, so count from its end: the
    // state is the first field, the start time the twentieth.
    let mut fields = line.rsplit(')').next().unwrap_or("").split_ascii_whitespace();
    let state = fields.next();
    match (state, fields.nth(18).and_then(|ticks| ticks.parse::<u64>().ok())) {
        // A zombie has ended; its parent has only not asked yet.
        (Some("Z" | "X" | "x"), _) => Status::Ended,
        (Some(_), Some(ticks)) => Status::Runs { started: ticks as u32 },
        _ => Status::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::{Linux, Owner, System};

    #[test]
    fn a_thread_lives_until_it_has_been_joined() {
        let me = Linux.me();
        assert!(Linux.is_alive(me));
        assert!(!Linux.is_alive(Owner { started: me.started.wrapping_add(1), ..me }));

        let (tell, told) = std::sync::mpsc::channel();
        let (leave, left) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::spawn(move || {
            tell.send(Linux.me()).unwrap();
            let _ = left.recv();
        });
        let other = told.recv().unwrap();
        assert_ne!(other, me);
        assert!(Linux.is_alive(other));
        drop(leave);
        thread.join().unwrap();
        // Joined is a little earlier than gone: the kernel takes the thread
        // off its list last. Wait for that, not for a time.
        while Linux.is_alive(other) {
            std::thread::yield_now();
        }
    }
}
