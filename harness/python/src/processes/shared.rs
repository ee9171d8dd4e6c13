//! Chapter 9's values and arrays of a type chosen at run time, each with its lock.

use super::item::{Element, typecode, wrong};
use super::rlock::RLock;
use crate::interpreter::detached;
use ch09_shared_data::{AnyArray, AnyValue, Slice};
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::PySlice;

/// As `multiprocessing.Value`.
#[pyclass(frozen, weakref, module = "every_interleaving.processes")]
pub struct Value {
    value: AnyValue,
}

#[pymethods]
impl Value {
    #[new]
    fn new(letter: char, value: Element) -> PyResult<Value> {
        Ok(Value { value: AnyValue::new(typecode(letter)?, value.0).map_err(wrong)? })
    }

    #[getter]
    fn value(&self, py: Python<'_>) -> PyResult<Element> {
        detached(py, || self.value.get()).map(Element)
    }

    #[setter]
    fn set_value(&self, py: Python<'_>, value: Element) -> PyResult<()> {
        detached(py, || self.value.set(value.0))?.map_err(wrong)
    }

    fn get_lock(&self) -> RLock {
        RLock { lock: self.value.get_lock().clone() }
    }
}

/// As `multiprocessing.Array`.
#[pyclass(frozen, weakref, module = "every_interleaving.processes")]
pub struct Array {
    array: AnyArray,
}

/// What stands between the brackets.
#[derive(FromPyObject)]
pub enum Key<'py> {
    Index(isize),
    Slice(Bound<'py, PySlice>),
}

/// The slice as it was written: ours clips it, as Python does.
pub fn slice(slice: &Bound<'_, PySlice>) -> PyResult<Slice> {
    let step: Option<isize> = slice.getattr("step")?.extract()?;
    if step == Some(0) {
        return Err(wrong("slice step cannot be zero"));
    }
    let [start, stop] = ["start", "stop"].map(|end| slice.getattr(end)?.extract());
    Ok(Slice::new(start?, stop?, step.unwrap_or(1)))
}

#[pymethods]
impl Array {
    #[new]
    fn new(letter: char, items: Vec<Element>) -> PyResult<Array> {
        let items = items.into_iter().map(|item| item.0);
        Ok(Array { array: AnyArray::new(typecode(letter)?, items).map_err(wrong)? })
    }

    #[staticmethod]
    fn zeroed(letter: char, len: usize) -> PyResult<Array> {
        Ok(Array { array: AnyArray::zeroed(typecode(letter)?, len).map_err(wrong)? })
    }

    fn __len__(&self) -> usize {
        self.array.len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, key: Key<'py>) -> PyResult<Bound<'py, PyAny>> {
        match key {
            Key::Index(index) => {
                let item = detached(py, || self.array.get(index))?;
                let item = item.map_err(|error| PyIndexError::new_err(error.to_string()))?;
                Element(item).into_pyobject(py)
            }
            Key::Slice(key) => {
                let key = slice(&key)?;
                let items = detached(py, || self.array.slice(key))?;
                let items: Vec<Element> = items.into_iter().map(Element).collect();
                items.into_pyobject(py)
            }
        }
    }

    fn __setitem__(&self, py: Python<'_>, key: Key<'_>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        match key {
            Key::Index(index) => {
                let value: Element = value.extract()?;
                detached(py, || self.array.set(index, value.0))?.map_err(wrong)
            }
            Key::Slice(key) => {
                let key = slice(&key)?;
                let values = value.try_iter()?.map(|value| value?.extract());
                let values: Vec<Element> = values.collect::<PyResult<_>>()?;
                let values = values.into_iter().map(|value| value.0).collect::<Vec<_>>();
                detached(py, || self.array.set_slice(key, values))?.map_err(wrong)
            }
        }
    }

    fn get_lock(&self) -> RLock {
        RLock { lock: self.array.get_lock().clone() }
    }
}
