//! The types of a manager, one a file: the proxy that programs use, and the
//! object that it stands for.

mod array;
mod barrier;
mod condition;
mod dict;
mod event;
mod list;
mod lock;
mod namespace;
mod queue;
mod rlock;
mod semaphore;

pub use array::{Array, Value};
pub use barrier::Barrier;
pub use condition::{Condition, ConditionGuard};
pub use dict::Dict;
pub use event::Event;
pub use list::List;
pub use lock::{Lock, LockGuard};
pub use namespace::Namespace;
pub use queue::Queue;
pub use rlock::{RLock, RLockGuard};
pub use semaphore::{BoundedSemaphore, Permit, Semaphore};

use super::error::RemoteError;
use super::object::Object;
use super::shared::Registry;
use std::task::Poll;

/// All of them.
pub(super) fn register(registry: &mut Registry) {
    registry.register("list", list::new);
    registry.register("dict", dict::new);
    registry.register("Namespace", namespace::new);
    registry.register("Value", array::new);
    registry.register("Array", array::new);
    registry.register("Lock", lock::new);
    registry.register("RLock", rlock::new);
    registry.register("Semaphore", semaphore::new);
    registry.register("BoundedSemaphore", semaphore::new_bounded);
    registry.register("Condition", condition::new);
    registry.register("Event", event::new);
    registry.register("Barrier", barrier::new);
    registry.register("Queue", queue::new);
}

/// What a method that never waits returns.
fn ready(result: Result<Object, RemoteError>) -> Poll<Result<Object, RemoteError>> {
    Poll::Ready(result)
}

/// A proxy of one type: a [`Proxy`](super::Proxy) with that type's methods.
macro_rules! proxy_type {
    ($(#[$attribute:meta])* $name:ident, $type_name:literal) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, serde::Serialize)]
        pub struct $name(Proxy);

        impl $name {
            pub(in crate::manager) const TYPE_NAME: &str = $type_name;

            /// The proxy without its type's methods.
            ///
            /// ```
            /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
            /// # ch08_multiprocessing::init();
            /// let manager = ch09_shared_data::Manager::start()?;
            /// assert_eq!(manager.list([1])?.as_proxy().type_name(), "list");
            /// # Ok(())
            /// # }
            /// ```
            pub fn as_proxy(&self) -> &Proxy {
                &self.0
            }
        }

        impl TryFrom<Proxy> for $name {
            type Error = Proxy;

            fn try_from(proxy: Proxy) -> Result<$name, Proxy> {
                if proxy.type_name() == Self::TYPE_NAME { Ok($name(proxy)) } else { Err(proxy) }
            }
        }

        impl TryFrom<Object> for $name {
            type Error = Object;

            fn try_from(object: Object) -> Result<$name, Object> {
                Proxy::try_from(object)?.try_into().map_err(|proxy: Proxy| proxy.into())
            }
        }

        impl From<$name> for Object {
            fn from(proxy: $name) -> Object {
                proxy.0.into()
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let proxy = <Proxy as serde::Deserialize>::deserialize(deserializer)?;
                proxy.try_into().map_err(|_| serde::de::Error::custom("another type of proxy"))
            }
        }
    };
}
use proxy_type;
