//! Objects by keys, in the order of their insertion.

use super::object::Object;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a manager's dict holds: Python's `dict`, with its order.
///
/// ```
/// use ch09_shared_data::manager::{Map, Object};
/// let map: Map = [(1.into(), "1".into()), ("2".into(), 2.into())].into_iter().collect();
/// assert_eq!(map.to_string(), "{1: '1', '2': 2}");
/// assert_eq!(map.get(&1.0.into()), Some(&Object::from("1")));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Map(IndexMap<Object, Object>);

impl Map {
    /// How many keys there are.
    ///
    /// ```
    /// # use ch09_shared_data::manager::{Map, Object};
    /// let map = Map::from_iter([("a".into(), 1.into()), ("b".into(), 2.into())]);
    /// assert_eq!(map.len(), 2);
    /// ```
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    ///
    /// ```
    /// # use ch09_shared_data::manager::{Map, Object};
    /// assert!(Map::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a key.
    ///
    /// ```
    /// # use ch09_shared_data::manager::{Map, Object};
    /// let map = Map::from_iter([("a".into(), 1.into())]);
    /// assert_eq!(map.get(&"a".into()), Some(&1.into()));
    /// ```
    pub fn get(&self, key: &Object) -> Option<&Object> {
        self.0.get(key)
    }

    /// Keys and values in order.
    ///
    /// ```
    /// # use ch09_shared_data::manager::{Map, Object};
    /// let map = Map::from_iter([("b".into(), 1.into()), ("a".into(), 2.into())]);
    /// let keys: Vec<_> = map.iter().map(|(key, _)| key.to_string()).collect();
    /// assert_eq!(keys, ["'b'", "'a'"], "in the order in which they came");
    /// ```
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Object, &Object)> {
        self.0.iter()
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut Object> {
        self.0.values_mut()
    }

    /// As in Python, a key that is there already keeps its place.
    pub(super) fn insert(&mut self, key: Object, value: Object) {
        self.0.insert(key, value);
    }

    pub(super) fn remove(&mut self, key: &Object) -> Option<Object> {
        self.0.shift_remove(key)
    }

    pub(super) fn pop(&mut self) -> Option<(Object, Object)> {
        self.0.pop()
    }
}

impl FromIterator<(Object, Object)> for Map {
    fn from_iter<I: IntoIterator<Item = (Object, Object)>>(pairs: I) -> Map {
        Map(pairs.into_iter().collect())
    }
}

impl IntoIterator for Map {
    type Item = (Object, Object);
    type IntoIter = indexmap::map::IntoIter<Object, Object>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("{")?;
        for (i, (key, value)) in self.0.iter().enumerate() {
            let separator = if i == 0 { "" } else { ", " };
            write!(f, "{separator}{key}: {value}")?;
        }
        f.write_str("}")
    }
}
