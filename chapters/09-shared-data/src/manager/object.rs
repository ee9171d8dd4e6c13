//! A value of any shape, as a manager stores it and as it travels.

use super::map::Map;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::any::Any;
use std::cell::Cell;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A value whose type is known at run time only: what a manager's dict and
/// list hold.
///
/// Made of Rust's own types with `into`, and taken apart with `try_into`.
/// `Display` writes it as Python's `repr` does. As in Python, numbers are
/// equal by their value: `1`, `1.0` and `true` are the same key of a dict.
///
/// ```
/// use ch09_shared_data::manager::Object;
/// let list: Object = vec![1, 2].into();
/// assert_eq!(list.to_string(), "[1, 2]");
/// assert_eq!(Object::from(1), Object::from(1.0));
/// assert_eq!(i64::try_from(Object::from(7)), Ok(7));
/// assert_eq!(i64::try_from(Object::from("7")), Err(Object::from("7")));
/// ```
#[derive(Debug, Clone, Default, Serialize)]
pub enum Object {
    /// Python's `None`, Rust's `()`.
    #[default]
    None,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A number with a fraction.
    Float(f64),
    /// Text.
    Str(String),
    /// Bytes.
    Bytes(#[serde(with = "serde_bytes")] Vec<u8>),
    /// Several values in order.
    List(Vec<Object>),
    /// Values by keys, in the order in which they were inserted.
    Map(Map),
    /// Another object of the same manager.
    Proxy(Handle),
}

/// Says which object of a manager is meant, and keeps it there for as long as
/// the handle exists.
#[derive(Clone, Serialize, Deserialize)]
pub struct Handle {
    pub(super) id: u64,
    pub(super) type_name: String,
    /// In the manager, a token of the object; in a client, its reference. A
    /// handle that arrived by another way has none, and nobody may use it.
    #[serde(skip)]
    pub(super) keep: Option<Arc<dyn Any + Send + Sync>>,
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} {}>", self.type_name, self.id)
    }
}

/// Objects in one another, at most this deep: a frame of a few bytes for each
/// level must not overflow the stack of whoever decodes it.
pub(super) const MAX_DEPTH: u32 = 128;

/// How many of them a client may send: what it is kept in, and comes back in, adds to them.
pub(super) const MAX_DEPTH_SENT: u32 = 120;

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object, D::Error> {
        /// The same variants; those inside are decoded as `Object`s again.
        #[derive(Deserialize)]
        enum Shallow {
            None,
            Bool(bool),
            Int(i128),
            Float(f64),
            Str(String),
            Bytes(#[serde(with = "serde_bytes")] Vec<u8>),
            List(Vec<Object>),
            Map(Map),
            Proxy(Handle),
        }
        thread_local! {
            static DEPTH: Cell<u32> = const { Cell::new(0) };
        }
        struct Level;
        impl Drop for Level {
            fn drop(&mut self) {
                DEPTH.set(DEPTH.get() - 1);
            }
        }
        DEPTH.set(DEPTH.get() + 1);
        let _level = Level;
        if DEPTH.get() > MAX_DEPTH {
            return Err(de::Error::custom("objects are nested too deeply"));
        }
        Ok(match Shallow::deserialize(deserializer)? {
            Shallow::None => Object::None,
            Shallow::Bool(x) => Object::Bool(x),
            Shallow::Int(x) => Object::Int(x),
            Shallow::Float(x) => Object::Float(x),
            Shallow::Str(x) => Object::Str(x),
            Shallow::Bytes(x) => Object::Bytes(x),
            Shallow::List(x) => Object::List(x),
            Shallow::Map(x) => Object::Map(x),
            Shallow::Proxy(x) => Object::Proxy(x),
        })
    }
}

impl Object {
    /// Whether it can be a key of a dict.
    ///
    /// ```
    /// use ch09_shared_data::manager::Object;
    /// assert!(Object::from("a").is_hashable());
    /// assert!(!Object::List(vec![]).is_hashable());
    /// ```
    pub fn is_hashable(&self) -> bool {
        !matches!(self, Object::List(_) | Object::Map(_) | Object::Proxy(_))
    }

    /// Whether one of the two comes first: numbers and numbers, and otherwise
    /// like and like. A NaN comes neither before nor after anything.
    pub(super) fn is_comparable(&self, other: &Object) -> bool {
        match (self, other) {
            (Object::Str(_), Object::Str(_)) | (Object::Bytes(_), Object::Bytes(_)) => true,
            (Object::List(a), Object::List(b)) => {
                a.iter().zip(b).find(|(a, b)| a != b).is_none_or(|(a, b)| a.is_comparable(b))
            }
            _ => [self, other]
                .iter()
                .all(|object| object.number().is_some_and(|number| !number.float().is_nan())),
        }
    }

    /// An order of all objects, which is the right one of those that are
    /// comparable.
    pub(super) fn total_order(&self, other: &Object) -> Ordering {
        let rank = |object: &Object| match object {
            Object::Str(_) => 1,
            Object::Bytes(_) => 2,
            Object::List(_) => 3,
            Object::None | Object::Map(_) | Object::Proxy(_) => 4,
            Object::Bool(_) | Object::Int(_) | Object::Float(_) => 0,
        };
        match (self, other) {
            (Object::Str(a), Object::Str(b)) => a.cmp(b),
            (Object::Bytes(a), Object::Bytes(b)) => a.cmp(b),
            (Object::List(a), Object::List(b)) => {
                let different = a.iter().zip(b).find(|(a, b)| a != b);
                different.map_or(a.len().cmp(&b.len()), |(a, b)| a.total_order(b))
            }
            _ => match (self.number(), other.number()) {
                (Some(Number::Int(a)), Some(Number::Int(b))) => a.cmp(&b),
                (Some(a), Some(b)) => a.float().total_cmp(&b.float()),
                _ => rank(self).cmp(&rank(other)),
            },
        }
    }

    fn number(&self) -> Option<Number> {
        match *self {
            Object::Bool(x) => Some(Number::Int(x.into())),
            Object::Int(x) => Some(Number::Int(x)),
            Object::Float(x) if x as i128 as f64 == x && x.abs() < 2_f64.powi(126) => {
                Some(Number::Int(x as i128))
            }
            Object::Float(x) => Some(Number::Float(x)),
            _ => None,
        }
    }

    /// Calls `visit` with every handle in it.
    /// Whether it has more levels than `most`, of which a number or a text has one.
    pub(super) fn is_deeper_than(&self, most: u32) -> bool {
        let within = |object: &Object| object.is_deeper_than(most - 1);
        match self {
            _ if most == 0 => true,
            Object::List(objects) => objects.iter().any(within),
            Object::Map(map) => map.iter().any(|(key, value)| within(key) || within(value)),
            _ => false,
        }
    }

    pub(super) fn visit_handles(&mut self, visit: &mut impl FnMut(&mut Handle)) {
        match self {
            Object::Proxy(handle) => visit(handle),
            Object::List(objects) => objects.iter_mut().for_each(|o| o.visit_handles(visit)),
            Object::Map(map) => map.values_mut().for_each(|o| o.visit_handles(visit)),
            _ => {}
        }
    }
}

/// A number in the form in which it is compared: whole if it has no fraction.
enum Number {
    Int(i128),
    Float(f64),
}

impl Number {
    fn float(&self) -> f64 {
        match *self {
            Number::Int(x) => x as f64,
            Number::Float(x) => x,
        }
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Object) -> bool {
        match (self, other) {
            (Object::None, Object::None) => true,
            (Object::Str(a), Object::Str(b)) => a == b,
            (Object::Bytes(a), Object::Bytes(b)) => a == b,
            (Object::List(a), Object::List(b)) => a == b,
            (Object::Map(a), Object::Map(b)) => a == b,
            (Object::Proxy(a), Object::Proxy(b)) => a.id == b.id,
            _ => match (self.number(), other.number()) {
                (Some(Number::Int(a)), Some(Number::Int(b))) => a == b,
                // By bits: a NaN must be found again under its key.
                (Some(Number::Float(a)), Some(Number::Float(b))) => a.to_bits() == b.to_bits(),
                _ => false,
            },
        }
    }
}

impl Eq for Object {}

impl Hash for Object {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match (self, self.number()) {
            (_, Some(Number::Int(x))) => x.hash(state),
            (_, Some(Number::Float(x))) => x.to_bits().hash(state),
            (Object::Str(x), _) => x.hash(state),
            (Object::Bytes(x), _) => x.hash(state),
            _ => std::mem::discriminant(self).hash(state),
        }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Object::None => f.write_str("None"),
            Object::Bool(true) => f.write_str("True"),
            Object::Bool(false) => f.write_str("False"),
            Object::Int(x) => write!(f, "{x}"),
            Object::Float(x) => crate::repr::float(f, *x),
            Object::Str(x) => crate::repr::text(f, x),
            Object::Bytes(x) => crate::repr::bytes(f, x),
            Object::List(objects) => {
                f.write_str("[")?;
                for (i, object) in objects.iter().enumerate() {
                    let separator = if i == 0 { "" } else { ", " };
                    write!(f, "{separator}{object}")?;
                }
                f.write_str("]")
            }
            Object::Map(map) => write!(f, "{map}"),
            Object::Proxy(handle) => write!(f, "{handle:?}"),
        }
    }
}
