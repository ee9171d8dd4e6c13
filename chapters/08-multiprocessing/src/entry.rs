//! Where a child begins: the line that main needs, and what it does in a child.

use crate::children;
use crate::connection::Connection;
use crate::descriptor::Descriptor;
use crate::function::Function;
use crate::message::Message;
use crate::readiness::readable;
use crate::recv_error::RecvError;
use ch08_forks::Whole;
use rustix::process::{Signal, getpid, kill_process};
use serde::{Deserialize, Serialize};
use std::any::Any;
use std::cell::Cell;
use std::error::Error;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

/// The first argument of a child that starts afresh; the second is its name.
pub(crate) const FLAG: &str = "--multiprocessing-child";

static INITIALISED: AtomicBool = AtomicBool::new(false);
/// A child has come to [`init`], so all will.
pub(crate) static CHILDREN_COME: AtomicBool = AtomicBool::new(false);
/// Not set once and for all: a forked child has a copy of its parent's.
static NAME: Whole<Option<String>> = Whole::new(None);

/// What a child is told to do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) name: String,
    /// A pidfd of the parent, if the child is a daemon.
    pub(crate) parent: Option<Descriptor>,
    pub(crate) function: (u64, u64),
    pub(crate) arguments: Message,
}

/// The one line that `main` must begin with.
///
/// A child that is started afresh is this same executable, so its `main` runs
/// again. There, this call does not return: it runs the function that the child
/// was started for, and ends the process with its exit code. In a process that
/// is nobody's child it returns at once.
///
/// What stands before this line in `main` runs in every child too.
///
/// ```
/// use ch08_multiprocessing::Process;
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     ch08_multiprocessing::init();
///     // Only the parent comes here.
///     assert_eq!(Process::new(|()| 7, ()).start()?.join()?, 7);
///     Ok(())
/// }
/// ```
///
/// # In tests
///
/// A function with `#[test]` has no `main` of its own: the harness has it, and
/// does not understand that it is to be a child ([`StartError::NoInit`]). Tests that
/// start processes go into a file of `tests/` with a `main` that begins with
/// this line, and `Cargo.toml` says so:
///
/// ```toml
/// [[test]]
/// name = "processes"
/// harness = false
/// ```
///
/// [libtest-mimic](https://docs.rs/libtest-mimic) gives such a `main` names,
/// filters and a report. A doc test has a `main` of its own, which begins with
/// this line as any other.
///
/// [`StartError::NoInit`]: crate::StartError::NoInit
pub fn init() {
    let first_time = !INITIALISED.swap(true, Ordering::SeqCst);
    let mut arguments = std::env::args_os().skip(1);
    if first_time && arguments.next().is_some_and(|argument| argument == FLAG) {
        run_spawned()
    }
}

pub(crate) fn initialised() -> bool {
    INITIALISED.load(Ordering::SeqCst)
}

/// The name of this process: what its parent called it, or `MainProcess`.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # ch08_multiprocessing::init();
/// use ch08_multiprocessing::{Process, current_name};
/// assert_eq!(current_name(), "MainProcess");
/// let same = |name: String| i32::from(current_name() == name);
/// let child = Process::new(same, "worker".to_owned()).name("worker").start()?;
/// assert_eq!(child.join()?, 1);
/// # Ok(())
/// # }
/// ```
pub fn current_name() -> String {
    NAME.lock().clone().unwrap_or_else(|| "MainProcess".to_owned())
}

fn run_spawned() -> ! {
    let order = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)
        .map_err(|error| RecvError::Io(error.into()))
        .and_then(|socket| {
            let mut connection = Connection::from(socket);
            let order = connection.recv::<Order>()?;
            // Nobody listens unless this is the first.
            let _ = connection.send(&());
            Ok(order)
        });
    match order {
        Ok(order) => std::process::exit(run(order)),
        // The parent died before it sent the order: nobody is left to tell.
        Err(RecvError::Closed | RecvError::Truncated) => std::process::exit(1),
        Err(error @ RecvError::DescriptorsLost) => std::process::exit(report(&error)),
        Err(error) => {
            eprintln!(
                "error: {FLAG} is how this program starts its own children; \
                 it cannot be given by hand ({error})"
            );
            std::process::exit(2)
        }
    }
}

/// Runs the order in the copy that `fork` made, and ends it.
pub(crate) fn run_forked(order: Order) -> ! {
    // Also stops a panic, which must not run on into the parent's frames.
    let code = catch_unwind(AssertUnwindSafe(|| run(order))).unwrap_or(1);
    let _ = catch_unwind(children::at_exit);
    // SAFETY: ends the process. The exit handlers that are skipped are the parent's to run.
    unsafe { libc::_exit(code) }
}

fn run(order: Order) -> i32 {
    let Order { name, parent, function, arguments } = order;
    *NAME.lock() = Some(name);
    if let Err(error) = leave_stdin().and_then(|()| parent.map_or(Ok(()), die_with)) {
        // Who sees a connection among them end shall find the exit code, and no process that still runs.
        std::mem::forget(arguments);
        return report(&error);
    }
    // SAFETY: the order comes from this process's parent, which runs the same executable file:
    // it was forked, or started as /proc/self/exe.
    let function = unsafe { Function::from_raw(function) };
    notice_printed_panics();
    let result = catch_unwind(AssertUnwindSafe(|| function.call(arguments)));
    let code = match result {
        Err(panic) => {
            let code = report_panic(&*panic);
            // Its destructor may panic, too, and this process ends anyway.
            std::mem::forget(panic);
            code
        }
        Ok(Err(error)) => report(&error),
        Ok(Ok(code)) => code.decode::<i32>().unwrap_or_else(|error| report(&error)),
    };
    let _ = io::stdout().flush();
    code
}

thread_local! {
    /// The panic hook has printed a panic of this thread.
    static PRINTED: Cell<bool> = const { Cell::new(false) };
}

fn notice_printed_panics() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PRINTED.set(true);
        print(panic);
    }));
}

/// `resume_unwind` prints nothing, and nobody but us has its payload now.
fn report_panic(payload: &(dyn Any + Send)) -> i32 {
    if !PRINTED.get() {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        eprintln!("error: {}: panicked: {}", current_name(), text.unwrap_or("(no message)"));
    }
    1
}

/// Standard input stays the parent's: two readers would tear it apart.
fn leave_stdin() -> io::Result<()> {
    Ok(rustix::stdio::dup2_stdin(File::open("/dev/null")?)?)
}

/// Kills this process as soon as its parent is gone.
///
/// `PR_SET_PDEATHSIG` would do without a thread, but it fires when the *thread*
/// that started the child ends (prctl(2)), not when the process does.
fn die_with(parent: Descriptor) -> io::Result<()> {
    let watch = move || {
        let parent = OwnedFd::from(parent);
        // The parent opened the descriptor itself: it can mean no other process.
        while !readable(parent.as_fd(), None).unwrap_or(true) {}
        let _ = kill_process(getpid(), Signal::KILL);
    };
    std::thread::Builder::new()
        .name("parent watch".to_owned())
        .stack_size(64 * 1024)
        .spawn(watch)
        .map(drop)
}

fn report(error: &dyn Error) -> i32 {
    eprintln!("error: {}: {error}", current_name());
    let mut cause = error.source();
    while let Some(error) = cause {
        eprintln!("  because: {error}");
        cause = error.source();
    }
    1
}
