//! A namespace.

use super::{proxy_type, ready};
use crate::manager::error::{ManagerError, RemoteError};
use crate::manager::map::Map;
use crate::manager::object::Object;
use crate::manager::proxy::Proxy;
use crate::manager::shared::{Caller, Shared, arguments, no_method};
use std::task::Poll;

proxy_type! {
    /// Named values in a manager (Python's `manager.Namespace()`).
    Namespace, "Namespace"
}

impl Namespace {
    /// The value of an attribute.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let shared = manager.namespace()?;
    /// shared.set("rounds", 3)?;
    /// assert_eq!(shared.get("rounds")?, 3.into());
    /// assert!(shared.get("nothing").is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Attribute`] if there is none.
    pub fn get(&self, name: &str) -> Result<Object, ManagerError> {
        self.0.call("get", [name.into()])
    }

    /// Sets an attribute.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let shared = manager.namespace()?;
    /// shared.set("rounds", 3)?;
    /// shared.set("rounds", "three")?;
    /// assert_eq!(shared.get("rounds")?, "three".into());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn set(&self, name: &str, value: impl Into<Object>) -> Result<(), ManagerError> {
        self.0.call("set", [name.into(), value.into()])
    }

    /// Removes an attribute.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let shared = manager.namespace()?;
    /// shared.set("rounds", 3)?;
    /// shared.remove("rounds")?;
    /// assert!(shared.get("rounds").is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Attribute`] if there is none.
    pub fn remove(&self, name: &str) -> Result<(), ManagerError> {
        self.0.call("remove", [name.into()])
    }

    /// All attributes, in one round trip. (Python leaves out those whose names
    /// begin with an underscore.)
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let shared = manager.namespace()?;
    /// shared.set("rounds", 3)?;
    /// assert_eq!(shared.to_map()?.to_string(), "{'rounds': 3}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn to_map(&self) -> Result<Map, ManagerError> {
        self.0.call("to_map", [])
    }
}

/// The attributes themselves.
struct Server(Map);

pub(super) fn new(given: &mut [Object]) -> Result<Box<dyn Shared>, RemoteError> {
    let () = arguments(given)?;
    Ok(Box::new(Server(Map::default())))
}

impl Server {
    fn run(&mut self, method: &str, given: &mut [Object]) -> Result<Object, RemoteError> {
        let missing = |name: Object| RemoteError::Attribute(name.to_string());
        match method {
            "to_map" => Ok(Object::Map(self.0.clone())),
            "get" => {
                let (name,) = arguments::<(String,)>(given)?;
                let name = Object::Str(name);
                self.0.get(&name).cloned().ok_or_else(|| missing(name))
            }
            "set" => {
                let (name, value) = arguments::<(String, Object)>(given)?;
                self.0.insert(Object::Str(name), value);
                Ok(Object::None)
            }
            "remove" => {
                let (name,) = arguments::<(String,)>(given)?;
                let name = Object::Str(name);
                let removed = self.0.remove(&name);
                removed.map(|_| Object::None).ok_or_else(|| missing(name))
            }
            _ => no_method("Namespace", method),
        }
    }
}

impl Shared for Server {
    fn call(
        &mut self,
        _: Caller,
        method: &str,
        given: &mut [Object],
    ) -> Poll<Result<Object, RemoteError>> {
        ready(self.run(method, given))
    }
}
