//! The list of the children of this process.

use crate::child::Child;
use ch08_forks::{Whole, WholeGuard};
use rustix::io::Errno;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

/// The children of this process that still run. Those that ended are
/// collected on the way.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # ch08_multiprocessing::init();
/// # use ch08_multiprocessing::{Child, Connection, Process, active_children, pipe};
/// # let (gate, theirs) = pipe()?;
/// # let waits = |mut main: Connection| drop(main.recv::<()>());
/// let child = Process::new(waits, theirs).start()?;
/// assert_eq!(active_children().len(), 1);
/// drop(gate);
/// child.join()?;
/// assert!(active_children().is_empty());
/// # Ok(())
/// # }
/// ```
pub fn active_children() -> Vec<Child> {
    let mut list = lock();
    list.collect_ended();
    list.children.clone()
}

/// How many processes can run at once: the number of CPUs that this process
/// may use, and at least 1.
///
/// ```
/// assert!(ch08_multiprocessing::cpu_count() >= 1);
/// ```
pub fn cpu_count() -> usize {
    std::thread::available_parallelism().map_or(1, |count| count.get())
}

#[derive(Debug)]
struct Children {
    children: Vec<Child>,
}

static CHILDREN: Whole<Children> = Whole::new(Children { children: Vec::new() });

fn lock() -> WholeGuard<'static, Children> {
    CHILDREN.lock()
}

/// Takes on a child that was just started and that nobody has waited for.
pub(crate) fn register(pid: u32, name: &str, daemon: bool) -> io::Result<Child> {
    lock().add(pid, name, daemon)
}

/// Collects the children that have ended. Each holds a descriptor until then.
pub(crate) fn collect_ended() -> usize {
    lock().collect_ended()
}

/// In a copy made by `fork`: they are the parent's children, not the copy's.
pub(crate) fn forget_all() {
    lock().children.clear();
}

/// Takes a child off the list that was waited for: with the last handle goes its descriptor.
pub(crate) fn forget(child: &Child) {
    lock().children.retain(|other| !other.is_same(child));
}

/// Runs `open`, which needs a descriptor. If none is left, those of children
/// that have ended are given back, and it runs once more.
pub(crate) fn with_room<T>(open: impl Fn() -> io::Result<T>) -> io::Result<T> {
    match open() {
        Err(error) if Errno::from_io_error(&error) == Some(Errno::MFILE) && collect_ended() > 0 => {
            open()
        }
        result => result,
    }
}

impl Children {
    fn add(&mut self, pid: u32, name: &str, daemon: bool) -> io::Result<Child> {
        // Each of them holds a descriptor, which the new one may need.
        self.collect_ended();
        let child = Child::of(pid, name, daemon)?;
        self.children.push(child.clone());
        at_exit_call_us();
        Ok(child)
    }

    /// How many there were.
    fn collect_ended(&mut self) -> usize {
        let before = self.children.len();
        // In a copy that somebody else's `fork` made they are its parent's, not its own to end.
        self.children.retain(|child| child.is_ours() && child.is_alive());
        before - self.children.len()
    }
}

fn at_exit_call_us() {
    extern "C" fn handler() {
        at_exit();
    }
    static ONCE: AtomicBool = AtomicBool::new(false);
    if !ONCE.swap(true, Ordering::Relaxed) {
        // SAFETY: the handler is a plain function that does not unwind.
        unsafe { libc::atexit(handler) };
    }
}

/// At the normal end of this process: kills its daemons, waits for the others.
pub(crate) fn at_exit() {
    let mut list = lock();
    list.collect_ended();
    let children = std::mem::take(&mut list.children);
    drop(list);
    for daemon in children.iter().filter(|child| child.is_daemon()) {
        let _ = daemon.kill();
    }
    for child in &children {
        let _ = child.join();
    }
}
