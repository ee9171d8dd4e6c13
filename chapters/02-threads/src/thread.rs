//! A thread as everybody may see it.

use crate::Ident;
use crate::record::Record;
use std::fmt;
use std::sync::Arc;

/// Names a thread and answers questions about it. Cheap to clone; says nothing
/// about the thread's result, which only its [`JoinHandle`](crate::JoinHandle) has.
///
/// Two of them are equal if they name the same thread.
#[derive(Clone)]
pub struct Thread(pub(crate) Arc<Record>);

impl Thread {
    /// The thread's name.
    ///
    /// ```
    /// use ch02_threads::Builder;
    ///
    /// let unstarted = Builder::new().name("t.0").build(|| ());
    /// assert_eq!(unstarted.thread().name(), "t.0");
    /// ```
    pub fn name(&self) -> String {
        self.0.name()
    }

    /// Gives the thread another name, before or after its start.
    ///
    /// What a debugger and a panic message show is the name that the thread
    /// had at its start: `std` hands it to the operating system only then.
    ///
    /// ```
    /// let me = ch02_threads::current();
    /// me.set_name("renamed");
    /// assert_eq!(ch02_threads::current().name(), "renamed");
    /// ```
    pub fn set_name(&self, name: impl Into<String>) {
        self.0.set_name(name.into());
    }

    /// The thread's identifier: none before its start, and kept after its end.
    ///
    /// ```
    /// use ch02_threads::Builder;
    ///
    /// let unstarted = Builder::new().build(|| ());
    /// assert_eq!(unstarted.thread().ident(), None);
    /// let started = unstarted.start()?;
    /// assert!(started.ident().is_some());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn ident(&self) -> Option<Ident> {
        self.0.ident()
    }

    /// What the kernel calls the thread, as `top -H` shows it: none before its
    /// start, and kept after its end, when the kernel may use it again.
    ///
    /// Linux only; none elsewhere, and where `/proc` is not mounted. Blocks for
    /// the moment between a thread's start and its first instruction.
    ///
    /// ```
    /// let native_id = ch02_threads::current().native_id();
    /// assert_eq!(native_id.is_some(), cfg!(target_os = "linux"));
    /// ```
    pub fn native_id(&self) -> Option<u64> {
        self.0.native_id()
    }

    /// Whether the thread was started and has not ended.
    ///
    /// True as soon as `start` returns. False as soon as `join` returns.
    ///
    /// ```
    /// assert!(ch02_threads::current().is_alive());
    /// ```
    pub fn is_alive(&self) -> bool {
        self.0.is_alive()
    }

    /// Whether the end of the [main scope](crate::main_scope) leaves the thread
    /// behind instead of waiting for it.
    ///
    /// ```
    /// assert!(!ch02_threads::current().is_daemon());
    /// ```
    pub fn is_daemon(&self) -> bool {
        self.0.is_daemon()
    }
}

impl PartialEq for Thread {
    fn eq(&self, other: &Thread) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Thread {}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Thread")
            .field("name", &self.name())
            .field("ident", &self.ident())
            .field("is_alive", &self.is_alive())
            .field("is_daemon", &self.is_daemon())
            .finish()
    }
}
