//! A thread-local value that is an object.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, LazyLock, Weak};
use std::thread::AccessError;

/// An object that has another value in each thread. Python's `threading.local`.
///
/// [`thread_local!`] makes a static: one for each place in the source. A `Local`
/// is made at run time, as many as are wanted, and lives in other objects.
///
/// A thread's value is made by `init` when the thread first asks for it, and is
/// dropped in the same thread: at the latest when the thread ends, and soon
/// after the `Local` itself was dropped if the thread goes on using others. So
/// `T` need not be `Send`.
///
/// ```
/// use ch02_threads::Local;
/// use std::cell::Cell;
/// use std::sync::Arc;
///
/// let calls = Arc::new(Local::new(|| Cell::new(0)));
/// calls.set(5);
/// let other = ch02_threads::spawn({
///     let calls = Arc::clone(&calls);
///     move || calls.get()
/// });
/// assert_eq!(other.join().unwrap(), 0);
/// assert_eq!(calls.get(), 5);
/// ```
pub struct Local<T, F = fn() -> T> {
    id: u64,
    /// Its end tells the threads that their values are no longer wanted.
    alive: Arc<()>,
    init: F,
    values: PhantomData<fn() -> T>,
}

struct Slot {
    local: Weak<()>,
    value: Rc<dyn Any>,
}

#[derive(Default)]
struct Slots {
    by_id: BTreeMap<u64, Slot>,
    sweep_at: usize,
}

static NEXT_ID: LazyLock<AtomicU64> = LazyLock::new(AtomicU64::default);

const ONE_TYPE: &str = "an id belongs to one Local, and so to one type";

thread_local! {
    static SLOTS: RefCell<Slots> = RefCell::default();
}

impl<T, F> Local<T, F> {
    /// The calling thread's value, if it has one.
    fn found(&self) -> Result<Option<Rc<dyn Any>>, AccessError> {
        SLOTS
            .try_with(|slots| slots.borrow().by_id.get(&self.id).map(|slot| Rc::clone(&slot.value)))
    }
}

impl<T: 'static, F: Fn() -> T> Local<T, F> {
    /// A thread-local object whose value `init` makes in each thread.
    ///
    /// ```
    /// let number = ch02_threads::Local::new(|| 7);
    /// assert_eq!(number.with(|seven| *seven), 7);
    /// ```
    pub fn new(init: F) -> Local<T, F> {
        let id = NEXT_ID.fetch_add(1, Relaxed);
        Local { id, alive: Arc::new(()), init, values: PhantomData }
    }

    /// Calls `function` with the calling thread's value.
    ///
    /// Never blocks, unless `init` or `function` do. If `init` panics, there is
    /// no value yet, and the next call tries again.
    ///
    /// # Panics
    ///
    /// Called from the destructor of a thread-local value at the thread's end.
    ///
    /// ```
    /// let greeting = ch02_threads::Local::new(|| String::from("hello"));
    /// assert_eq!(greeting.with(|text| text.len()), 5);
    /// ```
    pub fn with<R>(&self, function: impl FnOnce(&T) -> R) -> R {
        self.try_with(function).expect("this thread is at its end and its local values are gone")
    }

    /// [`with`](Local::with) that never panics itself.
    ///
    /// # Errors
    ///
    /// Called from the destructor of a thread-local value at the thread's end.
    ///
    /// ```
    /// let number = ch02_threads::Local::new(|| 7);
    /// assert!(number.try_with(|seven| *seven).is_ok());
    /// ```
    pub fn try_with<R>(&self, function: impl FnOnce(&T) -> R) -> Result<R, AccessError> {
        let value = match self.found()? {
            Some(value) => value,
            None => self.make()?,
        };
        Ok(function(value.downcast_ref().expect(ONE_TYPE)))
    }

    /// Neither `init` nor the drop of a value runs while the slots are
    /// borrowed: both may use other `Local`s.
    fn make(&self) -> Result<Rc<dyn Any>, AccessError> {
        let value: Rc<dyn Any> = Rc::new((self.init)());
        let slot = Slot { local: Arc::downgrade(&self.alive), value: Rc::clone(&value) };
        let unwanted = SLOTS.try_with(|slots| {
            let mut slots = slots.borrow_mut();
            let mut unwanted = slots.sweep();
            unwanted.extend(slots.by_id.insert(self.id, slot));
            unwanted
        })?;
        drop(unwanted);
        Ok(value)
    }
}

impl Slots {
    /// Takes out what belongs to no `Local` any more; only as often as costs a
    /// constant for each value made.
    fn sweep(&mut self) -> Vec<Slot> {
        if self.by_id.len() < self.sweep_at {
            return Vec::new();
        }
        let unwanted =
            self.by_id.extract_if(.., |_, slot| slot.local.strong_count() == 0).map(|(_, s)| s);
        let unwanted = unwanted.collect();
        self.sweep_at = 2 * self.by_id.len();
        unwanted
    }
}

impl<T: 'static, F: Fn() -> Cell<T>> Local<Cell<T>, F> {
    /// Replaces the calling thread's value.
    ///
    /// # Panics
    ///
    /// As [`with`](Local::with).
    ///
    /// ```
    /// let number = ch02_threads::Local::new(|| std::cell::Cell::new(0));
    /// number.set(3);
    /// assert_eq!(number.get(), 3);
    /// ```
    pub fn set(&self, value: T) {
        self.with(|cell| cell.set(value));
    }

    /// A copy of the calling thread's value.
    ///
    /// # Panics
    ///
    /// As [`with`](Local::with).
    ///
    /// ```
    /// let number = ch02_threads::Local::<std::cell::Cell<u8>>::default();
    /// assert_eq!(number.get(), 0);
    /// ```
    pub fn get(&self) -> T
    where
        T: Copy,
    {
        self.with(Cell::get)
    }
}

impl<T: 'static, F: Fn() -> RefCell<T>> Local<RefCell<T>, F> {
    /// Calls `function` with the calling thread's value, borrowed.
    ///
    /// # Panics
    ///
    /// As [`with`](Local::with), and if the value is mutably borrowed.
    ///
    /// ```
    /// let names = ch02_threads::Local::<std::cell::RefCell<Vec<&str>>>::default();
    /// assert!(names.with_borrow(|names| names.is_empty()));
    /// ```
    pub fn with_borrow<R>(&self, function: impl FnOnce(&T) -> R) -> R {
        self.with(|cell| function(&cell.borrow()))
    }

    /// Calls `function` with the calling thread's value, mutably borrowed.
    ///
    /// # Panics
    ///
    /// As [`with`](Local::with), and if the value is borrowed.
    ///
    /// ```
    /// let names = ch02_threads::Local::new(|| std::cell::RefCell::new(Vec::new()));
    /// names.with_borrow_mut(|names| names.push("bob"));
    /// assert_eq!(names.with_borrow(|names| names.len()), 1);
    /// ```
    pub fn with_borrow_mut<R>(&self, function: impl FnOnce(&mut T) -> R) -> R {
        self.with(|cell| function(&mut cell.borrow_mut()))
    }
}

impl<T: Default + 'static> Default for Local<T> {
    /// Each thread begins with `T::default()`.
    fn default() -> Local<T> {
        Local::new(T::default)
    }
}

impl<T: fmt::Debug + 'static, F> fmt::Debug for Local<T, F> {
    /// Shows the calling thread's value. Makes none: to look at it changes nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.found() {
            Ok(Some(value)) => {
                let value: &T = value.downcast_ref().expect(ONE_TYPE);
                f.debug_tuple("Local").field(value).finish()
            }
            Ok(None) => f.write_str("Local(<uninitialised>)"),
            Err(_) => f.write_str("Local(<gone>)"),
        }
    }
}
