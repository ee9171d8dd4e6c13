//! A number, and an array of numbers, with a typecode.

use super::{proxy_type, ready};
use crate::item::Item;
use crate::manager::error::{ManagerError, RemoteError};
use crate::manager::object::Object;
use crate::manager::proxy::Proxy;
use crate::manager::shared::{Caller, Shared, arguments, no_method};
use crate::slice::position;
use crate::typecode::Typecode;
use std::task::Poll;

proxy_type! {
    /// One item in a manager (Python's `manager.Value()`). Unlike Python's, it
    /// holds to its typecode.
    ///
    /// To add to it, hold a [`Lock`](super::Lock) over the `get` and the `set`.
    Value, "Value"
}

impl Value {
    /// The item.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::{Item, Manager, Typecode};
    /// # let manager = Manager::start()?;
    /// let n = manager.value(Typecode::Int, 7)?;
    /// assert_eq!(n.get()?, Item::Int(7));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`], as with every method of a proxy.
    pub fn get(&self) -> Result<Item, ManagerError> {
        let object: Object = self.0.call("get", [0_isize.into()])?;
        Item::try_from(object).map_err(|answer| ManagerError::Unexpected { answer })
    }

    /// Replaces the item.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::{Item, Manager, Typecode};
    /// # let manager = Manager::start()?;
    /// let byte = manager.value(Typecode::UnsignedChar, 0)?;
    /// byte.set(257)?;
    /// assert_eq!(byte.get()?, Item::Int(1), "as in C");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Type`] if it does not fit the typecode.
    pub fn set(&self, item: impl Into<Item>) -> Result<(), ManagerError> {
        self.0.call("set", [0_isize.into(), item.into().into()])
    }
}

proxy_type! {
    /// An array of fixed length in a manager (Python's `manager.Array()`).
    Array, "Array"
}

impl Array {
    /// How many elements there are.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::{Item, Manager, Typecode};
    /// # let manager = Manager::start()?;
    /// assert_eq!(manager.array(Typecode::Double, [0.5, 1.5])?.len()?, 2);
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
    /// # use ch09_shared_data::{Item, Manager, Typecode};
    /// # let manager = Manager::start()?;
    /// assert!(manager.array::<[i32; 0]>(Typecode::Int, [])?.is_empty()?);
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
    /// # use ch09_shared_data::{Item, Manager, Typecode};
    /// # let manager = Manager::start()?;
    /// assert_eq!(manager.array(Typecode::Int, [1, 2])?.get(-1)?, Item::Int(2));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Index`] if there is none.
    pub fn get(&self, index: isize) -> Result<Item, ManagerError> {
        let object: Object = self.0.call("get", [index.into()])?;
        Item::try_from(object).map_err(|answer| ManagerError::Unexpected { answer })
    }

    /// Replaces an element.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::{Item, Manager, Typecode};
    /// # let manager = Manager::start()?;
    /// let numbers = manager.array(Typecode::Int, [1, 2])?;
    /// numbers.set(0, 9)?;
    /// assert_eq!(numbers.get(0)?, Item::Int(9));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`RemoteError::Index`] if there is none, [`RemoteError::Type`] if the
    /// item does not fit the typecode.
    pub fn set(&self, index: isize, item: impl Into<Item>) -> Result<(), ManagerError> {
        self.0.call("set", [index.into(), item.into().into()])
    }

    /// All elements, in one round trip.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # ch08_multiprocessing::init();
    /// # use ch09_shared_data::{Item, Manager, Typecode};
    /// # let manager = Manager::start()?;
    /// let numbers = manager.array(Typecode::Int, [1, 2])?;
    /// assert_eq!(numbers.to_vec()?, [Item::Int(1), Item::Int(2)]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagerError`].
    pub fn to_vec(&self) -> Result<Vec<Item>, ManagerError> {
        let objects: Vec<Object> = self.0.call("to_vec", [])?;
        let items = objects.into_iter().map(Item::try_from).collect::<Result<_, _>>();
        items.map_err(|answer| ManagerError::Unexpected { answer })
    }
}

/// The items themselves; a value is an array of one.
struct Server {
    typecode: Typecode,
    items: Vec<Item>,
}

pub(super) fn new(given: &mut [Object]) -> Result<Box<dyn Shared>, RemoteError> {
    let (letter, objects) = arguments::<(String, Vec<Object>)>(given)?;
    let typecode = letter
        .parse()
        .ok()
        .and_then(|letter: char| Typecode::try_from(letter).ok())
        .ok_or_else(|| RemoteError::Type(format!("{letter} is no typecode")))?;
    let items =
        objects.into_iter().map(|object| fit(object, typecode)).collect::<Result<_, _>>()?;
    Ok(Box::new(Server { typecode, items }))
}

/// The item as it is after it was stored in an element of this type.
fn fit(object: Object, typecode: Typecode) -> Result<Item, RemoteError> {
    let item = Item::try_from(object)
        .map_err(|object| RemoteError::Type(format!("{object} is not a number or a character")))?;
    let bits = item.to_bits(typecode).map_err(|error| RemoteError::Type(error.to_string()))?;
    Ok(Item::from_bits(bits, typecode))
}

impl Server {
    fn at(&self, index: isize) -> Result<usize, RemoteError> {
        let len = self.items.len();
        position(index, len)
            .map_err(|_| RemoteError::Index { index: index as i64, len: len as u64 })
    }

    fn run(&mut self, method: &str, given: &mut [Object]) -> Result<Object, RemoteError> {
        match method {
            "len" => Ok(self.items.len().into()),
            "to_vec" => Ok(self.items.clone().into()),
            "get" => {
                let (index,) = arguments(given)?;
                Ok(self.items[self.at(index)?].into())
            }
            "set" => {
                let (index, object) = arguments(given)?;
                let at = self.at(index)?;
                self.items[at] = fit(object, self.typecode)?;
                Ok(Object::None)
            }
            _ => no_method("Array", method),
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
