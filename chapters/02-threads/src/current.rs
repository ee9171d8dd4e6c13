//! Who the calling thread is.

use crate::main_scope::Scope;
use crate::record::Record;
use crate::{Thread, registry};
use std::cell::RefCell;
use std::sync::Arc;

/// What a thread knows of itself.
struct Current {
    record: Arc<Record>,
    /// The main scope that will wait for the threads started from here.
    scope: Option<Arc<Scope>>,
    /// Not started by this crate, so nobody but the end of this value tells
    /// the registry that the thread is gone.
    stranger: bool,
}

impl Drop for Current {
    fn drop(&mut self) {
        if self.stranger {
            self.record.finish();
        }
    }
}

thread_local! {
    static CURRENT: RefCell<Option<Current>> = const { RefCell::new(None) };
}

/// The calling thread.
///
/// A thread that this crate did not start, such as the main thread, is not a
/// daemon. Its name is the one that `std` knows, or a fresh one.
///
/// While the thread-local values of a thread are being dropped at its end, the
/// thread returned may be one that [`enumerate`](crate::enumerate) never lists.
///
/// ```
/// use ch02_threads::{Builder, current};
///
/// let named = Builder::new().name("t.0").spawn(|| current().name())?;
/// assert_eq!(named.join().unwrap(), "t.0");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn current() -> Thread {
    let own = CURRENT.try_with(|current| {
        let mut current = current.borrow_mut();
        Arc::clone(&current.get_or_insert_with(stranger).record)
    });
    Thread(own.unwrap_or_else(|_| Arc::new(stranger_record())))
}

fn stranger_record() -> Record {
    let name = std::thread::current().name().map(str::to_owned);
    Record::new(name.unwrap_or_else(registry::fresh_name), false)
}

fn stranger() -> Current {
    let record = Arc::new(stranger_record());
    registry::add(&record);
    record.set_running();
    Current { record, scope: None, stranger: true }
}

/// Called by a thread that this crate started, before anything else.
pub(crate) fn enter(record: Arc<Record>, scope: Option<Arc<Scope>>) {
    record.set_running();
    CURRENT.with_borrow_mut(|current| *current = Some(Current { record, scope, stranger: false }));
}

/// The scope that waits for what the calling thread starts.
pub(crate) fn scope() -> Option<Arc<Scope>> {
    CURRENT
        .try_with(|current| current.borrow().as_ref().and_then(|current| current.scope.clone()))
        .ok()
        .flatten()
}

/// Puts another scope in its place and returns the one that was there.
pub(crate) fn replace_scope(scope: Option<Arc<Scope>>) -> Option<Arc<Scope>> {
    CURRENT.with_borrow_mut(|current| {
        std::mem::replace(&mut current.get_or_insert_with(stranger).scope, scope)
    })
}
