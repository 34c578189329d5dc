//! Documents: values of Python on their way in and out.

use hedgerow::config::{Document, MAX_DEPTH};
use hedgerow::{Config, Seed};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyMapping, PyNone, PyString, PyTuple};
use serde::{Deserialize, Serialize};

use super::error;

/// A value as a document.
pub(crate) fn read(value: &Bound<'_, PyAny>) -> PyResult<Document> {
    read_within(value, MAX_DEPTH)
}

/// A configuration out of its document.
pub(crate) fn config(value: &Bound<'_, PyAny>) -> PyResult<Config> {
    Config::from_document(&read(value)?).map_err(|found| error::config(value.py(), &found))
}

/// A document as plain values.
pub(crate) fn show<'py>(py: Python<'py>, document: &Document) -> PyResult<Bound<'py, PyAny>> {
    Ok(match document {
        Document::Null => PyNone::get(py).to_owned().into_any(),
        Document::Bool(value) => PyBool::new(py, *value).to_owned().into_any(),
        Document::Integer(value) => value.into_pyobject(py)?.into_any(),
        Document::Negative(value) => value.into_pyobject(py)?.into_any(),
        Document::Decimal(value) => PyFloat::new(py, *value).into_any(),
        Document::Text(text) => PyString::new(py, text).into_any(),
        Document::List(values) => {
            let list = PyList::empty(py);
            for value in values {
                list.append(show(py, value)?)?;
            }
            list.into_any()
        }
        Document::Map(entries) => {
            let map = PyDict::new(py);
            for (name, value) in entries {
                map.set_item(name, show(py, value)?)?;
            }
            map.into_any()
        }
    })
}

/// Anything that has the form of a document, as plain values.
pub(crate) fn show_any<'py>(py: Python<'py>, what: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    let document = serde_json::to_value(what).and_then(Document::deserialize);
    show(py, &document.map_err(|found| error::invalid(py, &found.to_string()))?)
}

/// A seed out of its 32 bytes.
pub(crate) fn seed(py: Python<'_>, bytes: &[u8]) -> PyResult<Seed> {
    Seed::from_slice(bytes).map_err(|found| error::invalid(py, &found.to_string()))
}

/// The canonical configuration of a document: every field present, compact JSON.
#[pyfunction]
#[pyo3(signature = (document, /))]
pub(crate) fn config_json(document: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(config(document)?.to_json())
}

/// The hash of the canonical configuration, 16 hex digits.
#[pyfunction]
#[pyo3(signature = (document, /))]
pub(crate) fn config_hash(document: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(format!("{:016x}", config(document)?.canonical_hash()))
}

/// Reads one value that may nest `depth` levels further.
fn read_within(value: &Bound<'_, PyAny>, depth: u8) -> PyResult<Document> {
    // A truth value is a whole number in Python, so it is asked for first.
    if value.is_none() {
        Ok(Document::Null)
    } else if let Ok(value) = value.cast::<PyBool>() {
        Ok(value.is_true().into())
    } else if value.is_instance_of::<PyInt>() {
        whole(value)
    } else if let Ok(value) = value.cast::<PyFloat>() {
        Ok(value.value().into())
    } else if let Ok(value) = value.cast::<PyString>() {
        Ok(value.to_cow()?.as_ref().into())
    } else {
        let inner = depth.checked_sub(1);
        let inner = inner.ok_or_else(|| error::document(value.py(), "nested too deeply"))?;
        nested(value, inner)
    }
}

fn nested(value: &Bound<'_, PyAny>, depth: u8) -> PyResult<Document> {
    if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        let values = value.try_iter()?.map(|value| read_within(&value?, depth));
        return Ok(Document::List(values.collect::<PyResult<_>>()?));
    }
    let Ok(map) = value.cast::<PyMapping>() else {
        let text = "not null, a truth value, a number, a text, a list or a map";
        return Err(error::document(value.py(), text));
    };
    let mut entries = Vec::new();
    for entry in map.items()? {
        let (name, value) = entry.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
        let Ok(name) = name.cast::<PyString>() else {
            return Err(error::document(value.py(), "a name is a text"));
        };
        entries.push((name.to_cow()?.into_owned(), read_within(&value, depth)?));
    }
    Ok(Document::Map(entries))
}

/// A whole number; one too large for any field is told by its size alone, as a float.
fn whole(value: &Bound<'_, PyAny>) -> PyResult<Document> {
    if let Ok(number) = value.extract::<u64>() {
        return Ok(number.into());
    }
    if let Ok(number) = value.extract::<i64>() {
        return Ok(number.into());
    }
    let sign = if value.lt(0)? { f64::NEG_INFINITY } else { f64::INFINITY };
    Ok(value.extract::<f64>().unwrap_or(sign).into())
}
