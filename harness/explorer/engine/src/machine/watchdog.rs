//! Notices code that runs on without a visible operation: an endless loop, or a call that blocks where the explorer cannot see it.
//!
//! Nothing can stop such code from inside its process. So the process reports what it knows and ends. A thread that waits in the kernel for a file or a
//! socket, past the C library, as the reactors of asynchronous runtimes do, is noticed sooner: the kernel says by which call (`/proc/self/task`).

use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use super::op::{Loc, Tid};

/// What the machine tells the watchdog, in passing.
#[derive(Debug, Default)]
pub struct Watch {
    /// How many operations were announced.
    operations: AtomicU64,
    thread: AtomicU32,
    /// Where the last one was.
    at: AtomicPtr<Location<'static>>,
    /// The search thinks. That can take long, and is not the program's doing.
    paused: AtomicBool,
    ended: Mutex<bool>,
    end: Condvar,
}

/// What is known of code that runs on.
#[derive(Clone, Copy, Debug)]
pub struct Stuck {
    pub thread: u32,
    pub after: Option<Loc>,
    pub since: Duration,
    /// The call of the kernel in which it waits for what no thread of the program will do.
    pub within: Option<&'static str>,
}

/// So often it is looked at what the kernel says. A thread that is in the same call at two such looks waits there. It may have done something between them: a timer
/// of the kernel wakes it, and no time has passed for it.
const LOOK: Duration = Duration::from_secs(1);

impl Watch {
    /// An operation was announced, or a thread goes on after one.
    pub fn tick(&self, thread: Tid, at: Loc) {
        // Only one thread writes, so no read-modify-write is needed.
        self.operations.store(self.operations.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        self.thread.store(thread as u32, Ordering::Relaxed);
        self.at.store(std::ptr::from_ref(at).cast_mut(), Ordering::Relaxed);
    }

    /// Whether the program runs at all.
    pub fn pause(&self, paused: bool) {
        self.operations.store(self.operations.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        self.paused.store(paused, Ordering::Relaxed);
    }

    /// Calls `report`, which does not return, if no operation is announced for so long. Where the machine is busy with other things, the time for which the thread was ready and
    /// did not run does not count.
    pub fn start(
        self: &Arc<Self>,
        limit: Duration,
        report: impl FnOnce(Stuck) + Send + 'static,
    ) -> Guard {
        let watch = Arc::clone(self);
        let explores = Kernel::current();
        let thread = std::thread::Builder::new()
            .name("watchdog".to_owned())
            .spawn(move || watch.run(limit, &explores, report));
        // Without a thread to spare, there is no watchdog; the exploration is not wrong for that.
        Guard { watch: Arc::clone(self), thread: thread.ok() }
    }

    fn run(&self, limit: Duration, explores: &Kernel, report: impl FnOnce(Stuck)) {
        let mut seen = self.operations.load(Ordering::Relaxed);
        let mut before = None;
        let mut since = Duration::ZERO;
        let mut delay = explores.delay();
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let step = LOOK.min(limit);
            let waited = self.end.wait_timeout_while(ended, step, |ended| !*ended);
            let (guard, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            if !timeout.timed_out() {
                return;
            }
            ended = guard;
            let delayed = explores.delay();
            let part = step.saturating_sub(delayed.saturating_sub(delay));
            delay = delayed;
            let now = self.operations.load(Ordering::Relaxed);
            if self.paused.load(Ordering::Relaxed) {
                (seen, before, since) = (now, None, Duration::ZERO);
                continue;
            }
            since = if now == seen { since + part } else { Duration::ZERO };
            seen = now;
            let call = explores.waits();
            let within = call.filter(|_| call == before);
            if since >= limit || within.is_some() {
                let at = self.at.load(Ordering::Relaxed);
                // SAFETY: `tick` stores nothing but addresses of `'static` locations.
                let after = unsafe { at.as_ref() };
                let thread = self.thread.load(Ordering::Relaxed);
                // What it has run beyond that is of no interest.
                let since = since.min(limit);
                return report(Stuck { thread, after, since, within });
            }
            before = call;
        }
    }
}

/// The thread of the operating system that explores, as the kernel knows it.
#[derive(Debug)]
struct Kernel(libc::c_long);

impl Kernel {
    fn current() -> Self {
        // SAFETY: the call takes nothing and always succeeds.
        Self(unsafe { libc::syscall(libc::SYS_gettid) })
    }

    /// For how long it was ready to run and did not, as other threads did. Nothing, where the kernel does not say it.
    fn delay(&self) -> Duration {
        // The time that it has run, the time that it was ready, and how often it has run (Documentation/scheduler/sched-stats.rst of the kernel).
        let said = std::fs::read_to_string(format!("/proc/self/task/{}/schedstat", self.0));
        let nanos = said.ok().and_then(|said| said.split(' ').nth(1)?.trim().parse().ok());
        Duration::from_nanos(nanos.unwrap_or(0))
    }

    /// The call in which it waits for files, sockets or time; `None` where it runs, waits for something else, or the kernel does not say.
    fn waits(&self) -> Option<&'static str> {
        let said = std::fs::read_to_string(format!("/proc/self/task/{}/syscall", self.0)).ok()?;
        let number: libc::c_long = said.split(' ').next()?.parse().ok()?;
        let named = WAITING.iter().find(|(call, _)| *call == number);
        named.map(|(_, name)| *name)
    }
}

/// Calls that wait for what happens outside of the program. Explored programs sleep and wait otherwise.
const WAITING: &[(libc::c_long, &str)] = &[
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_epoll_wait, "`epoll_wait`"),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_poll, "`poll`"),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_select, "`select`"),
    (libc::SYS_epoll_pwait, "`epoll_wait`"),
    (libc::SYS_epoll_pwait2, "`epoll_wait`"),
    (libc::SYS_ppoll, "`poll`"),
    (libc::SYS_pselect6, "`select`"),
];

/// Ends the watchdog when it is dropped.
#[derive(Debug)]
pub struct Guard {
    watch: Arc<Watch>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        *self.watch.ended.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.watch.end.notify_all();
        if let Some(thread) = self.thread.take() {
            // It only waits for this.
            let _ = thread.join();
        }
    }
}

impl std::fmt::Display for Stuck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self.thread {
            0 => "main".to_owned(),
            tid => format!("thread {tid}"),
        };
        if let Some(call) = self.within {
            write!(
                f,
                "{name} waits in the kernel by {call}, and only what happens in the program itself can be explored"
            )?;
            return match self.after {
                Some(after) => write!(f, " (after {}:{})", after.file(), after.line()),
                None => Ok(()),
            };
        }
        write!(
            f,
            "{name} has run for {:?} without doing anything that others can notice",
            self.since
        )?;
        if let Some(after) = self.after {
            write!(f, ", after {}:{}", after.file(), after.line())?;
        }
        f.write_str(": an endless loop, or a call that blocks where the explorer cannot see it")
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::sync::mpsc::{TryRecvError, channel};

    /// As the reactor of an asynchronous runtime does that waits for a time.
    #[test]
    fn who_waits_in_the_kernel_again_and_again_waits_there() {
        let watch = Arc::new(Watch::default());
        let (sender, told) = channel();
        let guard = watch.start(Duration::from_secs(3_600), move |stuck| {
            let _ = sender.send(stuck);
        });
        // Without the answer, this ends at some time.
        for _ in 0..100 {
            match told.try_recv() {
                Err(TryRecvError::Empty) => {}
                Err(error) => panic!("{error}"),
                Ok(stuck) => {
                    assert_eq!(stuck.within, Some("`poll`"));
                    assert!(stuck.to_string().starts_with("main waits in the kernel by `poll`, "));
                    drop(guard);
                    return;
                }
            }
            // SAFETY: there is nothing to be waited for, and so nothing is read.
            unsafe { libc::poll(std::ptr::null_mut(), 0, 300) };
            watch.tick(0, Location::caller());
        }
        panic!("nobody has noticed it");
    }

    #[test]
    fn the_kernel_says_how_long_a_thread_was_ready() {
        if std::fs::metadata("/proc/self/schedstat").is_err() {
            eprintln!("skipped: this kernel does not say how long a thread was ready");
            return;
        }
        let own = Kernel::current();
        // More threads than processors: each of them is ready now and then while another runs.
        let others = std::thread::available_parallelism().map_or(1, usize::from) * 4;
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..others {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        std::hint::spin_loop();
                    }
                });
            }
            let before = own.delay();
            while own.delay() == before {
                std::hint::spin_loop();
            }
            done.store(true, Ordering::Relaxed);
        });
        // A thread that does not exist.
        assert_eq!(Kernel(libc::c_long::from(i32::MAX)).delay(), Duration::ZERO);
    }
}
