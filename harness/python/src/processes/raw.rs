//! Chapter 9's values and arrays without a lock, which it has by type: here by letter.

use super::item::{Element, wrong};
use super::shared::{Key, slice};
use ch09_shared_data::{Element as Type, Item, RawArray as Array, RawValue as Value};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;

/// A type of which there are raw values, as the item that Python gets.
trait Number: Type {
    /// As C converts it; `None` if it is none of its kind.
    fn of(item: Item) -> Option<Self>;
    fn item(self) -> Item;
}

macro_rules! whole_numbers {
    ($($type:ty)*) => {$(
        impl Number for $type {
            fn of(item: Item) -> Option<$type> {
                match item {
                    Item::Int(number) => Some(number as $type),
                    _ => None,
                }
            }

            fn item(self) -> Item {
                self.into()
            }
        }
    )*};
}
whole_numbers!(i8 i16 u16 i32 u32 i64 u64);

/// The byte of typecode `c`.
impl Number for u8 {
    fn of(item: Item) -> Option<u8> {
        match item {
            Item::Char(byte) => Some(byte),
            Item::Int(number) => u8::try_from(number).ok(),
            _ => None,
        }
    }

    fn item(self) -> Item {
        Item::Char(self)
    }
}

impl Number for f64 {
    fn of(item: Item) -> Option<f64> {
        match item {
            Item::Float(number) => Some(number),
            Item::Int(number) => Some(number as f64),
            _ => None,
        }
    }

    fn item(self) -> Item {
        self.into()
    }
}

fn number<T: Number>(item: Element) -> PyResult<T> {
    T::of(item.0).ok_or_else(|| wrong(format!("{} is not of this type", item.0)))
}

/// One of them, whatever its type.
trait AnyRaw: Send + Sync {
    fn len(&self) -> usize;
    fn load(&self, index: isize) -> PyResult<Item>;
    fn store(&self, index: isize, item: Element) -> PyResult<()>;
    fn load_all(&self, slice: ch09_shared_data::Slice) -> Vec<Item>;
    fn store_all(&self, slice: ch09_shared_data::Slice, items: Vec<Element>) -> PyResult<()>;
}

impl<T: Number> AnyRaw for Array<T> {
    fn len(&self) -> usize {
        Array::len(self)
    }

    fn load(&self, index: isize) -> PyResult<Item> {
        let loaded = Array::load(self, index).map(T::item);
        loaded.map_err(|error| PyIndexError::new_err(error.to_string()))
    }

    fn store(&self, index: isize, item: Element) -> PyResult<()> {
        let stored = Array::store(self, index, number(item)?);
        stored.map_err(|error| PyIndexError::new_err(error.to_string()))
    }

    fn load_all(&self, slice: ch09_shared_data::Slice) -> Vec<Item> {
        self.slice(slice).into_iter().map(T::item).collect()
    }

    fn store_all(&self, slice: ch09_shared_data::Slice, items: Vec<Element>) -> PyResult<()> {
        let items: Vec<T> = items.into_iter().map(number).collect::<PyResult<_>>()?;
        self.set_slice(slice, &items).map_err(wrong)
    }
}

fn array<T: Number>(items: Vec<Element>) -> PyResult<Box<dyn AnyRaw>> {
    let items: Vec<T> = items.into_iter().map(number).collect::<PyResult<_>>()?;
    Ok(Box::new(Array::new(items).map_err(wrong)?))
}

type Load = Box<dyn Fn() -> Item + Send + Sync>;
type Store = Box<dyn Fn(Element) -> PyResult<()> + Send + Sync>;

fn value<T: Number>(item: Element) -> PyResult<(Load, Store)> {
    let value = Value::<T>::new(number(item)?).map_err(wrong)?;
    let same = value.clone();
    let load = move || value.load().item();
    let store = move |item| {
        same.store(number(item)?);
        Ok(())
    };
    Ok((Box::new(load), Box::new(store)))
}

/// Calls `$make` with the type that a letter stands for.
macro_rules! of_letter {
    ($make:ident, $letter:expr, $argument:expr) => {
        match $letter {
            'c' => $make::<u8>($argument),
            'b' => $make::<i8>($argument),
            'h' => $make::<i16>($argument),
            'H' => $make::<u16>($argument),
            'i' => $make::<i32>($argument),
            'I' => $make::<u32>($argument),
            'l' | 'q' => $make::<i64>($argument),
            'L' | 'Q' => $make::<u64>($argument),
            'd' => $make::<f64>($argument),
            other => Err(wrong(format!("no raw numbers of typecode {other} here"))),
        }
    };
}

/// As `multiprocessing.RawValue`.
#[pyclass(frozen, weakref, module = "every_interleaving.processes")]
pub struct RawValue {
    load: Load,
    store: Store,
}

#[pymethods]
impl RawValue {
    #[new]
    fn new(letter: char, item: Element) -> PyResult<RawValue> {
        let (load, store) = of_letter!(value, letter, item)?;
        Ok(RawValue { load, store })
    }

    #[getter]
    fn value(&self) -> Element {
        Element((self.load)())
    }

    #[setter]
    fn set_value(&self, item: Element) -> PyResult<()> {
        (self.store)(item)
    }
}

/// As `multiprocessing.RawArray`.
#[pyclass(frozen, weakref, module = "every_interleaving.processes")]
pub struct RawArray {
    array: Box<dyn AnyRaw>,
}

#[pymethods]
impl RawArray {
    #[new]
    fn new(letter: char, items: Vec<Element>) -> PyResult<RawArray> {
        Ok(RawArray { array: of_letter!(array, letter, items)? })
    }

    fn __len__(&self) -> usize {
        self.array.len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, key: Key<'py>) -> PyResult<Bound<'py, PyAny>> {
        match key {
            Key::Index(index) => Element(self.array.load(index)?).into_pyobject(py),
            Key::Slice(key) => {
                let items = self.array.load_all(slice(&key)?).into_iter().map(Element);
                items.collect::<Vec<_>>().into_pyobject(py)
            }
        }
    }

    fn __setitem__(&self, key: Key<'_>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        match key {
            Key::Index(index) => self.array.store(index, value.extract()?),
            Key::Slice(key) => {
                let values = value.try_iter()?.map(|value| value?.extract());
                self.array.store_all(slice(&key)?, values.collect::<PyResult<_>>()?)
            }
        }
    }
}
