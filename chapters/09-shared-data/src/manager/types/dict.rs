//! A dict.

use super::{proxy_type, ready};
use crate::manager::error::{ManagerError, RemoteError};
use crate::manager::map::Map;
use crate::manager::object::Object;
use crate::manager::proxy::Proxy;
use crate::manager::shared::{Caller, Shared, arguments, no_method};
use std::task::Poll;

proxy_type! {
    /// A dict in a manager (Python's `manager.dict()`): keys in the order of
    /// their insertion.
    ///
    /// Every method is one round trip, [`to_map`](Dict::to_map) and
    /// [`update`](Dict::update) included: use these where Python would loop
    /// over the proxy.
    Dict, "dict"
}

impl Dict {
    /// How many keys there are.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let dict = manager.dict()?;
    /// dict.insert("a", 1)?;
    /// assert_eq!(dict.len()?, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`], as with every method of a proxy.
    pub fn len(&self) -> Result<usize, ManagerError> {
        self.0.call("len", [])
    }

    /// Whether there are none.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let dict = manager.dict()?;
    /// assert!(dict.is_empty()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn is_empty(&self) -> Result<bool, ManagerError> {
        self.len().map(|len| len == 0)
    }

    /// The value of a key: a copy, unless it is a proxy.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let dict = manager.dict()?;
    /// dict.insert("a", 1)?;
    /// assert_eq!(dict.get("a")?, 1.into());
    /// assert_eq!(dict.get("b").unwrap_err().to_string(), "there is no key 'b'");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Key`] if there is none.
    pub fn get(&self, key: impl Into<Object>) -> Result<Object, ManagerError> {
        self.0.call("get", [key.into()])
    }

    /// Sets the value of a key.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let dict = manager.dict()?;
    /// dict.insert("a", 1)?;
    /// dict.insert("a", 2)?;
    /// assert_eq!(dict.get("a")?, 2.into());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Type`] if the key is a list, a dict or a proxy.
    pub fn insert(
        &self,
        key: impl Into<Object>,
        value: impl Into<Object>,
    ) -> Result<(), ManagerError> {
        self.0.call("insert", [key.into(), value.into()])
    }

    /// Sets the values of all these keys.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let dict = manager.dict()?;
    /// use ch09_shared_data::manager::Map;
    /// dict.update(Map::from_iter([("a".into(), 1.into()), ("b".into(), 2.into())]))?;
    /// assert_eq!(dict.len()?, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Type`] if a key is a list, a dict or a proxy; none is set then.
    pub fn update(&self, map: impl Into<Map>) -> Result<(), ManagerError> {
        self.0.call("update", [map.into().into()])
    }

    /// Whether there is such a key.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let dict = manager.dict()?;
    /// dict.insert(7, "seven")?;
    /// assert!(dict.contains_key(7)? && !dict.contains_key(8)?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn contains_key(&self, key: impl Into<Object>) -> Result<bool, ManagerError> {
        self.0.call("contains_key", [key.into()])
    }

    /// The value of a key; if there is none, sets it first.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let dict = manager.dict()?;
    /// assert_eq!(dict.set_default("a", 1)?, 1.into());
    /// assert_eq!(dict.set_default("a", 2)?, 1.into(), "it was there");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`insert`](Dict::insert).
    pub fn set_default(
        &self,
        key: impl Into<Object>,
        value: impl Into<Object>,
    ) -> Result<Object, ManagerError> {
        self.0.call("set_default", [key.into(), value.into()])
    }

    /// Removes a key and returns its value.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let dict = manager.dict()?;
    /// dict.insert("a", 1)?;
    /// assert_eq!(dict.remove("a")?, 1.into());
    /// assert!(dict.is_empty()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Key`] if there is none.
    pub fn remove(&self, key: impl Into<Object>) -> Result<Object, ManagerError> {
        self.0.call("remove", [key.into()])
    }

    /// Removes the key that was inserted last; it and its value.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let dict = manager.dict()?;
    /// dict.insert("a", 1)?;
    /// dict.insert("b", 2)?;
    /// assert_eq!(dict.pop_item()?, ("b".into(), 2.into()));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Key`] if the dict is empty.
    pub fn pop_item(&self) -> Result<(Object, Object), ManagerError> {
        let pair: Vec<Object> = self.0.call("pop_item", [])?;
        match <[Object; 2]>::try_from(pair) {
            Ok([key, value]) => Ok((key, value)),
            Err(other) => Err(ManagerError::Unexpected { answer: other.into() }),
        }
    }

    /// Removes all keys.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let dict = manager.dict()?;
    /// dict.insert("a", 1)?;
    /// dict.clear()?;
    /// assert!(dict.is_empty()?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn clear(&self) -> Result<(), ManagerError> {
        self.0.call("clear", [])
    }

    /// All keys and values, in one round trip.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let dict = manager.dict()?;
    /// dict.insert("a", 1)?;
    /// assert_eq!(dict.to_map()?.to_string(), "{'a': 1}");
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

/// The dict itself.
struct Server(Map);

pub(super) fn new(given: &mut [Object]) -> Result<Box<dyn Shared>, RemoteError> {
    let (map,) = arguments::<(Map,)>(given)?;
    hashable(map.iter().map(|(key, _)| key))?;
    Ok(Box::new(Server(map)))
}

fn hashable<'a>(mut keys: impl Iterator<Item = &'a Object>) -> Result<(), RemoteError> {
    match keys.find(|key| !key.is_hashable()) {
        Some(key) => Err(RemoteError::Type(format!("{key} cannot be a key"))),
        None => Ok(()),
    }
}

impl Server {
    fn run(&mut self, method: &str, given: &mut [Object]) -> Result<Object, RemoteError> {
        match method {
            "len" => return Ok(self.0.len().into()),
            "to_map" => return Ok(Object::Map(self.0.clone())),
            "get" => {
                let (key,) = arguments(given)?;
                return self.0.get(&key).cloned().ok_or(RemoteError::Key(key));
            }
            "contains_key" => {
                let (key,) = arguments(given)?;
                return Ok(self.0.get(&key).is_some().into());
            }
            "remove" => {
                let (key,) = arguments(given)?;
                return self.0.remove(&key).ok_or(RemoteError::Key(key));
            }
            "pop_item" => {
                let pair = self.0.pop().ok_or(RemoteError::Key(Object::None))?;
                return Ok(vec![pair.0, pair.1].into());
            }
            "set_default" => {
                let (key, value) = arguments::<(Object, Object)>(given)?;
                hashable([&key].into_iter())?;
                if let Some(value) = self.0.get(&key) {
                    return Ok(value.clone());
                }
                self.0.insert(key, value.clone());
                return Ok(value);
            }
            "insert" => {
                let (key, value) = arguments(given)?;
                hashable([&key].into_iter())?;
                self.0.insert(key, value);
            }
            "update" => {
                let (map,) = arguments::<(Map,)>(given)?;
                hashable(map.iter().map(|(key, _)| key))?;
                map.into_iter().for_each(|(key, value)| self.0.insert(key, value));
            }
            "clear" => self.0 = Map::default(),
            _ => return no_method("dict", method),
        }
        Ok(Object::None)
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
