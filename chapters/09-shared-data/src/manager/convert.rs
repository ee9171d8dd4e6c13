//! Rust's types into objects and back.

use super::map::Map;
use super::object::Object;
use crate::item::Item;

macro_rules! whole_numbers {
    ($($type:ty)*) => {$(
        impl From<$type> for Object {
            fn from(number: $type) -> Object {
                Object::Int(number.into())
            }
        }

        impl TryFrom<Object> for $type {
            type Error = Object;

            fn try_from(object: Object) -> Result<$type, Object> {
                match object {
                    Object::Int(number) => number.try_into().map_err(|_| object),
                    other => Err(other),
                }
            }
        }
    )*};
}
whole_numbers!(i8 u8 i16 u16 i32 u32 i64 u64 i128);

macro_rules! as_they_are {
    ($($type:ty, $variant:ident;)*) => {$(
        impl From<$type> for Object {
            fn from(value: $type) -> Object {
                Object::$variant(value)
            }
        }

        impl TryFrom<Object> for $type {
            type Error = Object;

            fn try_from(object: Object) -> Result<$type, Object> {
                match object {
                    Object::$variant(value) => Ok(value),
                    other => Err(other),
                }
            }
        }
    )*};
}
as_they_are! {
    bool, Bool;
    f64, Float;
    String, Str;
    Map, Map;
}

impl TryFrom<Object> for usize {
    type Error = Object;

    fn try_from(object: Object) -> Result<usize, Object> {
        match object {
            Object::Int(number) => number.try_into().map_err(|_| object),
            other => Err(other),
        }
    }
}

impl TryFrom<Object> for isize {
    type Error = Object;

    fn try_from(object: Object) -> Result<isize, Object> {
        match object {
            Object::Int(number) => number.try_into().map_err(|_| object),
            other => Err(other),
        }
    }
}

impl From<usize> for Object {
    fn from(number: usize) -> Object {
        Object::Int(number as i128)
    }
}

impl From<isize> for Object {
    fn from(number: isize) -> Object {
        Object::Int(number as i128)
    }
}

/// An object is an object: that conversion cannot fail.
impl From<std::convert::Infallible> for Object {
    fn from(never: std::convert::Infallible) -> Object {
        match never {}
    }
}

impl From<()> for Object {
    fn from(_: ()) -> Object {
        Object::None
    }
}

impl TryFrom<Object> for () {
    type Error = Object;

    fn try_from(object: Object) -> Result<(), Object> {
        match object {
            Object::None => Ok(()),
            other => Err(other),
        }
    }
}

impl From<&str> for Object {
    fn from(text: &str) -> Object {
        Object::Str(text.to_owned())
    }
}

impl<T: Into<Object>> From<Vec<T>> for Object {
    fn from(values: Vec<T>) -> Object {
        Object::List(values.into_iter().map(Into::into).collect())
    }
}

impl TryFrom<Object> for Vec<Object> {
    type Error = Object;

    fn try_from(object: Object) -> Result<Vec<Object>, Object> {
        match object {
            Object::List(objects) => Ok(objects),
            other => Err(other),
        }
    }
}

impl From<Item> for Object {
    fn from(item: Item) -> Object {
        match item {
            Item::Int(number) => Object::Int(number),
            Item::Float(number) => Object::Float(number),
            Item::Char(byte) => Object::Bytes(vec![byte]),
            Item::Unicode(char) => Object::Str(char.into()),
        }
    }
}

impl TryFrom<Object> for Item {
    type Error = Object;

    fn try_from(object: Object) -> Result<Item, Object> {
        match &object {
            Object::Bool(value) => Ok(Item::Int((*value).into())),
            Object::Int(number) => Ok(Item::Int(*number)),
            Object::Float(number) => Ok(Item::Float(*number)),
            Object::Bytes(bytes) if bytes.len() == 1 => Ok(Item::Char(bytes[0])),
            Object::Str(text) => {
                let mut chars = text.chars();
                match (chars.next(), chars.next()) {
                    (Some(char), None) => Ok(Item::Unicode(char)),
                    _ => Err(object),
                }
            }
            _ => Err(object),
        }
    }
}
