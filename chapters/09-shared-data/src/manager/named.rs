//! Objects that clients find by their names.

use super::error::ManagerError;
use super::map::Map;
use super::object::Object;
use super::process::Manager;
use super::protocol::Request;
use super::proxy::{Proxy, one};
use super::types::{Condition, Dict, Event, List, Lock, Namespace, Queue, RLock};

/// A type of which [`Manager::named`] can make the first object by itself:
/// empty, free, not set.
///
/// ```
/// use ch09_shared_data::manager::{Dict, Named, Queue};
///
/// assert_eq!(<Dict as Named>::TYPE, "dict");
/// assert_eq!(Queue::arguments(), [0.into()], "a queue without a bound");
/// ```
pub trait Named: TryFrom<Proxy, Error = Proxy> {
    /// What the manager calls it.
    const TYPE: &'static str;

    /// What the first one is made of.
    fn arguments() -> Vec<Object>;
}

macro_rules! named {
    ($($type:ident: [$($argument:expr)?];)*) => {$(
        impl Named for $type {
            const TYPE: &'static str = $type::TYPE_NAME;

            fn arguments() -> Vec<Object> {
                vec![$($argument)?]
            }
        }
    )*};
}
named! {
    List: [Object::List(Vec::new())];
    Dict: [Object::Map(Map::default())];
    Namespace: [];
    Lock: [];
    RLock: [];
    Condition: [];
    Event: [];
    Queue: [Object::from(0)];
}

impl Manager {
    /// The object of this name; a new one if there is none yet.
    ///
    /// Whoever asks for the name, on whatever machine, gets the same object. It
    /// lives until the manager ends or [forgets](Manager::forget) it, also while
    /// nobody refers to it.
    ///
    /// ```
    /// use ch09_shared_data::manager::{List, Manager};
    ///
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     ch08_multiprocessing::init();
    ///     let manager = Manager::builder().key("secret").start()?;
    ///     manager.named::<List>("jobs")?.append("sweep")?;
    ///
    ///     // Somebody else, who knows address and key.
    ///     let client = Manager::connect(manager.address().clone(), "secret")?;
    ///     assert_eq!(client.named::<List>("jobs")?.len()?, 1);
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Type`](super::RemoteError::Type) if the object of this name
    /// is of another type.
    pub fn named<T: Named>(&self, name: &str) -> Result<T, ManagerError> {
        let proxy = self.named_as(name, T::TYPE, T::arguments())?;
        T::try_from(proxy).map_err(|proxy| ManagerError::Unexpected { answer: proxy.into() })
    }

    /// As [`named`](Manager::named), for a type that was
    /// [registered](super::Builder::types), or one that needs arguments. If there is
    /// such an object, the arguments are of no account.
    ///
    /// ```
    /// use ch09_shared_data::manager::{Manager, Semaphore};
    ///
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     ch08_multiprocessing::init();
    ///     let manager = Manager::start()?;
    ///     let seats = manager.named_as("seats", "Semaphore", [3.into()])?;
    ///     let seats = Semaphore::try_from(seats).expect("it has the type that was asked for");
    ///     assert!(seats.try_acquire()?);
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`named`](Manager::named) and [`create`](Manager::create).
    pub fn named_as(
        &self,
        name: &str,
        type_name: &str,
        arguments: impl Into<Vec<Object>>,
    ) -> Result<Proxy, ManagerError> {
        Proxy::named(&self.link, name, type_name, arguments.into())
    }

    /// The name means nothing any more; true if it did. The object lives on as
    /// long as somebody refers to it.
    ///
    /// ```
    /// use ch09_shared_data::manager::{List, Manager};
    ///
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     ch08_multiprocessing::init();
    ///     let manager = Manager::start()?;
    ///     manager.named::<List>("jobs")?.append("sweep")?;
    ///     assert!(manager.forget("jobs")?);
    ///     assert!(manager.named::<List>("jobs")?.is_empty()?, "another one");
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn forget(&self, name: &str) -> Result<bool, ManagerError> {
        let answer = one(&self.link, self.link.exchange(&Request::Forget { name: name.into() })?)?;
        answer.try_into().map_err(|answer| ManagerError::Unexpected { answer })
    }
}
