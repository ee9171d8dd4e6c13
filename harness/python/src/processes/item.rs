//! A number, a byte or a character, there and back.

use ch09_shared_data::{Item, Typecode};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyString};

/// One element of an array or a value.
pub struct Element(pub Item);

impl<'py> FromPyObject<'_, 'py> for Element {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Element> {
        let item = if object.is_instance_of::<PyBool>() || object.is_instance_of::<PyInt>() {
            Item::Int(object.extract()?)
        } else if object.is_instance_of::<PyFloat>() {
            Item::Float(object.extract()?)
        } else if let Ok(&[byte]) = object.extract::<&[u8]>() {
            Item::Char(byte)
        } else if object.is_instance_of::<PyString>() {
            Item::Unicode(object.extract()?)
        } else {
            return Err(PyTypeError::new_err("neither a number, nor a byte, nor a character"));
        };
        Ok(Element(item))
    }
}

impl<'py> IntoPyObject<'py> for Element {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(match self.0 {
            Item::Int(number) => number.into_pyobject(py)?.into_any(),
            Item::Float(number) => number.into_pyobject(py)?.into_any(),
            Item::Char(byte) => PyBytes::new(py, &[byte]).into_any(),
            Item::Unicode(char) => char.into_pyobject(py)?.into_any(),
        })
    }
}

pub fn typecode(letter: char) -> PyResult<Typecode> {
    Typecode::try_from(letter).map_err(wrong)
}

pub fn wrong(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}
