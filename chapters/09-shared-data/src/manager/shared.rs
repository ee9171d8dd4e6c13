//! What an object of a manager is, seen from inside the manager.

use super::error::RemoteError;
use super::object::Object;
use std::collections::HashMap;
use std::task::Poll;

/// An object that lives in a manager's process and is called from others.
///
/// The manager runs all objects in one thread, one call at a time, so nothing
/// in here needs a lock; and nothing in here may block, for then everybody
/// waits. A method that must wait returns [`Poll::Pending`] instead.
///
/// ```
/// use ch09_shared_data::manager::{Caller, Object, RemoteError, Shared, no_method};
/// use std::task::Poll;
///
/// struct Counter(i64);
///
/// impl Shared for Counter {
///     fn call(
///         &mut self,
///         _: Caller,
///         method: &str,
///         _: &mut [Object],
///     ) -> Poll<Result<Object, RemoteError>> {
///         Poll::Ready(match method {
///             "next" => {
///                 self.0 += 1;
///                 Ok(self.0.into())
///             }
///             _ => no_method("Counter", method),
///         })
///     }
/// }
///
/// let caller = Caller { connection: 1, call: 1, timed_out: false };
/// let mut counter = Counter(0);
/// assert_eq!(counter.call(caller, "next", &mut []), Poll::Ready(Ok(1.into())));
/// ```
pub trait Shared {
    /// Runs `method`, or goes on with a call that was pending: after every
    /// other call of this object it is asked again.
    ///
    /// Once [`Caller::timed_out`] is set, the caller's patience is at its end.
    ///
    /// `arguments` are the caller's; those that are stored can be taken out
    /// with [`std::mem::take`] by the call that is ready.
    fn call(
        &mut self,
        caller: Caller,
        method: &str,
        arguments: &mut [Object],
    ) -> Poll<Result<Object, RemoteError>>;

    /// The thread with this connection has ended, and its pending call with
    /// it: give up what it held.
    fn gone(&mut self, connection: u64) {
        let _ = connection;
    }
}

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The caller's connection: each thread of each process has one of its own.
    pub connection: u64,
    /// This call; a pending one is known by it when it is asked again.
    pub call: u64,
    /// Whether the caller waits no longer.
    pub timed_out: bool,
}

/// Makes an object of a type from the arguments of its creation.
pub type Constructor = fn(&mut [Object]) -> Result<Box<dyn Shared>, RemoteError>;

/// The types that a manager can make.
#[derive(Debug, Default)]
pub struct Registry {
    constructors: HashMap<String, Constructor>,
}

impl Registry {
    /// Adds a type, or replaces the one of that name.
    ///
    /// ```
    /// # use ch09_shared_data::manager::{Registry, RemoteError, no_method};
    /// let mut registry = Registry::default();
    /// registry.register("Counter", |_| Err(RemoteError::Value("not today".to_owned())));
    /// ```
    pub fn register(&mut self, type_name: &str, constructor: Constructor) {
        self.constructors.insert(type_name.to_owned(), constructor);
    }

    pub(super) fn constructor(&self, type_name: &str) -> Result<Constructor, RemoteError> {
        let found = self.constructors.get(type_name).copied();
        found.ok_or_else(|| RemoteError::NoType(type_name.to_owned()))
    }
}

/// A set of types of one's own, for
/// [`Builder::types`](super::Builder::types).
///
/// ```
/// use ch09_shared_data::manager::{Manager, Registry, RemoteError, Types};
///
/// struct Mine;
///
/// impl Types for Mine {
///     fn register(registry: &mut Registry) {
///         registry.register("Counter", |_| Err(RemoteError::Value("not today".to_owned())));
///     }
/// }
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     ch08_multiprocessing::init();
///     let manager = Manager::builder().types::<Mine>().start()?;
///     assert!(manager.create("Counter", []).unwrap_err().to_string().contains("not today"));
///     Ok(())
/// }
/// ```
pub trait Types {
    /// Registers them. Runs in the manager's process.
    fn register(registry: &mut Registry);
}

/// The error of a method that is not there.
///
/// ```
/// # use ch09_shared_data::manager::{Registry, RemoteError, no_method};
/// let error = no_method::<()>("Counter", "previous").unwrap_err();
/// assert_eq!(error.to_string(), "a Counter has no method previous");
/// ```
pub fn no_method<T>(type_name: &str, method: &str) -> Result<T, RemoteError> {
    Err(RemoteError::NoMethod { type_name: type_name.to_owned(), method: method.to_owned() })
}

/// The arguments in their types; an error that says what was expected.
///
/// ```
/// use ch09_shared_data::manager::{Object, arguments};
/// let mut given: Vec<Object> = vec![7.into(), "x".into()];
/// let (n, text): (i64, String) = arguments(&mut given)?;
/// assert_eq!((n, text.as_str()), (7, "x"));
/// # Ok::<(), ch09_shared_data::manager::RemoteError>(())
/// ```
///
/// # Errors
///
/// [`RemoteError::Type`].
pub fn arguments<A: Arguments>(given: &mut [Object]) -> Result<A, RemoteError> {
    A::take(given)
}

/// Tuples that [`arguments`] can take: of one to three types that an
/// [`Object`] can become.
///
/// ```
/// use ch09_shared_data::manager::{Arguments, Object};
///
/// let mut given: Vec<Object> = vec![7.into()];
/// assert_eq!(<(i64,)>::take(&mut given)?, (7,));
/// assert!(<(i64,)>::take(&mut []).is_err());
/// # Ok::<(), ch09_shared_data::manager::RemoteError>(())
/// ```
pub trait Arguments: Sized {
    /// Takes them out of `given`.
    ///
    /// # Errors
    ///
    /// [`RemoteError::Type`].
    fn take(given: &mut [Object]) -> Result<Self, RemoteError>;
}

fn wrong_count(expected: usize, given: usize) -> RemoteError {
    RemoteError::Type(format!("{expected} arguments are needed, {given} were given"))
}

fn one<T: TryFrom<Object, Error: Into<Object>>>(given: &mut Object) -> Result<T, RemoteError> {
    T::try_from(std::mem::take(given)).map_err(|object| {
        let type_name = std::any::type_name::<T>();
        RemoteError::Type(format!("{} is not a {type_name}", object.into()))
    })
}

macro_rules! tuples {
    ($($count:literal: $($type:ident $name:ident),*;)*) => {$(
        impl<$($type: TryFrom<Object, Error: Into<Object>>),*> Arguments for ($($type,)*) {
            fn take(given: &mut [Object]) -> Result<Self, RemoteError> {
                let [$($name),*] = given else {
                    return Err(wrong_count($count, given.len()));
                };
                Ok(($(one($name)?,)*))
            }
        }
    )*};
}
tuples! {
    1: A a;
    2: A a, B b;
    3: A a, B b, C c;
}

impl Arguments for () {
    fn take(given: &mut [Object]) -> Result<(), RemoteError> {
        if given.is_empty() { Ok(()) } else { Err(wrong_count(0, given.len())) }
    }
}
