//! Errors as Python knows them: classes of `hedgerow._errors`, found there when the first one is raised.

use hedgerow::ConfigError;
use pyo3::call::PyCallArgs;
use pyo3::prelude::*;

/// A misuse: an argument that is none, or an object that is used no more.
pub(crate) fn state(py: Python<'_>, code: &str, text: &str) -> PyErr {
    raise(py, "StateError", (code, text))
}

/// An argument of the wrong type or length.
pub(crate) fn invalid(py: Python<'_>, text: &str) -> PyErr {
    state(py, "invalid_argument", text)
}

/// The error of a document; its text is the core's.
pub(crate) fn config(py: Python<'_>, found: &ConfigError) -> PyErr {
    let text = found.to_string();
    raise(
        py,
        "ConfigError",
        ("config", text, found.path.as_str(), found.value.as_str(), found.range.as_str()),
    )
}

/// A document that is none: what Python gave cannot be one.
pub(crate) fn document(py: Python<'_>, text: &str) -> PyErr {
    raise(py, "ConfigError", ("config", text))
}

fn raise<'py>(py: Python<'py>, class: &str, arguments: impl PyCallArgs<'py>) -> PyErr {
    let made = py.import("hedgerow._errors").and_then(|errors| errors.getattr(class)?.call1(arguments));
    made.map_or_else(|failed| failed, PyErr::from_value)
}
