//! A list.

use super::{proxy_type, ready};
use crate::manager::error::{ManagerError, RemoteError};
use crate::manager::object::Object;
use crate::manager::proxy::Proxy;
use crate::manager::shared::{Caller, Shared, arguments, no_method};
use crate::slice::position;
use std::task::Poll;

proxy_type! {
    /// A list in a manager (Python's `manager.list()`).
    ///
    /// Every method is one round trip, [`to_vec`](List::to_vec) and
    /// [`extend`](List::extend) included: use these where Python would loop
    /// over the proxy. What [`get`](List::get) returns is a copy; to change
    /// something inside a list, put a proxy into it.
    List, "list"
}

impl List {
    /// How many elements there are.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let list = manager.list([3, 1, 2])?;
    /// assert_eq!(list.len()?, 3);
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
    /// # let list = manager.list([3, 1, 2])?;
    /// assert!(!list.is_empty()?);
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

    /// An element; a negative index counts from the end.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let list = manager.list([3, 1, 2])?;
    /// assert_eq!(list.get(-1)?, 2.into());
    /// assert!(list.get(3).is_err());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Index`] if there is none.
    pub fn get(&self, index: isize) -> Result<Object, ManagerError> {
        self.0.call("get", [index.into()])
    }

    /// Replaces an element.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let list = manager.list([3, 1, 2])?;
    /// list.set(0, "three")?;
    /// assert_eq!(list.get(0)?, "three".into());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Index`] if there is none.
    pub fn set(&self, index: isize, object: impl Into<Object>) -> Result<(), ManagerError> {
        self.0.call("set", [index.into(), object.into()])
    }

    /// Adds an element at the end.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let list = manager.list([3, 1, 2])?;
    /// list.append(4)?;
    /// assert_eq!(list.get(-1)?, 4.into());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn append(&self, object: impl Into<Object>) -> Result<(), ManagerError> {
        self.0.call("append", [object.into()])
    }

    /// Adds all of these at the end.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let list = manager.list([3, 1, 2])?;
    /// list.extend([5, 6])?;
    /// assert_eq!(list.len()?, 5);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn extend<I>(&self, objects: I) -> Result<(), ManagerError>
    where
        I: IntoIterator<Item: Into<Object>>,
    {
        self.0.call("extend", [objects.into_iter().map(Into::into).collect::<Vec<_>>().into()])
    }

    /// Puts an element before the one at `index`; outside, at the nearer end.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let list = manager.list([3, 1, 2])?;
    /// list.insert(0, 9)?;
    /// assert_eq!(list.get(0)?, 9.into());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn insert(&self, index: isize, object: impl Into<Object>) -> Result<(), ManagerError> {
        self.0.call("insert", [index.into(), object.into()])
    }

    /// Removes an element and returns it.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let list = manager.list([3, 1, 2])?;
    /// assert_eq!(list.pop(0)?, 3.into());
    /// assert_eq!(list.len()?, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Index`] if there is none.
    pub fn pop(&self, index: isize) -> Result<Object, ManagerError> {
        self.0.call("pop", [index.into()])
    }

    /// Removes the first element that equals `object`.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let list = manager.list([3, 1, 2])?;
    /// list.remove(1)?;
    /// assert_eq!(list.to_vec()?, [3.into(), 2.into()]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Value`] if none does.
    pub fn remove(&self, object: impl Into<Object>) -> Result<(), ManagerError> {
        self.0.call("remove", [object.into()])
    }

    /// Where the first element is that equals `object`.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let list = manager.list([3, 1, 2])?;
    /// assert_eq!(list.index(2)?, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Value`] if none does.
    pub fn index(&self, object: impl Into<Object>) -> Result<usize, ManagerError> {
        self.0.call("index", [object.into()])
    }

    /// How many elements equal `object`.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let list = manager.list([3, 1, 2])?;
    /// assert_eq!((list.count(1)?, list.count(7)?), (1, 0));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn count(&self, object: impl Into<Object>) -> Result<usize, ManagerError> {
        self.0.call("count", [object.into()])
    }

    /// Turns the order round.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let list = manager.list([3, 1, 2])?;
    /// list.reverse()?;
    /// assert_eq!(list.get(0)?, 2.into());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn reverse(&self) -> Result<(), ManagerError> {
        self.0.call("reverse", [])
    }

    /// Sorts the elements; equal ones stay in order.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let list = manager.list([3, 1, 2])?;
    /// list.sort()?;
    /// assert_eq!(list.to_vec()?, [1, 2, 3].map(Into::into));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Type`] if two cannot be compared.
    pub fn sort(&self) -> Result<(), ManagerError> {
        self.0.call("sort", [])
    }

    /// Removes all elements.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let list = manager.list([3, 1, 2])?;
    /// list.clear()?;
    /// assert!(list.is_empty()?);
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

    /// All elements, in one round trip.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::Manager;
    /// # let manager = Manager::start()?;
    /// # let list = manager.list([3, 1, 2])?;
    /// assert_eq!(list.to_vec()?, [3, 1, 2].map(Into::into));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn to_vec(&self) -> Result<Vec<Object>, ManagerError> {
        self.0.call("to_vec", [])
    }
}

/// The list itself.
#[derive(Default)]
pub(super) struct Server(Vec<Object>);

pub(super) fn new(given: &mut [Object]) -> Result<Box<dyn Shared>, RemoteError> {
    let (objects,) = arguments(given)?;
    Ok(Box::new(Server(objects)))
}

impl Server {
    fn at(&self, index: isize) -> Result<usize, RemoteError> {
        let len = self.0.len();
        position(index, len)
            .map_err(|_| RemoteError::Index { index: index as i64, len: len as u64 })
    }

    fn find(&self, object: &Object) -> Result<usize, RemoteError> {
        let found = self.0.iter().position(|element| element == object);
        found.ok_or_else(|| RemoteError::Value(format!("{object} is not in the list")))
    }

    fn run(&mut self, method: &str, given: &mut [Object]) -> Result<Object, RemoteError> {
        match method {
            "len" => return Ok(self.0.len().into()),
            "to_vec" => return Ok(Object::List(self.0.clone())),
            "get" => {
                let (index,) = arguments(given)?;
                return Ok(self.0[self.at(index)?].clone());
            }
            "pop" => {
                let (index,) = arguments(given)?;
                return Ok(self.0.remove(self.at(index)?));
            }
            "index" => {
                let (object,) = arguments::<(Object,)>(given)?;
                return self.find(&object).map(Object::from);
            }
            "count" => {
                let (object,) = arguments::<(Object,)>(given)?;
                return Ok(self.0.iter().filter(|element| **element == object).count().into());
            }
            "set" => {
                let (index, object) = arguments(given)?;
                let at = self.at(index)?;
                self.0[at] = object;
            }
            "append" => {
                let (object,) = arguments(given)?;
                self.0.push(object);
            }
            "extend" => {
                let (objects,) = arguments::<(Vec<Object>,)>(given)?;
                self.0.extend(objects);
            }
            "insert" => {
                let (index, object) = arguments::<(isize, Object)>(given)?;
                let len = self.0.len();
                let at = if index < 0 { len.saturating_add_signed(index) } else { index as usize };
                self.0.insert(at.min(len), object);
            }
            "remove" => {
                let (object,) = arguments::<(Object,)>(given)?;
                self.0.remove(self.find(&object)?);
            }
            "reverse" => self.0.reverse(),
            "sort" => self.sort()?,
            "clear" => self.0.clear(),
            _ => return no_method("list", method),
        }
        Ok(Object::None)
    }

    fn sort(&mut self) -> Result<(), RemoteError> {
        let mut unlike = None;
        let mut sorted = self.0.clone();
        sorted.sort_by(|a, b| {
            if !a.is_comparable(b) {
                unlike.get_or_insert_with(|| format!("{a} cannot be compared with {b}"));
            }
            a.total_order(b)
        });
        match unlike {
            Some(what) => Err(RemoteError::Type(what)),
            None => {
                self.0 = sorted;
                Ok(())
            }
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
